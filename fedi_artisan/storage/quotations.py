"""What posts of ours quote of people elsewhere: asked for, and permitted or not."""

import json
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.policies import Quotable
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """A post of ours (its row and id) that quotes the post *target_uri* of an actor (her row and id)."""

    post_id: int
    post_uri: str
    actor_id: int
    actor_uri: str
    target_uri: str
    stamp_uri: str | None


_SELECT = """
    SELECT post_id, posts.uri AS post_uri, quotations.actor_id, actors.uri AS actor_uri, target_uri,
        quote_stamp_uri AS stamp_uri
    FROM quotations JOIN posts ON posts.id = post_id JOIN actors ON actors.id = quotations.actor_id
"""


def _quotation(row: Row) -> Quotation:
    return Quotation(**dict(row))


async def find_quotable(tx: Tx, post_id: int) -> Quotable | None:
    """Return who may quote the post of this row; None where its author says nothing of it."""
    row = await fetch_one(tx, "SELECT quotable FROM posts WHERE id = ?", (post_id,))
    if row is None or row["quotable"] is None:
        return None
    allowed = json.loads(row["quotable"])
    return Quotable(automatic=tuple(allowed["automatic"]), manual=tuple(allowed["manual"]))


async def find_followers_uri(tx: Tx, artisan_id: int, actor_id: int) -> str | None:
    """Return the id of the collection of those who follow the actor, if the artisan is one of them."""
    sql = """
        SELECT followers_uri FROM actors WHERE id = ?1 AND EXISTS (
            SELECT 1 FROM following WHERE artisan_id = ?2 AND actor_id = ?1 AND state = 'accepted')
    """
    row = await fetch_one(tx, sql, (actor_id, artisan_id))
    return None if row is None else row["followers_uri"]


async def find_inbox(tx: Tx, actor_id: int) -> str:
    """Return the inbox of the actor."""
    return str((await fetch_all(tx, "SELECT inbox_url FROM actors WHERE id = ?", (actor_id,)))[0]["inbox_url"])


async def put(tx: Tx, post_id: int, *, actor_id: int, target_uri: str, request_uri: str, now: datetime) -> None:
    """Record that a post of ours asks to quote a post of the actor, in place of what it quoted before."""
    sql = """
        INSERT INTO quotations (post_id, actor_id, target_uri, request_uri, asked_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (post_id) DO UPDATE SET actor_id = ?2, target_uri = ?3, request_uri = ?4, asked_at = ?5
    """
    await tx.execute(sql, (post_id, actor_id, target_uri, request_uri, to_ms(now)))


async def find_asked(tx: Tx, request_uri: str) -> Quotation | None:
    """Return what was asked for by the request of ours that has this id."""
    row = await fetch_one(tx, f"{_SELECT} WHERE request_uri = ?", (request_uri,))
    return None if row is None else _quotation(row)


async def list_by(tx: Tx, uri: str, actor_id: int) -> list[Quotation]:
    """Return what is quoted of the actor by this permission of hers, or of this post."""
    sql = f"{_SELECT} WHERE quotations.actor_id = ?1 AND (quote_stamp_uri = ?2 OR target_uri = ?2)"
    return [_quotation(row) for row in await fetch_all(tx, sql, (actor_id, uri))]


async def set_stamp(tx: Tx, post_id: int, stamp_uri: str) -> None:
    """Record the permission that was given."""
    await tx.execute("UPDATE posts SET quote_stamp_uri = ? WHERE id = ?", (stamp_uri, post_id))


async def delete(tx: Tx, post_id: int) -> None:
    """Let a post of ours quote nothing any more."""
    await tx.execute("DELETE FROM quotations WHERE post_id = ?", (post_id,))
    await tx.execute("UPDATE posts SET quote_uri = NULL, quote_stamp_uri = NULL WHERE id = ?", (post_id,))
