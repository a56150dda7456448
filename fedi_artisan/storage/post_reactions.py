"""What others do with posts of ours: likes and announces."""

from datetime import datetime

from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, to_ms


async def find_post(tx: Tx, uid: str, actor_id: int, *, aloud: bool) -> int | None:
    """Return the row of the post of ours with this uid, unless it was withdrawn or the actor cannot have read it.

    What is for followers is read by them and by whom it names; a letter by whom it names. What is done *aloud*, for
    others to see, can be done only with what anybody may read.
    """
    sql = """
        SELECT id FROM posts WHERE uid = ?1 AND withdrawn_at IS NULL AND (public OR (NOT ?3 AND (
            EXISTS (SELECT 1 FROM json_each(mentions)
                WHERE value ->> 'uri' = (SELECT uri FROM actors WHERE actors.id = ?2))
            OR (visibility = 'followers' AND EXISTS (
                SELECT 1 FROM followers WHERE followers.artisan_id = posts.artisan_id AND followers.actor_id = ?2)))))
    """
    row = await fetch_one(tx, sql, (uid, actor_id, aloud))
    return None if row is None else int(row["id"])


async def put(
    tx: Tx, *, post_id: int, actor_id: int, kind: str, activity_uri: str, content: str | None, now: datetime
) -> None:
    """Record a Like or an Announce; a second one of the same actor replaces the first and counts once."""
    sql = """
        INSERT INTO post_reactions (post_id, actor_id, type, activity_uri, content, received_at)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (post_id, actor_id, type) DO UPDATE SET activity_uri = excluded.activity_uri,
            content = excluded.content
    """
    await tx.execute(sql, (post_id, actor_id, kind, activity_uri, content, to_ms(now)))


async def delete(
    tx: Tx, actor_id: int, *, activity_uri: str | None, post_uri: str | None = None, kind: str | None = None
) -> bool:
    """Take back this actor's reaction, found by its id or by post and type; return whether there was one."""
    sql = """
        DELETE FROM post_reactions WHERE actor_id = ?1 AND (activity_uri = ?2
            OR (post_id = (SELECT id FROM posts WHERE uri = ?3) AND type = ?4)) RETURNING post_id
    """
    return bool(await fetch_all(tx, sql, (actor_id, activity_uri, post_uri, kind)))
