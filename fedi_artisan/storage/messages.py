"""What is written to an artisan, and by her, for the eyes of a few."""

import json
from collections.abc import Collection
from datetime import datetime

from fedi_artisan.domain.posts import Post
from fedi_artisan.storage.db import Tx, fetch_all, to_ms
from fedi_artisan.storage.posts import HEARD, SELECT, post_of

MOST = 1_000


async def list_direct(tx: Tx, artisan_id: int) -> list[Post]:
    """Return the newest MOST messages that the artisan may read, the newest first; none that she took back."""
    sql = f"""
        {SELECT} WHERE visibility = 'direct' AND withdrawn_at IS NULL AND held IS NULL AND {HEARD} AND (artisan_id = ?1
            OR EXISTS (SELECT 1 FROM addressed WHERE post_id = posts.id AND addressed.artisan_id = ?1))
        ORDER BY published_at DESC LIMIT ?2
    """  # noqa: S608 - a constant of ours
    return [post_of(row) for row in await fetch_all(tx, sql, (artisan_id, MOST))]


async def mark_read(tx: Tx, artisan_id: int, ids: Collection[int], until: datetime) -> None:
    """Record that the artisan has read the messages of these rows, as they stood at this moment."""
    sql = """
        INSERT INTO messages_read (post_id, artisan_id, read_at) SELECT value, ?, ? FROM json_each(?) WHERE TRUE
        ON CONFLICT DO UPDATE SET read_at = max(read_at, excluded.read_at)
    """
    await tx.execute(sql, (artisan_id, to_ms(until), json.dumps([*ids])))


async def list_read(tx: Tx, artisan_id: int) -> frozenset[int]:
    """Return the rows of the messages that the artisan has read and that have not changed since."""
    sql = """
        SELECT post_id FROM messages_read JOIN posts ON posts.id = post_id
        WHERE messages_read.artisan_id = ? AND read_at >= received_at
    """
    return frozenset(row["post_id"] for row in await fetch_all(tx, sql, (artisan_id,)))
