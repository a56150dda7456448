"""Loops that fail: they go on, and say why without a flood of words."""

import asyncio
import errno
import itertools
import logging
import time

import pytest

from fedi_artisan.errors import DiskFull
from fedi_artisan.services import loops
from fedi_artisan.services.loops import Loops


async def run(failure: BaseException, times: int, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let a loop fail so many times, and return how long it rested each time, in the unit of the first."""
    monkeypatch.setattr(loops, "RESTART_AFTER_S", 0.01)
    monkeypatch.setattr(loops, "LONGEST_REST_S", 0.08)
    begun, enough = list[float](), asyncio.Event()

    async def fail() -> None:
        begun.append(time.monotonic())
        if len(begun) > times:
            enough.set()
        raise failure

    running = Loops(time.monotonic)
    running.start({"queue": fail})
    async with asyncio.timeout(10):
        await enough.wait()
    await running.stop()
    return [round((after - before) / 0.01, 1) for before, after in itertools.pairwise(begun)]


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (DiskFull("the disk here is full, and takes nothing more"), "the disk here is full"),
        (ExceptionGroup("", [ExceptionGroup("", [DiskFull("the disk here is full")])]), "the disk here is full"),
        (OSError(errno.EROFS, "Read-only file system"), "the disk here can only be read"),
    ],
)
async def test_what_has_a_name_is_told_in_a_line(
    failure: Exception, told: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk is no fault of ours: a warning, without all that was going on."""
    await run(failure, 1, monkeypatch)
    record = caplog.records[0]
    assert (record.levelno, record.exc_info) == (logging.WARNING, None)
    assert told in record.getMessage()


@pytest.mark.parametrize("failure", [RuntimeError("odd"), OSError(errno.EBADF, "Bad file descriptor")])
async def test_what_nobody_expected_is_told_with_all_that_is_known(
    failure: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of ours is an error, with where it happened."""
    await run(failure, 1, monkeypatch)
    assert caplog.records[0].levelno == logging.ERROR
    assert caplog.records[0].exc_info


async def test_what_fails_again_and_again_rests_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as long each time, up to a bound: a log that grows without end would fill the disk as well."""
    rests = await run(DiskFull("the disk here is full"), 5, monkeypatch)
    assert [rest >= expected for rest, expected in zip(rests, (1, 2, 4, 8, 8), strict=True)] == [True] * 5
