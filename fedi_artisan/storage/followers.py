"""Who follows an artisan here, and who does not want to hear from her."""

from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.filters import folded
from fedi_artisan.domain.people import Person
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, from_ms, to_ms
from fedi_artisan.storage.people import COLUMNS, person_of


@dataclass(frozen=True, slots=True)
class Follower:
    """A follower as a person reads it."""

    uri: str
    handle: str
    name: str
    followed_at: datetime
    moved_to_uri: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A follower, or somebody who asks to be one, in the artisan's list; *since* when she is or asks."""

    person: Person
    since: datetime
    moved_to_uri: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Whose Follow it is, and how she is answered."""

    actor_id: int
    actor_uri: str
    inbox_url: str
    follow_uri: str
    asked_at: datetime


async def put(
    tx: Tx, artisan_id: int, actor_id: int, follow_uri: str, now: datetime, *, asked_at: datetime | None = None
) -> None:
    """Record a follower, who asked to be one at *asked_at*, or now; a repeated Follow replaces the id of the first."""
    sql = """
        INSERT INTO followers (artisan_id, actor_id, follow_uri, followed_at, asked_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (artisan_id, actor_id) DO UPDATE SET follow_uri = excluded.follow_uri
    """
    await tx.execute(sql, (artisan_id, actor_id, follow_uri, to_ms(now), to_ms(asked_at or now)))


async def find(tx: Tx, artisan_id: int, actor_uri: str) -> Asker | None:
    """Return by which Follow this actor follows the artisan, if she does."""
    sql = """
        SELECT actor_id, uri, inbox_url, follow_uri, asked_at FROM followers JOIN actors ON actors.id = actor_id
        WHERE artisan_id = ? AND uri = ?
    """
    row = await fetch_one(tx, sql, (artisan_id, actor_uri))
    return None if row is None else asker_of(row)


def asker_of(row: Row) -> Asker:
    """Return the sender of a Follow in a row of its own."""
    return Asker(
        actor_id=row["actor_id"],
        actor_uri=row["uri"],
        inbox_url=row["inbox_url"],
        follow_uri=row["follow_uri"],
        asked_at=from_ms(row["asked_at"]),
    )


async def is_follower(tx: Tx, artisan_id: int, actor_id: int) -> bool:
    """Whether the actor follows the artisan."""
    sql = "SELECT 1 FROM followers WHERE artisan_id = ? AND actor_id = ?"
    return await fetch_one(tx, sql, (artisan_id, actor_id)) is not None


async def delete(tx: Tx, artisan_id: int, actor_id: int) -> None:
    """Forget a follower."""
    await tx.execute("DELETE FROM followers WHERE artisan_id = ? AND actor_id = ?", (artisan_id, actor_id))


async def delete_by_follow(tx: Tx, follow_uri: str, actor_id: int) -> bool:
    """Forget the follower who sent this Follow, if it was this actor; return whether it was."""
    sql = "DELETE FROM followers WHERE follow_uri = ? AND actor_id = ? RETURNING actor_id"
    return bool(await fetch_all(tx, sql, (follow_uri, actor_id)))


async def delete_everywhere(tx: Tx, actor_uri: str) -> None:
    """Forget an actor as follower of anybody here, and as one who asks to be."""
    await tx.execute("DELETE FROM followers WHERE actor_id = (SELECT id FROM actors WHERE uri = ?)", (actor_uri,))
    await tx.execute("DELETE FROM follow_requests WHERE actor_id = (SELECT id FROM actors WHERE uri = ?)", (actor_uri,))


async def count(tx: Tx, artisan_id: int) -> int:
    """Return how many follow the artisan."""
    return await fetch_value(tx, "SELECT count(*) FROM followers WHERE artisan_id = ?", (artisan_id,))


async def list_all(tx: Tx, artisan_id: int) -> list[Follower]:
    """Return all followers, the first one first."""
    sql = """
        SELECT uri, username, host, name, followed_at, moved_to_uri FROM followers
        JOIN actors ON actors.id = followers.actor_id WHERE artisan_id = ? ORDER BY followed_at, actor_id
    """
    return [
        Follower(
            row["uri"],
            f"@{row['username']}@{row['host']}",
            row["name"],
            from_ms(row["followed_at"]),
            row["moved_to_uri"],
        )
        for row in await fetch_all(tx, sql, (artisan_id,))
    ]


# The words of the search are folded already; a handle is found with and without its first sign.
_FOUND = """
    FROM followers JOIN actors ON actors.id = followers.actor_id LEFT JOIN avatars ON avatars.actor_id = actors.id
    WHERE artisan_id = ?1
        AND (?2 = '' OR instr(folded(actors.name || ' @' || username || '@' || host), ?2) > 0)
"""


async def find_listed(tx: Tx, artisan_id: int, search: str, *, limit: int, offset: int) -> tuple[list[Listed], int]:
    """Return the followers whose name or handle has *search* in it, the newest first, and how many there are in all.

    Args:
        tx: the transaction.
        artisan_id: whom they follow.
        search: a part of a name, a handle or a server; empty for everybody.
        limit: how many.
        offset: how many of the newest are left out.
    """
    words = folded(search)
    sql = f"""
        SELECT {COLUMNS}, followed_at, moved_to_uri {_FOUND}
        ORDER BY followed_at DESC, followers.actor_id DESC LIMIT ?3 OFFSET ?4
    """
    found = [
        Listed(person=person_of(row), since=from_ms(row["followed_at"]), moved_to_uri=row["moved_to_uri"])
        for row in await fetch_all(tx, sql, (artisan_id, words, limit, offset))
    ]
    return found, await fetch_value(tx, f"SELECT count(*) {_FOUND}", (artisan_id, words))


async def list_inboxes(tx: Tx, artisan_id: int) -> list[str]:
    """Return the distinct inboxes that reach all followers: shared ones where there are any."""
    sql = """
        SELECT DISTINCT coalesce(shared_inbox_url, inbox_url) AS inbox FROM followers
        JOIN actors ON actors.id = followers.actor_id WHERE artisan_id = ?
    """
    return [row["inbox"] for row in await fetch_all(tx, sql, (artisan_id,))]


async def list_of_host(tx: Tx, artisan_id: int, host: str) -> list[str]:
    """Return the ids of the followers at one host, in their order."""
    sql = """
        SELECT uri FROM followers JOIN actors ON actors.id = followers.actor_id
        WHERE artisan_id = ? AND host = ? ORDER BY uri
    """
    return [row["uri"] for row in await fetch_all(tx, sql, (artisan_id, host))]


async def block(tx: Tx, artisan_id: int, actor_id: int, block_uri: str) -> None:
    """Record that an actor does not want to hear from the artisan."""
    sql = "INSERT OR REPLACE INTO blocks (artisan_id, actor_id, block_uri) VALUES (?, ?, ?)"
    await tx.execute(sql, (artisan_id, actor_id, block_uri))


async def unblock(tx: Tx, actor_id: int, *, artisan_id: int | None = None, block_uri: str | None = None) -> None:
    """Forget a block of this actor, found by the artisan or by the id of the block."""
    sql = "DELETE FROM blocks WHERE actor_id = ? AND (artisan_id = ? OR block_uri = ?)"
    await tx.execute(sql, (actor_id, artisan_id, block_uri))


async def is_blocked(tx: Tx, artisan_id: int, actor_id: int) -> bool:
    """Whether the actor does not want to hear from the artisan."""
    sql = "SELECT 1 FROM blocks WHERE artisan_id = ? AND actor_id = ?"
    return await fetch_one(tx, sql, (artisan_id, actor_id)) is not None


async def drop_moved(tx: Tx, old_uri: str, new_uri: str) -> None:
    """Forget the actor *old_uri* as a follower of whomever *new_uri* follows already."""
    sql = """
        DELETE FROM followers WHERE actor_id = (SELECT id FROM actors WHERE uri = ?)
            AND artisan_id IN (SELECT artisan_id FROM followers JOIN actors ON actors.id = actor_id WHERE uri = ?)
    """
    await tx.execute(sql, (old_uri, new_uri))
