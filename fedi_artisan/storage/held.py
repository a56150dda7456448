"""What is held back until an artisan has looked at it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fedi_artisan.domain.posts import Post
from fedi_artisan.domain.safety import Reason
from fedi_artisan.storage import posts
from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, fetch_value, to_ms

MOST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A post that is held back, and why: *detail* is the word or the server that decided."""

    post: Post
    reason: Reason
    detail: str


async def hold(tx: Tx, uri: str, reason: Reason, detail: str) -> None:
    """Hold back the post *uri*: it stands nowhere. The oldest go beyond the limit."""
    sql = "UPDATE posts SET held = ?, held_for = ?, approved = FALSE WHERE uri = ? AND actor_id IS NOT NULL"
    await tx.execute(sql, (reason, detail, uri))
    sql = """
        DELETE FROM posts WHERE id IN (
            SELECT id FROM posts WHERE held IS NOT NULL ORDER BY received_at DESC, id DESC LIMIT -1 OFFSET ?)
    """
    await tx.execute(sql, (MOST,))


async def warn(tx: Tx, uri: str, words: str) -> None:
    """Put a post of somebody else behind *words*, where nothing stands before it already."""
    await tx.execute(
        "UPDATE posts SET warning = ? WHERE uri = ? AND warning = '' AND actor_id IS NOT NULL", (words, uri)
    )


async def keep_quiet(tx: Tx, uri: str) -> None:
    """Show a post of somebody else nowhere by itself."""
    await tx.execute("UPDATE posts SET approved = FALSE WHERE uri = ? AND actor_id IS NOT NULL", (uri,))


# Of an artisan is what stands in a conversation of hers, or is addressed to her.
_OF_ARTISAN = """
    FROM posts WHERE held IS NOT NULL AND (
        work_id IN (SELECT id FROM works WHERE artisan_id = ?1)
        OR journal_id IN (SELECT id FROM posts WHERE artisan_id = ?1)
        OR EXISTS (SELECT 1 FROM addressed WHERE post_id = posts.id AND artisan_id = ?1))
"""


async def count(tx: Tx, artisan_id: int) -> int:
    """Return how much waits for the artisan."""
    return await fetch_value(tx, f"SELECT count(*) {_OF_ARTISAN}", (artisan_id,))


async def list_waiting(tx: Tx, artisan_id: int, *, limit: int, offset: int = 0) -> list[Held]:
    """Return what waits for the artisan, the newest first."""
    sql = f"SELECT id, held, held_for {_OF_ARTISAN} ORDER BY received_at DESC, id DESC LIMIT ?2 OFFSET ?3"
    rows = await fetch_all(tx, sql, (artisan_id, limit, offset))
    why = {row["id"]: (Reason(row["held"]), row["held_for"]) for row in rows}
    return [
        Held(post=post, reason=why[post.id][0], detail=why[post.id][1]) for post in await posts.list_these(tx, [*why])
    ]


async def find(tx: Tx, artisan_id: int, uri: str) -> int | None:
    """Return the row of a post that waits for the artisan."""
    row = await fetch_one(tx, f"SELECT id {_OF_ARTISAN} AND uri = ?2", (artisan_id, uri))
    return None if row is None else int(row["id"])


async def release(tx: Tx, post_id: int) -> None:
    """Let a post stand where it belongs, for the artisan to read; whether it is shown to others is another question."""
    await tx.execute("UPDATE posts SET held = NULL, held_for = '' WHERE id = ?", (post_id,))


async def remove(tx: Tx, post_id: int) -> None:
    """Forget a post that is held back."""
    await tx.execute("DELETE FROM posts WHERE id = ? AND held IS NOT NULL", (post_id,))


async def count_of_host(tx: Tx, host: str) -> int:
    """Return how much of what somebody on a host said is held back."""
    sql = "SELECT count(*) FROM posts JOIN actors ON actors.id = actor_id WHERE held IS NOT NULL AND host = ?"
    return await fetch_value(tx, sql, (host,))


async def is_known(tx: Tx, actor_id: int) -> bool:
    """Whether somebody here follows an actor, is followed, or has shown something of hers."""
    sql = """
        SELECT EXISTS (SELECT 1 FROM following WHERE actor_id = ?1 AND state <> 'rejected')
            OR EXISTS (SELECT 1 FROM followers WHERE actor_id = ?1)
            OR EXISTS (SELECT 1 FROM posts WHERE actor_id = ?1 AND approved)
    """
    return bool(await fetch_value(tx, sql, (actor_id,)))


async def is_followed(tx: Tx, actor_id: int) -> bool:
    """Whether somebody here follows an actor."""
    sql = "SELECT EXISTS (SELECT 1 FROM following WHERE actor_id = ? AND state <> 'rejected')"
    return bool(await fetch_value(tx, sql, (actor_id,)))


async def is_new(tx: Tx, actor_id: int, now: datetime, new_for: timedelta) -> bool:
    """Whether an actor was first heard of within the last time *new_for*."""
    sql = "SELECT first_seen_at > ? FROM actors WHERE id = ?"
    return bool(await fetch_value(tx, sql, (to_ms(now - new_for), actor_id)))
