"""How often pages were opened, by day and path."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from fedi_artisan.storage.db import Tx

_EPOCH = date(1970, 1, 1)


class Opened(NamedTuple):
    """A page, and a day on which it was opened."""

    day: date
    path: str


def number_of(day: date) -> int:
    """Return *day* as it is stored: days since 1970."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """Return the stored day."""
    return _EPOCH + timedelta(days=number)


async def add(tx: Tx, counts: Mapping[Opened, int]) -> None:
    """Add to how often pages were opened."""
    sql = """
        INSERT INTO views (day, path, count) VALUES (?, ?, ?)
        ON CONFLICT (day, path) DO UPDATE SET count = count + excluded.count
    """
    await tx.executemany(sql, [(number_of(day), path, count) for (day, path), count in counts.items()])


async def prune(tx: Tx, before: date) -> None:
    """Forget on which days pages were opened before *before*."""
    await tx.execute("DELETE FROM views WHERE day < ?", (number_of(before),))
