"""Passkeys."""

from datetime import datetime

from fedi_artisan.domain.passkeys import Passkey, Proof
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, from_ms, moment_or_none, to_ms


def _passkey(row: Row) -> Passkey:
    return Passkey(
        id=row["id"],
        uid=row["uid"],
        artisan_id=row["artisan_id"],
        credential_id=row["credential_id"],
        public_key=row["public_key"],
        sign_count=row["sign_count"],
        backed_up=bool(row["backed_up"]),
        name=row["name"],
        created_at=from_ms(row["created_at"]),
        used_at=moment_or_none(row["used_at"]),
    )


async def insert(tx: Tx, *, uid: str, artisan_id: int, made: Proof, name: str, now: datetime) -> bool:
    """Add a passkey; return False where it is known already, whosever it is."""
    sql = """
        INSERT INTO passkeys (uid, artisan_id, credential_id, public_key, sign_count, backed_up, name, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (credential_id) DO NOTHING RETURNING id
    """
    kept = (made.credential_id, made.public_key, made.sign_count, made.backed_up)
    return bool(await fetch_all(tx, sql, (uid, artisan_id, *kept, name, to_ms(now))))


async def find(tx: Tx, credential_id: bytes) -> Passkey | None:
    """Return the passkey that its device knows by this id."""
    row = await fetch_one(tx, "SELECT * FROM passkeys WHERE credential_id = ?", (credential_id,))
    return None if row is None else _passkey(row)


async def list_of(tx: Tx, artisan_id: int) -> list[Passkey]:
    """Return an artisan's passkeys, the first one first."""
    rows = await fetch_all(tx, "SELECT * FROM passkeys WHERE artisan_id = ? ORDER BY id", (artisan_id,))
    return [_passkey(row) for row in rows]


async def note_use(tx: Tx, passkey_id: int, shown: Proof, now: datetime) -> bool:
    """Record that somebody came in with a passkey; return False where it was removed meanwhile."""
    sql = "UPDATE passkeys SET sign_count = ?, backed_up = ?, used_at = ? WHERE id = ? RETURNING id"
    return bool(await fetch_all(tx, sql, (shown.sign_count, shown.backed_up, to_ms(now), passkey_id)))


async def rename(tx: Tx, artisan_id: int, uid: str, name: str) -> bool:
    """Call a passkey otherwise; return False where the artisan has none of this uid."""
    sql = "UPDATE passkeys SET name = ? WHERE artisan_id = ? AND uid = ? RETURNING id"
    return bool(await fetch_all(tx, sql, (name, artisan_id, uid)))


async def delete(tx: Tx, artisan_id: int, uid: str) -> bool:
    """Forget a passkey; return False where the artisan has none of this uid."""
    sql = "DELETE FROM passkeys WHERE artisan_id = ? AND uid = ? RETURNING id"
    return bool(await fetch_all(tx, sql, (artisan_id, uid)))
