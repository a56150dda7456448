"""Our copies of the pictures in other people's posts: which there are, and which must go."""

import json
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.storage import small_copies
from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, from_ms, to_ms
from fedi_artisan.storage.small_copies import Copies


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """A picture of a post that was asked for before; *file* is our copy, or None where there is none."""

    source_url: str
    file: str | None
    fetched_at: datetime
    seen_at: datetime


async def find(tx: Tx, post_id: int, number: int) -> Glimpse | None:
    """Return what is known of the picture of this number in the post of this row, if it was ever asked for."""
    sql = "SELECT source_url, file, fetched_at, seen_at FROM glimpses WHERE post_id = ? AND number = ?"
    row = await fetch_one(tx, sql, (post_id, number))
    if row is None:
        return None
    return Glimpse(
        source_url=row["source_url"],
        file=row["file"],
        fetched_at=from_ms(row["fetched_at"]),
        seen_at=from_ms(row["seen_at"]),
    )


async def begin(tx: Tx, post_id: int, number: int, source_url: str, now: datetime) -> bool:
    """Record that a picture is being asked for, whatever comes of it; return whether its post is still there."""
    sql = """
        INSERT INTO glimpses (post_id, number, source_url, fetched_at, seen_at)
        SELECT id, ?2, ?3, ?4, ?4 FROM posts WHERE id = ?1
        ON CONFLICT (post_id, number) DO UPDATE SET source_url = excluded.source_url, file = NULL, size_bytes = 0,
            fetched_at = excluded.fetched_at, seen_at = excluded.seen_at
        RETURNING post_id
    """
    return bool(await fetch_all(tx, sql, (post_id, number, source_url, to_ms(now))))


async def put(tx: Tx, post_id: int, number: int, source_url: str, *, file: str, size_bytes: int) -> None:
    """Record our copy, unless the post, or its picture, has gone meanwhile."""
    sql = "UPDATE glimpses SET file = ?, size_bytes = ? WHERE post_id = ? AND number = ? AND source_url = ?"
    await tx.execute(sql, (file, size_bytes, post_id, number, source_url))


async def note_seen(tx: Tx, post_id: int, number: int, now: datetime) -> None:
    """Record that a picture was looked at."""
    await tx.execute("UPDATE glimpses SET seen_at = ? WHERE post_id = ? AND number = ?", (to_ms(now), post_id, number))


async def evict(tx: Tx, most_bytes: int) -> int:
    """Give up the copies that were not looked at for longest until all take at most *most_bytes*; return how many.

    They are asked for again when somebody looks.
    """
    gone = await small_copies.list_beyond(tx, Copies.GLIMPSES, most_bytes)
    sql = "DELETE FROM glimpses WHERE file IN (SELECT value FROM json_each(?)) RETURNING post_id"
    return len(await fetch_all(tx, sql, (json.dumps(gone),)))


async def forget_unseen(tx: Tx, before: datetime) -> int:
    """Forget the copies that nobody looked at since *before*; return how many."""
    return len(await fetch_all(tx, "DELETE FROM glimpses WHERE seen_at < ? RETURNING post_id", (to_ms(before),)))
