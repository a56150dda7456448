"""Who is signed in to the studio, and on which devices."""

from datetime import datetime

from fedi_artisan.domain.sessions import Session
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, from_ms, to_ms


def _session(row: Row) -> Session:
    return Session(
        id=row["id"],
        artisan_id=row["artisan_id"],
        device=row["device"],
        opened_at=from_ms(row["opened_at"]),
        seen_at=from_ms(row["seen_at"]),
        proved_at=from_ms(row["proved_at"]),
    )


async def insert(tx: Tx, token_hash: bytes, artisan_id: int, device: str, now: datetime) -> Session:
    """Record that an artisan has signed in on a device, and return it."""
    sql = """
        INSERT INTO sessions (token_hash, artisan_id, device, opened_at, seen_at, proved_at)
        VALUES (?1, ?2, ?3, ?4, ?4, ?4) RETURNING *
    """
    return _session((await fetch_all(tx, sql, (token_hash, artisan_id, device, to_ms(now))))[0])


async def find(tx: Tx, token_hash: bytes) -> Session | None:
    """Return the session whose token has this hash, whether it still counts or not."""
    row = await fetch_one(tx, "SELECT * FROM sessions WHERE token_hash = ?", (token_hash,))
    return None if row is None else _session(row)


async def list_of(tx: Tx, artisan_id: int) -> list[Session]:
    """Return an artisan's sessions, the one that was seen last first."""
    sql = "SELECT * FROM sessions WHERE artisan_id = ? ORDER BY seen_at DESC, id DESC"
    return [_session(row) for row in await fetch_all(tx, sql, (artisan_id,))]


async def set_seen(tx: Tx, session_id: int, now: datetime) -> None:
    """Note that a session is in use."""
    await tx.execute("UPDATE sessions SET seen_at = ? WHERE id = ?", (to_ms(now), session_id))


async def delete(tx: Tx, session_id: int) -> None:
    """End a session."""
    await tx.execute("DELETE FROM sessions WHERE id = ?", (session_id,))


async def delete_before(tx: Tx, *, seen: datetime, opened: datetime) -> None:
    """Forget the sessions that were last seen, or opened, before these moments."""
    await tx.execute("DELETE FROM sessions WHERE seen_at < ? OR opened_at < ?", (to_ms(seen), to_ms(opened)))


async def renew(tx: Tx, session_id: int, token_hash: bytes, now: datetime) -> None:
    """Have a session be shown by another token, and note that she has proved that it is she."""
    sql = "UPDATE sessions SET token_hash = ?1, seen_at = ?2, proved_at = ?2 WHERE id = ?3"
    await tx.execute(sql, (token_hash, to_ms(now), session_id))


async def delete_by_token(tx: Tx, token_hash: bytes) -> None:
    """End the session whose token has this hash."""
    await tx.execute("DELETE FROM sessions WHERE token_hash = ?", (token_hash,))


async def delete_of(tx: Tx, artisan_id: int, session_id: int) -> bool:
    """End a session of an artisan; return False where she has none of this number."""
    sql = "DELETE FROM sessions WHERE artisan_id = ? AND id = ? RETURNING id"
    return bool(await fetch_all(tx, sql, (artisan_id, session_id)))


async def delete_all(tx: Tx, artisan_id: int, *, but: int | None = None) -> int:
    """End all sessions of an artisan *but* one, and return how many these were."""
    sql = "DELETE FROM sessions WHERE artisan_id = ? AND id IS NOT ? RETURNING id"
    return len(await fetch_all(tx, sql, (artisan_id, but)))
