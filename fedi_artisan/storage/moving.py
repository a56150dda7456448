"""The accounts that an artisan comes from, and those that she goes to."""

from datetime import datetime

from fedi_artisan.domain.moving import Account, Departure, OldAccount
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, from_ms, moment_or_none, to_ms


def _account(row: Row) -> Account:
    return Account(uri=row["uri"], handle=row["handle"], url=row["url"], name=row["name"])


async def put_account(tx: Tx, artisan_id: int, account: Account, *, leads_here: bool, now: datetime) -> None:
    """Record an account of the artisan as it was looked at now; one that is known already keeps its place."""
    sql = """
        INSERT INTO own_accounts (artisan_id, uri, handle, url, name, leads_here, looked_at, added_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
        ON CONFLICT (artisan_id, uri) DO UPDATE SET handle = excluded.handle, url = excluded.url, name = excluded.name,
            leads_here = excluded.leads_here, looked_at = excluded.looked_at
    """
    values = (artisan_id, account.uri, account.handle, account.url, account.name, leads_here, to_ms(now))
    await tx.execute(sql, values)


async def list_accounts(tx: Tx, artisan_id: int) -> list[OldAccount]:
    """Return the accounts of the artisan, in the order in which she named them."""
    sql = "SELECT * FROM own_accounts WHERE artisan_id = ? ORDER BY added_at, uri"
    return [
        OldAccount(account=_account(row), leads_here=bool(row["leads_here"]), looked_at=from_ms(row["looked_at"]))
        for row in await fetch_all(tx, sql, (artisan_id,))
    ]


async def set_leads_here(tx: Tx, artisan_id: int, uri: str, now: datetime) -> bool:
    """Note that an account of the artisan said that it moved to her; return whether she had named it."""
    sql = "UPDATE own_accounts SET leads_here = 1, looked_at = ? WHERE artisan_id = ? AND uri = ? RETURNING uri"
    return bool(await fetch_all(tx, sql, (to_ms(now), artisan_id, uri)))


async def delete_account(tx: Tx, artisan_id: int, uri: str) -> bool:
    """Forget an account; return whether she had named it."""
    sql = "DELETE FROM own_accounts WHERE artisan_id = ? AND uri = ? RETURNING uri"
    return bool(await fetch_all(tx, sql, (artisan_id, uri)))


async def is_own(tx: Tx, uri: str) -> bool:
    """Whether an artisan here has named this account as hers."""
    return await fetch_one(tx, "SELECT 1 FROM own_accounts WHERE uri = ?", (uri,)) is not None


async def insert_move(tx: Tx, artisan_id: int, target: Account, *, followers: int, now: datetime) -> None:
    """Record that the artisan has moved, while she had so many followers."""
    sql = """
        INSERT INTO own_moves (artisan_id, uri, handle, url, name, followers, moved_at) VALUES (?, ?, ?, ?, ?, ?, ?)
    """
    values = (artisan_id, target.uri, target.handle, target.url, target.name, followers, to_ms(now))
    await tx.execute(sql, values)


async def end_moves(tx: Tx, artisan_id: int, now: datetime) -> bool:
    """Record that the artisan took it back; return whether there was anything to take back."""
    sql = "UPDATE own_moves SET ended_at = ? WHERE artisan_id = ? AND ended_at IS NULL RETURNING id"
    return bool(await fetch_all(tx, sql, (to_ms(now), artisan_id)))


async def find_last_move(tx: Tx, artisan_id: int) -> Departure | None:
    """Return when and where the artisan last moved, taken back or not."""
    row = await fetch_one(tx, "SELECT * FROM own_moves WHERE artisan_id = ? ORDER BY id DESC LIMIT 1", (artisan_id,))
    if row is None:
        return None
    return Departure(
        target=_account(row),
        moved_at=from_ms(row["moved_at"]),
        ended_at=moment_or_none(row["ended_at"]),
        followers=row["followers"],
    )
