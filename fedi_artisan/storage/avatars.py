"""Our small copies of other people's portraits: which are wanted, which there are, and which must go.

Wanted are those of actors whose approved public replies stand below a work.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.storage.db import Tx, fetch_all, fetch_value, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A portrait that is to be fetched from *source_url*."""

    actor_id: int
    source_url: str


async def find_wanted(tx: Tx, *, failed_before: datetime, changed_before: datetime) -> list[Wanted]:
    """Return the portraits that are to be fetched, the newest actor's first.

    Args:
        tx: the transaction.
        failed_before: what was asked for in vain before this moment is asked for again.
        changed_before: what was asked for before this moment is asked for at another address, if it has one now.
    """
    sql = """
        SELECT actors.id, icon_url FROM actors LEFT JOIN avatars ON avatars.actor_id = actors.id
        WHERE actors.id IN (SELECT actor_id FROM repliers) AND icon_url IS NOT NULL
            AND (avatars.actor_id IS NULL OR (source_url <> icon_url AND avatars.fetched_at <= ?)
                OR (source_url = icon_url AND file IS NULL AND avatars.fetched_at <= ?))
        ORDER BY actors.id DESC
    """
    rows = await fetch_all(tx, sql, (to_ms(changed_before), to_ms(failed_before)))
    return [Wanted(actor_id=row["id"], source_url=row["icon_url"]) for row in rows]


async def begin(tx: Tx, wanted: Iterable[Wanted], now: datetime) -> None:
    """Record that these are being asked for, whatever comes of it; until `put` nothing is shown.

    What there was before is not what the actor shows now.
    """
    sql = """
        INSERT INTO avatars (actor_id, source_url, fetched_at, shown_at) VALUES (?1, ?2, ?3, ?3)
        ON CONFLICT (actor_id) DO UPDATE SET source_url = excluded.source_url, fetched_at = excluded.fetched_at,
            file = NULL, size_bytes = 0
    """
    await tx.executemany(sql, [(one.actor_id, one.source_url, to_ms(now)) for one in wanted])


async def put(tx: Tx, wanted: Wanted, *, file: str, size_bytes: int) -> None:
    """Show *file*, unless the actor, or her portrait, has gone meanwhile."""
    sql = "UPDATE avatars SET file = ?, size_bytes = ? WHERE actor_id = ? AND source_url = ?"
    await tx.execute(sql, (file, size_bytes, wanted.actor_id, wanted.source_url))


async def total_bytes(tx: Tx) -> int:
    """Return how much room the copies take, each file once."""
    sql = """
        SELECT coalesce(sum(bytes), 0) FROM (
            SELECT max(size_bytes) AS bytes FROM avatars WHERE file IS NOT NULL GROUP BY file)
    """
    return await fetch_value(tx, sql)


async def evict(tx: Tx, most_bytes: int, now: datetime) -> int:
    """Give up the copies that were not shown for longest until all take at most *most_bytes*; return how many went.

    They count as asked for in vain *now*, so that what does not fit is not fetched again at once.
    """
    beyond_bytes = await total_bytes(tx) - most_bytes
    if beyond_bytes <= 0:
        return 0
    sql = """
        SELECT file, max(size_bytes) AS bytes FROM avatars WHERE file IS NOT NULL
        GROUP BY file ORDER BY max(shown_at), max(fetched_at)
    """
    gone = []
    for row in await fetch_all(tx, sql):
        if beyond_bytes <= 0:
            break
        gone.append(row["file"])
        beyond_bytes -= row["bytes"]
    sql = """
        UPDATE avatars SET file = NULL, size_bytes = 0, fetched_at = ?
        WHERE file IN (SELECT value FROM json_each(?)) RETURNING actor_id
    """
    return len(await fetch_all(tx, sql, (to_ms(now), json.dumps(gone))))


async def note_shown(tx: Tx, now: datetime, before: datetime) -> None:
    """Record of all that stand below works that they are shown, unless that was recorded after *before*."""
    sql = "UPDATE avatars SET shown_at = ? WHERE shown_at < ? AND actor_id IN (SELECT actor_id FROM repliers)"
    await tx.execute(sql, (to_ms(now), to_ms(before)))


async def forget_unseen(tx: Tx, before: datetime) -> int:
    """Forget the portraits that were not shown since *before*; return how many."""
    return len(await fetch_all(tx, "DELETE FROM avatars WHERE shown_at < ? RETURNING actor_id", (to_ms(before),)))
