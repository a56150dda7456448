"""What those whom an artisan follows show to their own followers."""

from datetime import datetime

from fedi_artisan.storage.db import Tx, fetch_all, to_ms


async def put(tx: Tx, *, actor_id: int, post_id: int, activity_uri: str, shared_at: datetime) -> None:
    """Record that the actor shows a post; once is as good as often."""
    sql = """
        INSERT INTO shares (actor_id, post_id, activity_uri, shared_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (actor_id, post_id) DO UPDATE SET activity_uri = excluded.activity_uri
    """
    await tx.execute(sql, (actor_id, post_id, activity_uri, to_ms(shared_at)))


async def delete(tx: Tx, actor_id: int, *, activity_uri: str | None, post_uri: str | None = None) -> bool:
    """Forget that the actor shows a post, found by the id of either; return whether she did."""
    sql = """
        DELETE FROM shares WHERE actor_id = ?1
            AND (activity_uri = ?2 OR post_id = (SELECT id FROM posts WHERE uri = ?3)) RETURNING post_id
    """
    return bool(await fetch_all(tx, sql, (actor_id, activity_uri, post_uri)))
