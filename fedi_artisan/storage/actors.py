"""Actors of other servers, as far as they have to do with an artisan here."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.actors import PublicKey, RemoteActor
from fedi_artisan.domain.uris import host_of
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, from_ms, to_ms


@dataclass(frozen=True, slots=True)
class StoredActor:
    """An actor with her row and the moment her document was read."""

    id: int
    actor: RemoteActor
    fetched_at: datetime


_SELECT = """
    SELECT actors.*,
        (SELECT json_group_array(json_array(key_id, pem)) FROM actor_keys WHERE actor_id = actors.id) AS keys
    FROM actors
"""


def _stored(row: Row) -> StoredActor:
    actor = RemoteActor(
        uri=row["uri"],
        type=row["type"],
        username=row["username"],
        name=row["name"],
        url=row["url"],
        inbox_url=row["inbox_url"],
        shared_inbox_url=row["shared_inbox_url"],
        followers_uri=row["followers_uri"],
        icon_url=row["icon_url"],
        also_known_as=tuple(json.loads(row["also_known_as"])),
        moved_to_uri=row["moved_to_uri"],
        summary_html=row["summary_html"],
        keys=tuple(PublicKey(key_id=key_id, owner_uri=row["uri"], pem=pem) for key_id, pem in json.loads(row["keys"])),
    )
    return StoredActor(row["id"], actor, from_ms(row["fetched_at"]))


async def put(tx: Tx, actor: RemoteActor, now: datetime) -> int:
    """Store *actor* as she is now, with exactly the keys she lists, and return her row id.

    A key id that another actor listed before belongs to whoever lists it now; the caller sees to it that both are of
    one server.
    """
    sql = """
        INSERT INTO actors (uri, host, type, username, name, url, inbox_url, shared_inbox_url, followers_uri, icon_url,
            also_known_as, moved_to_uri, summary_html, fetched_at, first_seen_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (uri) DO UPDATE SET type = excluded.type, username = excluded.username, name = excluded.name,
            url = excluded.url, inbox_url = excluded.inbox_url, shared_inbox_url = excluded.shared_inbox_url,
            followers_uri = excluded.followers_uri, icon_url = excluded.icon_url,
            also_known_as = excluded.also_known_as, moved_to_uri = excluded.moved_to_uri,
            summary_html = excluded.summary_html, fetched_at = excluded.fetched_at
        RETURNING id
    """
    values = (
        actor.uri,
        host_of(actor.uri),
        actor.type,
        actor.username,
        actor.name,
        actor.url,
        actor.inbox_url,
        actor.shared_inbox_url,
        actor.followers_uri,
        actor.icon_url,
        json.dumps(actor.also_known_as),
        actor.moved_to_uri,
        actor.summary_html,
        to_ms(now),
        to_ms(now),
    )
    actor_id = int((await fetch_all(tx, sql, values))[0]["id"])
    await tx.execute("DELETE FROM actor_keys WHERE actor_id = ?", (actor_id,))
    keys = [(key.key_id, actor_id, key.pem) for key in actor.keys]
    await tx.executemany("INSERT OR REPLACE INTO actor_keys (key_id, actor_id, pem) VALUES (?, ?, ?)", keys)
    return actor_id


async def find(tx: Tx, uri: str) -> StoredActor | None:
    """Return the actor with this id, if she is known here."""
    row = await fetch_one(tx, _SELECT + "WHERE uri = ?", (uri,))
    return None if row is None else _stored(row)


async def find_by_handle(tx: Tx, username: str, host: str) -> StoredActor | None:
    """Return the actor with this handle, if she is known here; of several, the one who was read last."""
    sql = _SELECT + "WHERE username = ? COLLATE NOCASE AND host = ? ORDER BY fetched_at DESC LIMIT 1"
    row = await fetch_one(tx, sql, (username, host))
    return None if row is None else _stored(row)


async def find_by_id(tx: Tx, actor_id: int) -> StoredActor | None:
    """Return the actor of this row."""
    row = await fetch_one(tx, _SELECT + "WHERE actors.id = ?", (actor_id,))
    return None if row is None else _stored(row)


async def find_by_key(tx: Tx, key_id: str) -> StoredActor | None:
    """Return the known actor who lists this key."""
    sql = _SELECT + "JOIN actor_keys AS listed ON listed.actor_id = actors.id WHERE listed.key_id = ?"
    row = await fetch_one(tx, sql, (key_id,))
    return None if row is None else _stored(row)


async def find_by_url(tx: Tx, url: str) -> StoredActor | None:
    """Return the known actor whose page this is; of several that say so, the one of the page's own server."""
    row = await fetch_one(tx, _SELECT + "WHERE url = ? AND host = ? LIMIT 1", (url, host_of(url)))
    return None if row is None else _stored(row)


async def list_known_handles(tx: Tx, handles: Collection[str]) -> frozenset[str]:
    """Return those of some handles, in small letters, whose actors are known here."""
    sql = """
        SELECT lower(username || '@' || host) AS handle FROM actors
        WHERE handle IN (SELECT value FROM json_each(?))
    """
    return frozenset(row["handle"] for row in await fetch_all(tx, sql, (json.dumps([*handles]),)))


async def find_id(tx: Tx, uri: str) -> int | None:
    """Return the row of the actor with this id, if she is known here."""
    row = await fetch_one(tx, "SELECT id FROM actors WHERE uri = ?", (uri,))
    return None if row is None else int(row["id"])


async def delete(tx: Tx, uri: str) -> bool:
    """Forget an actor and all she did here; return whether she was known."""
    return bool(await fetch_all(tx, "DELETE FROM actors WHERE uri = ? RETURNING id", (uri,)))


async def is_tied(tx: Tx, uri: str) -> bool:
    """Whether the actor follows somebody here, or is followed."""
    sql = """
        SELECT 1 FROM actors WHERE uri = ? AND (EXISTS (SELECT 1 FROM followers WHERE actor_id = actors.id)
            OR EXISTS (SELECT 1 FROM following WHERE actor_id = actors.id))
    """
    return await fetch_one(tx, sql, (uri,)) is not None


async def set_moved(tx: Tx, uri: str, target_uri: str, now: datetime) -> None:
    """Note that the actor *uri* is now at *target_uri*; said once more, it is no other move."""
    sql = """
        UPDATE actors SET moved_at = iif(moved_to_uri IS ?1 AND moved_at NOT NULL, moved_at, ?2), moved_to_uri = ?1
        WHERE uri = ?3
    """
    await tx.execute(sql, (target_uri, to_ms(now), uri))


async def find_move(tx: Tx, uri: str) -> tuple[str, datetime] | None:
    """Return where the actor *uri* last said that she moved, and when; None where she never did."""
    sql = "SELECT moved_to_uri, moved_at FROM actors WHERE uri = ? AND moved_at IS NOT NULL"
    row = await fetch_one(tx, sql, (uri,))
    return None if row is None else (row["moved_to_uri"] or "", from_ms(row["moved_at"]))


async def drop_shared_inbox(tx: Tx, inbox_url: str) -> None:
    """Forget a shared inbox that is gone; the actors behind it are reached at their own."""
    await tx.execute("UPDATE actors SET shared_inbox_url = NULL WHERE shared_inbox_url = ?", (inbox_url,))


async def list_by_inbox(tx: Tx, inbox_url: str) -> list[str]:
    """Return the ids of the actors whose personal inbox this is."""
    return [row["uri"] for row in await fetch_all(tx, "SELECT uri FROM actors WHERE inbox_url = ?", (inbox_url,))]


async def prune(tx: Tx, before: datetime) -> int:
    """Forget actors read before *before* who have nothing to do with anybody here; return how many."""
    sql = """
        DELETE FROM actors WHERE fetched_at < ?
            AND NOT EXISTS (SELECT 1 FROM followers WHERE actor_id = actors.id)
            AND NOT EXISTS (SELECT 1 FROM following WHERE actor_id = actors.id)
            AND NOT EXISTS (SELECT 1 FROM blocks WHERE actor_id = actors.id)
            AND NOT EXISTS (SELECT 1 FROM reactions WHERE actor_id = actors.id)
            AND NOT EXISTS (SELECT 1 FROM posts WHERE actor_id = actors.id)
            AND NOT EXISTS (SELECT 1 FROM shares WHERE actor_id = actors.id)
            AND NOT EXISTS (SELECT 1 FROM post_reactions WHERE actor_id = actors.id)
            AND NOT EXISTS (SELECT 1 FROM follow_requests WHERE actor_id = actors.id)
            AND NOT EXISTS (SELECT 1 FROM moves WHERE actor_id = actors.id)
            AND NOT EXISTS (SELECT 1 FROM moves WHERE target_id = actors.id)
            AND NOT EXISTS (SELECT 1 FROM quotes WHERE actor_id = actors.id)
            AND NOT EXISTS (SELECT 1 FROM quotations WHERE actor_id = actors.id)
            AND NOT EXISTS (SELECT 1 FROM inbox WHERE actor_uri = actors.uri AND state = 'waiting')
        RETURNING id
    """
    return len(await fetch_all(tx, sql, (to_ms(before),)))


async def list_hosts_met(tx: Tx, limit: int) -> list[str]:
    """Return servers whose actors were read lately, the last first; none that is left in peace."""
    sql = """
        SELECT host, max(fetched_at) AS met_at FROM actors
        WHERE host NOT IN (SELECT host FROM hosts WHERE failing_since IS NOT NULL)
        GROUP BY host ORDER BY met_at DESC LIMIT ?
    """
    return [row["host"] for row in await fetch_all(tx, sql, (limit,))]
