"""What was promised is kept, however often the server dies."""

from pathlib import Path

from tests.faults.kill import run


async def test_what_was_promised_is_kept_through_kill_9(tmp_path: Path) -> None:
    """Killed at random moments under load: each 202 took effect once, each inbox got each work once by its id.

    `python -m tests.faults.kill --kills 200` is the longer run of the same.
    """
    report = await run(tmp_path, kills=5, seed=20261123)
    assert not report.broken, str(report)
    assert report.promised > 10, str(report)
    assert report.delivered > 30, str(report)
