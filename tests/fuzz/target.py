"""What is tried: a function that takes any bytes, and what may come of it."""

import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from fedi_artisan.errors import ArtisanError

SLOW = "slow"
SLOW_S = 1.0
SLOW_UP_TO_BYTES = 100_000
_PACKAGE = f"{Path(__file__).parents[2] / 'fedi_artisan'}/"


class Shape(StrEnum):
    """What the bytes are, most of the time; it decides how they are changed."""

    JSON = "json"
    TEXT = "text"
    LINES = "lines"
    QUERY = "query"
    BYTES = "bytes"
    REQUEST = "request"


class ServerFault(AssertionError):
    """The running server answered that the fault is its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something that reads what strangers send.

    Args:
        name: as the command line has it.
        run: takes any bytes; it raises an AssertionError where what came of them is wrong.
        seeds: gives bytes as they usually are.
        shape: what they are.
        words: what means something there, and is put in here and there.
        may_raise: the failures that are an answer.
        weight: how much more time than others it gets.
        examples: how many the short version tries.
        slow_s: how long one may take.
    """

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    shape: Shape
    words: tuple[str, ...] = ()
    may_raise: tuple[type[Exception], ...] = (ArtisanError,)
    weight: float = 1.0
    examples: int = 80
    slow_s: float = SLOW_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An input that something is wrong with; two of the same *place* are the same fault."""

    what: str
    place: str
    told: str = field(repr=False)
    is_server_fault: bool = False


@dataclass(slots=True)
class Trial:
    """One input tried: how long it took, and what was wrong with it, if anything."""

    took_s: float
    finding: Finding | None


def try_one(target: Target, data: bytes) -> Trial:
    """Give *data* to the target and judge what comes of it; nothing is raised."""
    begun_s = time.process_time()
    finding = None
    try:
        target.run(data)
    except target.may_raise:
        pass
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is, a panic in Rust included, it is a finding
        finding = _finding(error)
    took_s = time.process_time() - begun_s
    if finding is None and took_s > target.slow_s and len(data) < SLOW_UP_TO_BYTES:
        finding = Finding(what=SLOW, place=SLOW, told=f"{took_s:.1f} s for {len(data)} bytes")
    return Trial(took_s, finding)


def _finding(error: BaseException) -> Finding:
    """Return what is wrong, named by the kind of failure and the last line of ours that it went through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(_PACKAGE)] or frames
    place = f"{ours[-1].filename.removeprefix(_PACKAGE).rpartition('/tests/')[2]}:{ours[-1].lineno}"
    if isinstance(error, AssertionError):
        place = f"{place} {str(error)[:60]}"
    return Finding(
        what=type(error).__name__,
        place=place,
        told="".join(traceback.format_exception(error))[-6000:],
        is_server_fault=isinstance(error, ServerFault),
    )
