"""What is kept of others, how much room it takes, and what goes again."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.storage import small_copies
from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, fetch_value, to_ms
from fedi_artisan.storage.small_copies import Copies

# Of other people's posts those that only passed by: in no conversation of ours, written to nobody here, and neither
# liked, shared, answered nor quoted by anybody here.
_PASSING = """
    posts.actor_id IS NOT NULL AND work_id IS NULL AND journal_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM addressed WHERE post_id = posts.id)
    AND NOT EXISTS (SELECT 1 FROM own_reactions WHERE post_id = posts.id)
    AND NOT EXISTS (SELECT 1 FROM posts AS own WHERE own.in_reply_to = posts.uri AND own.artisan_id IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM posts AS own WHERE own.quote_uri = posts.uri AND own.artisan_id IS NOT NULL)
"""
# Those of people whom somebody here follows, or which one of these shared.
_FOLLOWED = """
    (EXISTS (SELECT 1 FROM following WHERE following.actor_id = posts.actor_id AND state = 'accepted')
    OR EXISTS (
        SELECT 1 FROM shares JOIN following ON following.actor_id = shares.actor_id AND state = 'accepted'
        WHERE post_id = posts.id))
"""

# So little is not worth the work, however small the database.
_FEW_PAGES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of others, and how much room that takes.

    Args:
        posts: of other people, in all; `passing` of them go again by themselves.
        people: whose posts, follows, likings these are.
        portraits_bytes, pictures_bytes: our copies of both.
        database_bytes: the whole database, works and settings included; `free_bytes` of it stand empty.
    """

    posts: int
    passing: int
    people: int
    portraits_bytes: int
    pictures_bytes: int
    database_bytes: int
    free_bytes: int


async def measure(tx: Tx) -> Kept:
    """Return what is kept of others."""
    page_bytes = await fetch_value(tx, "PRAGMA page_size")
    return Kept(
        posts=await fetch_value(tx, "SELECT count(*) FROM posts WHERE actor_id IS NOT NULL"),
        passing=await fetch_value(tx, f"SELECT count(*) FROM posts WHERE {_PASSING}"),  # noqa: S608 - ours
        people=await fetch_value(tx, "SELECT count(*) FROM actors"),
        portraits_bytes=await small_copies.total_bytes(tx, Copies.PORTRAITS),
        pictures_bytes=await small_copies.total_bytes(tx, Copies.GLIMPSES),
        database_bytes=page_bytes * await fetch_value(tx, "PRAGMA page_count"),
        free_bytes=page_bytes * await fetch_value(tx, "PRAGMA freelist_count"),
    )


async def list_passing(tx: Tx, before: datetime, *, strangers_before: datetime, limit: int) -> list[int]:
    """Return the rows of posts that only passed by and came before *before*, the oldest first, *limit* at most.

    Those of people whom nobody here follows (any more) are among them where they came before *strangers_before*.
    """
    sql = f"""
        SELECT id FROM posts WHERE received_at < ?2 AND {_PASSING}
            AND (received_at < ?1 OR NOT {_FOLLOWED})
            AND NOT EXISTS (SELECT 1 FROM shares WHERE post_id = posts.id AND shared_at >= ?1 AND {_FOLLOWED})
        ORDER BY received_at LIMIT ?3
    """  # noqa: S608 - constants of ours
    return [row["id"] for row in await fetch_all(tx, sql, (to_ms(before), to_ms(strangers_before), limit))]


async def list_beyond(tx: Tx, most: int, *, limit: int) -> list[int]:
    """Return the rows of the oldest posts that only passed by, beyond the newest *most*; *limit* at most."""
    sql = f"""
        SELECT id FROM posts WHERE {_PASSING} AND received_at <= (
            SELECT received_at FROM posts WHERE {_PASSING} ORDER BY received_at DESC LIMIT 1 OFFSET ?1)
        ORDER BY received_at LIMIT ?2
    """  # noqa: S608 - constants of ours
    return [row["id"] for row in await fetch_all(tx, sql, (most, limit))]


async def forget(tx: Tx, ids: Collection[int]) -> int:
    """Forget those of the posts of these rows that only pass by still; return how many."""
    sql = f"DELETE FROM posts WHERE id IN (SELECT value FROM json_each(?)) AND {_PASSING} RETURNING id"  # noqa: S608 - ours
    return len(await fetch_all(tx, sql, (json.dumps([*ids]),)))


async def is_much_empty(tx: Tx) -> bool:
    """Whether enough of the database stands empty that giving it back to the disk is worth the work: a tenth."""
    sql = """
        SELECT freelist_count > ? AND freelist_count * 10 >= page_count AND auto_vacuum = 2 AS much
        FROM pragma_freelist_count, pragma_page_count, pragma_auto_vacuum
    """
    row = await fetch_one(tx, sql, (_FEW_PAGES,))
    return row is not None and bool(row["much"])


async def give_back(tx: Tx, pages: int) -> None:
    """Give up to so many empty pages of the database back to the disk."""
    await fetch_all(tx, f"PRAGMA incremental_vacuum({pages:d})")
