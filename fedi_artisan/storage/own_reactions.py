"""What our artisans like and share of what others posted."""

from datetime import datetime

from fedi_artisan.storage.db import Tx, fetch_all, to_ms


async def put(tx: Tx, artisan_id: int, post_id: int, kind: str, activity_uri: str, *, now: datetime) -> bool:
    """Record that the artisan likes ("Like") or shares ("Announce") a post; return False where she did already."""
    sql = """
        INSERT INTO own_reactions (artisan_id, post_id, type, activity_uri, reacted_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (artisan_id, post_id, type) DO NOTHING RETURNING post_id
    """
    return bool(await fetch_all(tx, sql, (artisan_id, post_id, kind, activity_uri, to_ms(now))))


async def delete(tx: Tx, artisan_id: int, post_id: int, kind: str) -> str | None:
    """Forget a reaction and return the id of its activity; None where there was none."""
    sql = "DELETE FROM own_reactions WHERE artisan_id = ? AND post_id = ? AND type = ? RETURNING activity_uri"
    rows = await fetch_all(tx, sql, (artisan_id, post_id, kind))
    return rows[0]["activity_uri"] if rows else None
