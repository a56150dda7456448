"""How the database stands at this moment, in a few numbers that are quickly read."""

import asyncio
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fedi_artisan.errors import OutOfOrder
from fedi_artisan.storage import copies
from fedi_artisan.storage.db import Database, fetch_one, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What waits, and how much room the database takes.

    Args:
        arrivals: that have not taken effect.
        deliveries: that are to be sent.
        photographs: of which pictures are to be made.
        quiet_hosts: servers that are left in peace, as they do not answer.
        file_bytes: of the database.
        wal_bytes: of what was written and is not in its main file yet.
        copied_at: when a copy of the data folder was made last.
    """

    arrivals: int
    deliveries: int
    photographs: int
    quiet_hosts: int
    file_bytes: int
    wal_bytes: int
    copied_at: datetime | None


async def answers(db: Database) -> bool:
    """Whether the database can be read."""
    try:
        async with db.read() as tx:
            return await fetch_one(tx, "SELECT version FROM shown") is not None
    except (sqlite3.Error, OutOfOrder, ValueError):  # the latter of a connection that is being closed
        return False


async def look(db: Database, file: Path, now: datetime) -> Standing:
    """Return how the database *file* stands."""
    sql = """
        SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting') AS arrivals,
            (SELECT count(*) FROM deliveries WHERE state = 'waiting') AS deliveries,
            (SELECT count(*) FROM photo_jobs) AS photographs,
            (SELECT count(*) FROM hosts WHERE closed_until > ?) AS quiet_hosts
    """
    async with db.read() as tx:
        row = await fetch_one(tx, sql, (to_ms(now),))
        copied_at = await copies.last(tx)
    sizes = await asyncio.to_thread(lambda: [_size(path) for path in (file, file.with_name(f"{file.name}-wal"))])
    counts = dict.fromkeys(("arrivals", "deliveries", "photographs", "quiet_hosts"), 0) if row is None else dict(row)
    return Standing(**counts, file_bytes=sizes[0], wal_bytes=sizes[1], copied_at=copied_at)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
