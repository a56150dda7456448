"""Passwords, codes and recovery codes, and the browsers on which an artisan came in before."""

from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.credentials import MOST_DEVICES, Ways
from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, moment_or_none, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCodes:
    """The secret of an artisan's codes, the step of the last one taken, and since when they are asked for, if so."""

    secret: str
    last_step: int
    confirmed_at: datetime | None


async def ways(tx: Tx, artisan_id: int) -> Ways:
    """Return how an artisan can come in."""
    sql = """
        SELECT (SELECT changed_at FROM passwords WHERE artisan_id = ?1) AS password,
            (SELECT count(*) FROM passkeys WHERE artisan_id = ?1) AS passkeys,
            (SELECT confirmed_at FROM codes WHERE artisan_id = ?1) AS codes,
            (SELECT count(*) FROM recovery_codes WHERE artisan_id = ?1 AND used_at IS NULL) AS recovery
    """
    row = await fetch_one(tx, sql, (artisan_id,))
    assert row is not None  # noqa: S101 - a SELECT without FROM gives one row
    return Ways(
        password_changed_at=moment_or_none(row["password"]),
        passkeys=row["passkeys"],
        codes_since=moment_or_none(row["codes"]),
        recovery_codes_left=row["recovery"],
    )


async def find_password(tx: Tx, artisan_id: int) -> str | None:
    """Return the hash of an artisan's password, or None where she has none."""
    row = await fetch_one(tx, "SELECT hash FROM passwords WHERE artisan_id = ?", (artisan_id,))
    return None if row is None else str(row["hash"])


async def put_password(tx: Tx, artisan_id: int, password_hash: str, now: datetime) -> None:
    """Replace an artisan's password, or give her one."""
    sql = """
        INSERT INTO passwords (artisan_id, hash, changed_at) VALUES (?, ?, ?)
        ON CONFLICT (artisan_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at
    """
    await tx.execute(sql, (artisan_id, password_hash, to_ms(now)))


async def rehash_password(tx: Tx, artisan_id: int, former_hash: str, password_hash: str) -> None:
    """Keep the same password under another hash, unless it was changed meanwhile."""
    sql = "UPDATE passwords SET hash = ? WHERE artisan_id = ? AND hash = ?"
    await tx.execute(sql, (password_hash, artisan_id, former_hash))


async def find_codes(tx: Tx, artisan_id: int) -> StoredCodes | None:
    """Return the secret of an artisan's codes, whether they are asked for already or not; None where there is none."""
    row = await fetch_one(tx, "SELECT * FROM codes WHERE artisan_id = ?", (artisan_id,))
    if row is None:
        return None
    confirmed_at = moment_or_none(row["confirmed_at"])
    return StoredCodes(secret=row["secret"], last_step=row["last_step"], confirmed_at=confirmed_at)


async def begin_codes(tx: Tx, artisan_id: int, secret: str, now: datetime) -> None:
    """Keep the secret of codes that are being set up, in place of one that was never confirmed."""
    sql = """
        INSERT INTO codes (artisan_id, secret, begun_at) VALUES (?, ?, ?)
        ON CONFLICT (artisan_id) DO UPDATE SET secret = excluded.secret, begun_at = excluded.begun_at, last_step = 0
        WHERE confirmed_at IS NULL
    """
    await tx.execute(sql, (artisan_id, secret, to_ms(now)))


async def confirm_codes(tx: Tx, artisan_id: int, now: datetime) -> None:
    """Have codes asked for from now on."""
    await tx.execute("UPDATE codes SET confirmed_at = ? WHERE artisan_id = ?", (to_ms(now), artisan_id))


async def take_step(tx: Tx, artisan_id: int, step: int) -> bool:
    """Take the code of a time step, and return whether it could be: none that is as old as the last one can."""
    sql = "UPDATE codes SET last_step = ?1 WHERE artisan_id = ?2 AND last_step < ?1 RETURNING artisan_id"
    return bool(await fetch_all(tx, sql, (step, artisan_id)))


async def delete_codes(tx: Tx, artisan_id: int) -> None:
    """Ask for no codes any more, and forget those on paper."""
    await tx.execute("DELETE FROM codes WHERE artisan_id = ?", (artisan_id,))
    await tx.execute("DELETE FROM recovery_codes WHERE artisan_id = ?", (artisan_id,))


async def replace_recovery_codes(tx: Tx, artisan_id: int, hashes: list[bytes]) -> None:
    """Have these recovery codes, and no others any more."""
    await tx.execute("DELETE FROM recovery_codes WHERE artisan_id = ?", (artisan_id,))
    sql = "INSERT INTO recovery_codes (artisan_id, hash) VALUES (?, ?)"
    await tx.executemany(sql, [(artisan_id, one) for one in hashes])


async def take_recovery_code(tx: Tx, artisan_id: int, code_hash: bytes, now: datetime) -> bool:
    """Take a recovery code, and return whether it could be: each can once."""
    sql = """
        UPDATE recovery_codes SET used_at = ? WHERE artisan_id = ? AND hash = ? AND used_at IS NULL
        RETURNING artisan_id
    """
    return bool(await fetch_all(tx, sql, (to_ms(now), artisan_id, code_hash)))


async def put_device(tx: Tx, artisan_id: int, device_hash: bytes, now: datetime) -> None:
    """Remember that an artisan came in on this browser; of too many, the one that was used longest ago is forgotten."""
    sql = """
        INSERT INTO devices (hash, artisan_id, used_at) VALUES (?, ?, ?)
        ON CONFLICT (hash) DO UPDATE SET artisan_id = excluded.artisan_id, used_at = excluded.used_at
    """
    await tx.execute(sql, (device_hash, artisan_id, to_ms(now)))
    sql = """
        DELETE FROM devices WHERE artisan_id = ?1 AND hash NOT IN (
            SELECT hash FROM devices WHERE artisan_id = ?1 ORDER BY used_at DESC, hash LIMIT ?2)
    """
    await tx.execute(sql, (artisan_id, MOST_DEVICES))


async def knows_device(tx: Tx, artisan_id: int, device_hash: bytes) -> bool:
    """Whether an artisan came in on this browser before."""
    sql = "SELECT 1 FROM devices WHERE hash = ? AND artisan_id = ?"
    return await fetch_one(tx, sql, (device_hash, artisan_id)) is not None


async def delete_devices(tx: Tx, artisan_id: int) -> None:
    """Forget on which browsers an artisan came in."""
    await tx.execute("DELETE FROM devices WHERE artisan_id = ?", (artisan_id,))


async def without_any(tx: Tx) -> list[int]:
    """Return the artisans who cannot come in, because they have neither a password nor a passkey yet."""
    sql = """
        SELECT id FROM artisans WHERE id NOT IN (SELECT artisan_id FROM passwords)
            AND id NOT IN (SELECT artisan_id FROM passkeys) ORDER BY id
    """
    return [int(row["id"]) for row in await fetch_all(tx, sql)]


async def has_passkeys(tx: Tx) -> bool:
    """Whether anybody here has a passkey."""
    return await fetch_one(tx, "SELECT 1 FROM passkeys LIMIT 1") is not None
