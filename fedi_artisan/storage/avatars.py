"""Our small copies of other people's portraits: which are wanted, which there are, and which must go.

Wanted are those of actors whose approved public replies stand below a work, where anybody sees them; and those whom an
artisan sees in the studio because of something that she did herself: follow, share, answer. Nobody is asked for the
portrait of a stranger who merely wrote to her.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.storage import small_copies
from fedi_artisan.storage.db import Tx, fetch_all, to_ms
from fedi_artisan.storage.small_copies import Copies

# Those who are shown: on public pages; as people whom somebody here follows, and what these shared since ?1; as whom an
# artisan answered.
_SHOWN = """
    SELECT actor_id FROM repliers
    UNION SELECT actor_id FROM following WHERE state = 'accepted'
    UNION SELECT posts.actor_id FROM shares JOIN following ON following.actor_id = shares.actor_id
        JOIN posts ON posts.id = post_id
        WHERE shared_at >= ?1 AND state = 'accepted' AND posts.actor_id IS NOT NULL
    UNION SELECT answered.actor_id FROM posts AS own JOIN posts AS answered ON answered.uri = own.in_reply_to
        WHERE own.artisan_id IS NOT NULL AND answered.actor_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A portrait that is to be fetched from *source_url*."""

    actor_id: int
    source_url: str


async def find_wanted(
    tx: Tx, *, shared_since: datetime, failed_before: datetime, changed_before: datetime
) -> list[Wanted]:
    """Return the portraits that are to be fetched, the newest actor's first.

    Args:
        tx: the transaction.
        shared_since: of what was shared before this moment nobody's is fetched any more.
        failed_before: what was asked for in vain before this moment is asked for again.
        changed_before: what was asked for before this moment is asked for at another address, if it has one now.
    """
    sql = f"""
        SELECT actors.id, icon_url FROM actors LEFT JOIN avatars ON avatars.actor_id = actors.id
        WHERE actors.id IN ({_SHOWN}) AND icon_url IS NOT NULL
            AND (avatars.actor_id IS NULL OR (source_url <> icon_url AND avatars.fetched_at <= ?2)
                OR (source_url = icon_url AND file IS NULL AND avatars.fetched_at <= ?3))
        ORDER BY actors.id DESC
    """  # noqa: S608 - a constant of ours
    rows = await fetch_all(tx, sql, (to_ms(shared_since), to_ms(changed_before), to_ms(failed_before)))
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


async def evict(tx: Tx, most_bytes: int, now: datetime) -> int:
    """Give up the copies that were not shown for longest until all take at most *most_bytes*; return how many went.

    They count as asked for in vain *now*, so that what does not fit is not fetched again at once.
    """
    gone = await small_copies.list_beyond(tx, Copies.PORTRAITS, most_bytes)
    sql = """
        UPDATE avatars SET file = NULL, size_bytes = 0, fetched_at = ?
        WHERE file IN (SELECT value FROM json_each(?)) RETURNING actor_id
    """
    return len(await fetch_all(tx, sql, (to_ms(now), json.dumps(gone))))


async def note_shown(tx: Tx, now: datetime, before: datetime, *, shared_since: datetime) -> None:
    """Record of all that are wanted that they are shown, unless that was recorded after *before*."""
    sql = f"UPDATE avatars SET shown_at = ?2 WHERE shown_at < ?3 AND actor_id IN ({_SHOWN})"  # noqa: S608 - ours
    await tx.execute(sql, (to_ms(shared_since), to_ms(now), to_ms(before)))


async def forget_unseen(tx: Tx, before: datetime) -> int:
    """Forget the portraits that were not shown since *before*; return how many."""
    return len(await fetch_all(tx, "DELETE FROM avatars WHERE shown_at < ? RETURNING actor_id", (to_ms(before),)))
