"""Who asks to follow an artisan, and waits for her answer."""

from datetime import datetime

from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, fetch_value, from_ms, to_ms
from fedi_artisan.storage.followers import Asker, Listed, asker_of
from fedi_artisan.storage.people import COLUMNS, person_of


async def put(tx: Tx, artisan_id: int, actor_id: int, follow_uri: str, now: datetime) -> None:
    """Record a request; a repeated one replaces the id of the first and waits where it was."""
    sql = """
        INSERT INTO follow_requests (artisan_id, actor_id, follow_uri, asked_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (artisan_id, actor_id) DO UPDATE SET follow_uri = excluded.follow_uri
    """
    await tx.execute(sql, (artisan_id, actor_id, follow_uri, to_ms(now)))


async def find(tx: Tx, artisan_id: int, actor_uri: str) -> Asker | None:
    """Return the request of this actor, if there is one."""
    sql = """
        SELECT actor_id, uri, inbox_url, follow_uri, asked_at FROM follow_requests JOIN actors ON actors.id = actor_id
        WHERE artisan_id = ? AND uri = ?
    """
    row = await fetch_one(tx, sql, (artisan_id, actor_uri))
    return None if row is None else asker_of(row)


async def delete(tx: Tx, artisan_id: int, actor_id: int) -> None:
    """Forget a request."""
    await tx.execute("DELETE FROM follow_requests WHERE artisan_id = ? AND actor_id = ?", (artisan_id, actor_id))


async def delete_by_follow(tx: Tx, follow_uri: str, actor_id: int) -> bool:
    """Forget the request that this Follow made, if it was this actor's; return whether it was."""
    sql = "DELETE FROM follow_requests WHERE follow_uri = ? AND actor_id = ? RETURNING actor_id"
    return bool(await fetch_all(tx, sql, (follow_uri, actor_id)))


async def count(tx: Tx, artisan_id: int) -> int:
    """Return how many wait."""
    return await fetch_value(tx, "SELECT count(*) FROM follow_requests WHERE artisan_id = ?", (artisan_id,))


async def list_waiting(tx: Tx, artisan_id: int, *, limit: int) -> list[Listed]:
    """Return those who wait, the longest waiting first."""
    sql = f"""
        SELECT {COLUMNS}, asked_at, moved_to_uri FROM follow_requests
        JOIN actors ON actors.id = follow_requests.actor_id LEFT JOIN avatars ON avatars.actor_id = actors.id
        WHERE artisan_id = ? ORDER BY asked_at, follow_requests.actor_id LIMIT ?
    """  # noqa: S608 - a constant of ours
    return [
        Listed(person=person_of(row), since=from_ms(row["asked_at"]), moved_to_uri=row["moved_to_uri"])
        for row in await fetch_all(tx, sql, (artisan_id, limit))
    ]
