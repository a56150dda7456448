"""Photographs are whole, however often those who handle them die."""

from pathlib import Path

from tests.faults.photo_kill import run


async def test_no_work_breaks_and_nothing_is_left_over_through_kill_9(tmp_path: Path) -> None:
    """Killed at random moments of giving and making photographs: each work shows a whole set, and no file is left over.

    `python -m tests.faults.photo_kill --kills 200` is the longer run of the same.
    """
    report = await run(tmp_path, kills=6, seed=20261124)
    assert not report.broken, str(report)
    assert report.at["while a child worked"], str(report)
    assert report.works, str(report)
