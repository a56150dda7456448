"""What artisans show first: works, and entries of their journals."""

import json
from collections.abc import Collection
from typing import NamedTuple

from fedi_artisan.storage.db import Tx, fetch_all, fetch_value


class Pin(NamedTuple):
    """Something that is shown first: a work, or else a post."""

    uid: str
    is_work: bool


async def list_uids(tx: Tx, artisan_id: int) -> frozenset[str]:
    """Return the uids of the works and entries that an artisan shows first."""
    sql = """
        SELECT uid FROM works WHERE artisan_id = ?1 AND featured AND withdrawn_at IS NULL
        UNION ALL SELECT uid FROM posts WHERE artisan_id = ?1 AND featured AND withdrawn_at IS NULL
    """
    return frozenset(row["uid"] for row in await fetch_all(tx, sql, (artisan_id,)))


async def list_pins(tx: Tx, artisan_id: int) -> list[Pin]:
    """Return what an artisan chose to show first, as far as other servers may read it, the newest first."""
    sql = """
        SELECT uid, 1 AS is_work, published_at FROM works WHERE artisan_id = ?1 AND featured AND collected
        UNION ALL SELECT uid, 0, published_at FROM posts
        WHERE artisan_id = ?1 AND featured AND public AND withdrawn_at IS NULL
        ORDER BY published_at DESC, uid DESC
    """
    return [Pin(row["uid"], bool(row["is_work"])) for row in await fetch_all(tx, sql, (artisan_id,))]


async def count(tx: Tx, artisan_id: int) -> int:
    """Return how many works and entries an artisan chose to show first."""
    sql = """
        SELECT (SELECT count(*) FROM works WHERE artisan_id = ?1 AND featured AND withdrawn_at IS NULL)
            + (SELECT count(*) FROM posts WHERE artisan_id = ?1 AND featured AND withdrawn_at IS NULL)
    """
    return await fetch_value(tx, sql, (artisan_id,))


async def put(tx: Tx, artisan_id: int, uids: Collection[str]) -> None:
    """Have an artisan show these of her works and entries first, and no others."""
    chosen = json.dumps(list(uids))
    sql = """
        UPDATE works SET featured = uid IN (SELECT value FROM json_each(?1))
        WHERE artisan_id = ?2 AND withdrawn_at IS NULL AND featured IS NOT (uid IN (SELECT value FROM json_each(?1)))
    """
    await tx.execute(sql, (chosen, artisan_id))
    sql = """
        UPDATE posts SET featured = uid IN (SELECT value FROM json_each(?1))
        WHERE artisan_id = ?2 AND withdrawn_at IS NULL AND in_reply_to IS NULL AND visibility = 'public'
            AND featured IS NOT (uid IN (SELECT value FROM json_each(?1)))
    """
    await tx.execute(sql, (chosen, artisan_id))
