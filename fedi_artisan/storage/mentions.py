"""Words of others to an artisan that answer no work of hers: the newest, so that nobody fills the disk with them."""

from datetime import datetime

from fedi_artisan.storage.db import Tx, fetch_all, to_ms
from fedi_artisan.vocab.notes import Note

MOST = 500
MOST_OF_ONE = 50


async def insert(tx: Tx, note: Note, *, artisan_id: int, actor_id: int, now: datetime) -> None:
    """Record a mention of an artisan; one that is known by its id stays as it is. The oldest go beyond the limits."""
    sql = """
        INSERT INTO mentions (artisan_id, actor_id, uri, url, content_html, language, public, published_at, received_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uri, artisan_id) DO NOTHING
    """
    published_at = to_ms(min(note.published_at or now, now))
    words = (note.uri, note.url, note.content_html, note.language, note.is_public)
    await tx.execute(sql, (artisan_id, actor_id, *words, published_at, to_ms(now)))
    # One who writes without end pushes out her own words before anybody else's.
    sql = """
        DELETE FROM mentions WHERE id IN (
            SELECT id FROM mentions WHERE artisan_id = ?1 AND actor_id = ?2
            ORDER BY received_at DESC, id DESC LIMIT -1 OFFSET ?3)
    """
    await tx.execute(sql, (artisan_id, actor_id, MOST_OF_ONE))
    sql = """
        DELETE FROM mentions WHERE id IN (
            SELECT id FROM mentions WHERE artisan_id = ?1 ORDER BY received_at DESC, id DESC LIMIT -1 OFFSET ?2)
    """
    await tx.execute(sql, (artisan_id, MOST))


async def update(tx: Tx, note: Note, actor_id: int, *, updated_at: datetime, now: datetime) -> bool:
    """Store the newer words of a mention by this actor; return whether it is hers and was older."""
    sql = """
        UPDATE mentions SET received_at = iif(content_html = ?1, received_at, ?5), content_html = ?1, updated_at = ?2,
            language = ?6
        WHERE uri = ?3 AND actor_id = ?4 AND coalesce(updated_at, published_at) < ?2 RETURNING id
    """
    values = (note.content_html, to_ms(updated_at), note.uri, actor_id, to_ms(now), note.language)
    return bool(await fetch_all(tx, sql, values))


async def delete(tx: Tx, uri: str, actor_id: int) -> bool:
    """Forget a mention by this actor; return whether there was one."""
    sql = "DELETE FROM mentions WHERE uri = ? AND actor_id = ? RETURNING id"
    return bool(await fetch_all(tx, sql, (uri, actor_id)))


async def is_known(tx: Tx, uri: str) -> bool:
    """Whether what has this id is kept."""
    return bool(await fetch_all(tx, "SELECT 1 FROM mentions WHERE uri = ? LIMIT 1", (uri,)))
