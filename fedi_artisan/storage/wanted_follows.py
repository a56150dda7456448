"""Whom artisans want to follow by a list, until each has been looked for."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.sought import Account, Missing
from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, fetch_value, from_ms, to_ms


@dataclass(frozen=True, slots=True)
class WantedFollow:
    """Somebody to be looked for, for the *tries*-th time after the first."""

    artisan_id: int
    account: Account
    tries: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a list stands: how many are still looked for, and who was not found, with why."""

    waiting: int
    failed: tuple[tuple[Account, Missing], ...]


async def put(tx: Tx, artisan_id: int, accounts: Iterable[Account], now: datetime) -> None:
    """Want to follow these; who is wanted already is looked for anew."""
    sql = """
        INSERT INTO wanted_follows (artisan_id, username, host, due_at)
        SELECT ?1, value ->> 0, value ->> 1, ?3 FROM json_each(?2) WHERE TRUE
        ON CONFLICT DO UPDATE SET tries = 0, due_at = excluded.due_at, answer = ''
    """
    listed = json.dumps([[account.username, account.host] for account in accounts])
    await tx.execute(sql, (artisan_id, listed, to_ms(now)))


async def list_due(tx: Tx, now: datetime, limit: int) -> list[WantedFollow]:
    """Return who is to be looked for now."""
    sql = """
        SELECT artisan_id, username, host, tries FROM wanted_follows WHERE due_at <= ? ORDER BY due_at LIMIT ?
    """
    rows = await fetch_all(tx, sql, (to_ms(now), limit))
    return [WantedFollow(row["artisan_id"], Account(row["username"], row["host"]), row["tries"]) for row in rows]


async def find_next(tx: Tx) -> datetime | None:
    """Return when somebody is to be looked for next."""
    row = await fetch_one(tx, "SELECT min(due_at) AS due_at FROM wanted_follows WHERE due_at IS NOT NULL")
    return None if row is None or row["due_at"] is None else from_ms(row["due_at"])


async def postpone(tx: Tx, wanted: WantedFollow, due_at: datetime | None, answer: Missing) -> None:
    """Record that somebody was not found, and is looked for again at *due_at*, or no more."""
    sql = """
        UPDATE wanted_follows SET tries = tries + 1, due_at = ?, answer = ?
        WHERE artisan_id = ? AND username = ? AND host = ?
    """
    due = None if due_at is None else to_ms(due_at)
    await tx.execute(sql, (due, answer, wanted.artisan_id, wanted.account.username, wanted.account.host))


async def delete(tx: Tx, artisan_id: int, account: Account) -> bool:
    """Want it no more; return whether it was wanted."""
    sql = "DELETE FROM wanted_follows WHERE artisan_id = ? AND username = ? AND host = ? RETURNING host"
    return bool(await fetch_all(tx, sql, (artisan_id, account.username, account.host)))


async def delete_failed(tx: Tx, artisan_id: int) -> None:
    """Forget who was not found."""
    await tx.execute("DELETE FROM wanted_follows WHERE artisan_id = ? AND due_at IS NULL", (artisan_id,))


async def find_standing(tx: Tx, artisan_id: int, *, most: int) -> Standing:
    """Return how the artisan's list stands, with *most* of those who were not found."""
    sql = "SELECT count(*) FROM wanted_follows WHERE artisan_id = ? AND due_at IS NOT NULL"
    waiting = await fetch_value(tx, sql, (artisan_id,))
    sql = """
        SELECT username, host, answer FROM wanted_follows WHERE artisan_id = ? AND due_at IS NULL
        ORDER BY username, host LIMIT ?
    """
    rows = await fetch_all(tx, sql, (artisan_id, most))
    failed = tuple((Account(row["username"], row["host"]), Missing(row["answer"])) for row in rows)
    return Standing(waiting, failed)
