"""Whom an artisan here follows."""

from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, to_ms


@dataclass(frozen=True, slots=True)
class Following:
    """One followed actor; `state` is "requested", "accepted" or "rejected"."""

    artisan_id: int
    actor_id: int
    actor_uri: str
    inbox_url: str
    follow_uri: str
    state: str


_SELECT = """
    SELECT artisan_id, actor_id, actors.uri AS actor_uri, inbox_url, follow_uri, state FROM following
    JOIN actors ON actors.id = following.actor_id
"""


def _following(row: Row) -> Following:
    return Following(*row)


async def put(tx: Tx, artisan_id: int, actor_id: int, follow_uri: str, now: datetime) -> None:
    """Record that the artisan asked to follow; asking again replaces the first request."""
    sql = """
        INSERT INTO following (artisan_id, actor_id, follow_uri, state, requested_at) VALUES (?, ?, ?, 'requested', ?)
        ON CONFLICT (artisan_id, actor_id) DO UPDATE SET follow_uri = excluded.follow_uri, state = 'requested',
            requested_at = excluded.requested_at
    """
    await tx.execute(sql, (artisan_id, actor_id, follow_uri, to_ms(now)))


async def set_state(tx: Tx, actor_uri: str, state: str, *, follow_uri: str | None, artisan_uid: str | None) -> bool:
    """Record the answer of an actor to our Follow, found by its id or by who sent it; return if there was one."""
    sql = """
        UPDATE following SET state = ?1 WHERE actor_id = (SELECT id FROM actors WHERE uri = ?2)
            AND (follow_uri = ?3 OR artisan_id = (SELECT id FROM artisans WHERE uid = ?4))
        RETURNING actor_id
    """
    return bool(await fetch_all(tx, sql, (state, actor_uri, follow_uri, artisan_uid)))


async def find(tx: Tx, artisan_id: int, actor_uri: str) -> Following | None:
    """Return how the artisan follows this actor, if she does."""
    row = await fetch_one(tx, _SELECT + "WHERE artisan_id = ? AND actors.uri = ?", (artisan_id, actor_uri))
    return None if row is None else _following(row)


async def find_by_handle(tx: Tx, artisan_id: int, username: str, host: str) -> str | None:
    """Return the id of the followed actor with this handle."""
    sql = _SELECT + "WHERE artisan_id = ? AND lower(actors.username) = lower(?) AND actors.host = ?"
    rows = await fetch_all(tx, sql, (artisan_id, username, host))
    return rows[0]["actor_uri"] if rows else None


async def list_of_actor(tx: Tx, actor_uri: str) -> list[Following]:
    """Return by whom here this actor is followed."""
    return [_following(row) for row in await fetch_all(tx, _SELECT + "WHERE actors.uri = ?", (actor_uri,))]


async def list_all(tx: Tx, artisan_id: int) -> list[Following]:
    """Return all whom the artisan follows or has asked to follow."""
    rows = await fetch_all(tx, _SELECT + "WHERE artisan_id = ? ORDER BY requested_at", (artisan_id,))
    return [_following(row) for row in rows]


async def delete(tx: Tx, artisan_id: int, actor_id: int) -> None:
    """Forget that the artisan follows an actor."""
    await tx.execute("DELETE FROM following WHERE artisan_id = ? AND actor_id = ?", (artisan_id, actor_id))


async def count(tx: Tx, artisan_id: int) -> int:
    """Return how many accepted to be followed by the artisan."""
    sql = "SELECT count(*) FROM following WHERE artisan_id = ? AND state = 'accepted'"
    return await fetch_value(tx, sql, (artisan_id,))
