"""Whom an artisan here follows."""

from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.filters import folded
from fedi_artisan.domain.people import Person
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, from_ms, to_ms
from fedi_artisan.storage.people import COLUMNS, person_of


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


async def is_followed(tx: Tx, actor_id: int) -> bool:
    """Whether an artisan here follows the actor of this row, and she agreed."""
    sql = "SELECT 1 FROM following WHERE actor_id = ? AND state = 'accepted' LIMIT 1"
    return await fetch_one(tx, sql, (actor_id,)) is not None


async def list_followed(tx: Tx, limit: int) -> list[str]:
    """Return the ids of the actors whom any artisan here follows, or has asked to; *limit* of them at most."""
    sql = """
        SELECT DISTINCT uri FROM following JOIN actors ON actors.id = actor_id WHERE state != 'rejected' LIMIT ?
    """
    return [row["uri"] for row in await fetch_all(tx, sql, (limit,))]


async def find_by_handle(tx: Tx, artisan_id: int, username: str, host: str) -> str | None:
    """Return the id of the followed actor with this handle."""
    sql = _SELECT + "WHERE artisan_id = ? AND lower(actors.username) = lower(?) AND actors.host = ?"
    rows = await fetch_all(tx, sql, (artisan_id, username, host))
    return rows[0]["actor_uri"] if rows else None


async def list_of_actor(tx: Tx, actor_uri: str) -> list[Following]:
    """Return by whom here this actor is followed."""
    return [_following(row) for row in await fetch_all(tx, _SELECT + "WHERE actors.uri = ?", (actor_uri,))]


async def find_following(tx: Tx, actor_id: int) -> frozenset[int]:
    """Return the rows of the artisans here who follow the actor."""
    sql = "SELECT artisan_id FROM following WHERE actor_id = ? AND state = 'accepted'"
    return frozenset(row["artisan_id"] for row in await fetch_all(tx, sql, (actor_id,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Somebody whom the artisan follows, or asked to at *since*; `state` as above."""

    person: Person
    state: str
    since: datetime
    moved_to_uri: str | None


# The words of the search are folded already.
_FOUND = """
    FROM following JOIN actors ON actors.id = following.actor_id LEFT JOIN avatars ON avatars.actor_id = actors.id
    WHERE artisan_id = ?1
        AND (?2 = '' OR instr(folded(actors.name || ' @' || username || '@' || host), ?2) > 0)
"""


async def find_listed(tx: Tx, artisan_id: int, search: str, *, limit: int, offset: int) -> tuple[list[Followed], int]:
    """Return whom the artisan follows or asked to, whose name or handle has *search* in it, and how many in all.

    The last ones come first.
    """
    words = folded(search)
    sql = f"""
        SELECT {COLUMNS}, state, requested_at, moved_to_uri {_FOUND}
        ORDER BY requested_at DESC, following.actor_id DESC LIMIT ?3 OFFSET ?4
    """
    found = [
        Followed(
            person=person_of(row),
            state=row["state"],
            since=from_ms(row["requested_at"]),
            moved_to_uri=row["moved_to_uri"],
        )
        for row in await fetch_all(tx, sql, (artisan_id, words, limit, offset))
    ]
    total = await fetch_value(tx, f"SELECT count(*) {_FOUND}", (artisan_id, words))
    return found, total


async def delete(tx: Tx, artisan_id: int, actor_id: int) -> None:
    """Forget that the artisan follows an actor."""
    await tx.execute("DELETE FROM following WHERE artisan_id = ? AND actor_id = ?", (artisan_id, actor_id))


async def count(tx: Tx, artisan_id: int) -> int:
    """Return how many accepted to be followed by the artisan."""
    sql = "SELECT count(*) FROM following WHERE artisan_id = ? AND state = 'accepted'"
    return await fetch_value(tx, sql, (artisan_id,))
