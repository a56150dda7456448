"""What a running server takes of the machine, every few seconds, and whether it grows."""

import asyncio
import contextlib
import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp

from bench import watch
from tests.soak.load import Day

EVERY_S = 5.0
_TASKS = re.compile(r"^fedi_artisan_tasks (\S+)$", re.MULTILINE)
_MOST_GROWTH = 0.05
# So few more or less come and go with what is under way at a moment.
_COMING_AND_GOING = 10
# Pools of threads are as large as they have ever had to be, up to their bounds.
_POOLS_FILL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How the server stood at one moment.

    Args:
        at_s: since the beginning.
        memory_bytes: of the server; `children_bytes` of those that it has started.
        files, sockets: open, the latter among the former.
        threads, tasks: of the server.
        database_bytes, log_bytes, data_bytes: of the database, of what SQLite has not brought into it, of the folder.
        stored_files: in the folder.
        p99_s: of pages since the last sample; 0 where nobody came.
    """

    at_s: float
    memory_bytes: int
    children_bytes: int
    files: int
    sockets: int
    threads: int
    tasks: int
    database_bytes: int
    log_bytes: int
    data_bytes: int
    stored_files: int
    p99_s: float


async def sample(day: Day, pid: int, database: Path, metrics: str, began_s: float) -> Sample:
    """Look once."""
    opened = await asyncio.to_thread(_opened, pid)
    sizes = await asyncio.to_thread(_sizes, database.parent)
    took_s, day.came.took_s = list(day.came.took_s), type(day.came.took_s)(maxlen=day.came.took_s.maxlen)
    async with aiohttp.ClientSession() as session, session.get(metrics) as answer:
        found = _TASKS.search(await answer.text())
    return Sample(
        at_s=round(time.monotonic() - began_s, 1),
        memory_bytes=watch.resident_bytes(pid),
        children_bytes=sum(map(watch.resident_bytes, list(watch.family(pid))[1:])),
        files=len(opened),
        sockets=sum(one.startswith("socket:") for one in opened),
        threads=_threads(pid),
        tasks=int(float(found[1])) if found else 0,
        database_bytes=sizes.get(database.name, 0),
        log_bytes=sizes.get(f"{database.name}-wal", 0),
        data_bytes=sum(sizes.values()),
        stored_files=len(sizes),
        p99_s=statistics.quantiles(took_s, n=100)[98] if len(took_s) > 1 else 0.0,
    )


def _opened(pid: int) -> list[str]:
    """Return what a process has open."""
    found = []
    for one in Path(f"/proc/{pid}/fd").iterdir():
        # Some are closed again by now.
        with contextlib.suppress(OSError):
            found.append(str(one.readlink()))
    return found


def _sizes(folder: Path) -> dict[str, int]:
    """Return how large each file below *folder* is, by its name."""
    found = {}
    for one in folder.rglob("*"):
        # Some are gone again by now.
        with contextlib.suppress(OSError):
            if one.is_file():
                found[one.name] = one.stat().st_size
    return found


def _threads(pid: int) -> int:
    [line] = [one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("Threads:")]
    return int(line.split()[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How one figure went: its median while warming up, in the middle and in the last third, and its most ever."""

    name: str
    first: float
    middle: float
    last: float
    most: float
    unit: str
    judged: bool
    grows: bool


def growths(samples: Sequence[Sample]) -> list[Growth]:
    """Return how every figure went; the middle third against the last decides whether it grows."""
    third = len(samples) // 3
    parts = samples[:third], samples[third : 2 * third], samples[2 * third :]

    def one(name: str, value: Callable[[Sample], float], unit: str, room: float | None) -> Growth:
        first, middle, last = (statistics.median(map(value, part)) for part in parts)
        grows = room is not None and last > middle * (1 + _MOST_GROWTH) + room
        most = max(map(value, samples))
        return Growth(
            name=name,
            first=first,
            middle=middle,
            last=last,
            most=most,
            unit=unit,
            judged=room is not None,
            grows=grows,
        )

    def megabytes(name: str) -> Callable[[Sample], float]:
        return lambda sample: float(asdict(sample)[name]) / 1e6

    def count(name: str) -> Callable[[Sample], float]:
        return lambda sample: float(asdict(sample)[name])

    return [
        one("memory of the server", megabytes("memory_bytes"), "MB", 0.0),
        one("memory of its children", megabytes("children_bytes"), "MB", None),
        one("open files", count("files"), "", _COMING_AND_GOING),
        one("connections", count("sockets"), "", _COMING_AND_GOING),
        one("threads", count("threads"), "", _POOLS_FILL),
        one("tasks", count("tasks"), "", _COMING_AND_GOING),
        one("database", megabytes("database_bytes"), "MB", None),
        one("its log (WAL)", megabytes("log_bytes"), "MB", 8.0),
        one("data folder", megabytes("data_bytes"), "MB", None),
        one("files in it", count("stored_files"), "", 0.0),
        one("pages, 99th percentile", lambda sample: sample.p99_s * 1000, "ms", None),
    ]


def table(found: Sequence[Growth]) -> str:
    """Return how the figures went, for a person to read."""
    heads = ("", "warming up", "middle", "last third", "most", "")
    rows = [
        (
            one.name,
            *(f"{value:,.1f} {one.unit}".strip() for value in (one.first, one.middle, one.last, one.most)),
            "GROWS" if one.grows else "flat" if one.judged else "",
        )
        for one in found
    ]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (heads, *rows)
    )
