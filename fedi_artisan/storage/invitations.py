"""Links that let an artisan in once."""

from datetime import datetime

from fedi_artisan.domain.credentials import Invitation, Purpose
from fedi_artisan.storage.db import Tx, fetch_one, from_ms, to_ms

# Each start of a server makes one as long as nobody has come in; those before stay good until they end.
_MOST_OF_ONE = 20


async def insert(tx: Tx, token_hash: bytes, invitation: Invitation, now: datetime) -> None:
    """Record a link; of too many for one artisan, the oldest go, and all that have ended."""
    sql = """
        INSERT INTO invitations (hash, artisan_id, purpose, forgets_codes, made_at, expires_at)
        VALUES (?, ?, ?, ?, ?, ?)
    """
    await tx.execute(
        sql,
        (
            token_hash,
            invitation.artisan_id,
            invitation.purpose,
            invitation.forgets_codes,
            to_ms(now),
            to_ms(invitation.expires_at),
        ),
    )
    await tx.execute("DELETE FROM invitations WHERE expires_at <= ?", (to_ms(now),))
    sql = """
        DELETE FROM invitations WHERE artisan_id = ?1 AND hash NOT IN (
            SELECT hash FROM invitations WHERE artisan_id = ?1 ORDER BY made_at DESC, hash LIMIT ?2)
    """
    await tx.execute(sql, (invitation.artisan_id, _MOST_OF_ONE))


async def find(tx: Tx, token_hash: bytes, now: datetime) -> Invitation | None:
    """Return the link of which this is the hash, if it was not used and has not ended."""
    sql = "SELECT * FROM invitations WHERE hash = ? AND expires_at > ?"
    row = await fetch_one(tx, sql, (token_hash, to_ms(now)))
    if row is None:
        return None
    return Invitation(
        artisan_id=row["artisan_id"],
        purpose=Purpose(row["purpose"]),
        forgets_codes=bool(row["forgets_codes"]),
        expires_at=from_ms(row["expires_at"]),
    )


async def delete_of(tx: Tx, artisan_id: int) -> None:
    """Let none of an artisan's links be used any more."""
    await tx.execute("DELETE FROM invitations WHERE artisan_id = ?", (artisan_id,))
