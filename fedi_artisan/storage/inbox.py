"""What arrived, until it took effect and for a while after."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.storage.db import Tx, fetch_all, fetch_value, moment_or_none, to_ms


@dataclass(frozen=True, slots=True)
class Arrival:
    """A verified activity, as it is put into the inbox; `asks` if another server must be asked about it first."""

    actor_uri: str
    activity_uri: str
    body: bytes
    asks: bool


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An activity waiting to take effect."""

    id: int
    actor_uri: str
    activity_uri: str
    body: bytes
    attempts: int


async def insert(tx: Tx, arrivals: Iterable[Arrival], now: datetime) -> None:
    """Put verified activities into the inbox; one that is there already stays as it is."""
    sql = """
        INSERT INTO inbox (actor_uri, activity_uri, body, asks, due_at, received_at) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (actor_uri, activity_uri) DO NOTHING
    """
    moment = to_ms(now)
    rows = [
        (arrival.actor_uri, arrival.activity_uri, arrival.body, arrival.asks, moment, moment) for arrival in arrivals
    ]
    await tx.executemany(sql, rows)


async def list_due(tx: Tx, now: datetime, limit: int) -> list[InboxRow]:
    """Return activities whose time has come and that need nobody's word, in the order they arrived.

    An actor's activities keep their order: none is due before an earlier one that others are being asked about.
    """
    sql = """
        SELECT id, actor_uri, activity_uri, body, attempts FROM inbox AS due
        WHERE state = 'waiting' AND due_at <= ? AND NOT asks AND NOT EXISTS (
            SELECT 1 FROM inbox AS earlier WHERE earlier.state = 'waiting' AND earlier.asks
                AND earlier.actor_uri = due.actor_uri AND earlier.id < due.id)
        ORDER BY id LIMIT ?
    """
    return [InboxRow(*row) for row in await fetch_all(tx, sql, (to_ms(now), limit))]


async def list_asking(tx: Tx, now: datetime, *, but_of: Collection[str], limit: int) -> list[InboxRow]:
    """Return the first due activity of each actor that others must be asked about, but of none in *but_of*."""
    sql = """
        SELECT min(id), actor_uri, activity_uri, body, attempts FROM inbox
        WHERE state = 'waiting' AND due_at <= ? AND asks AND actor_uri NOT IN (SELECT value FROM json_each(?))
        GROUP BY actor_uri ORDER BY min(id) LIMIT ?
    """
    return [InboxRow(*row) for row in await fetch_all(tx, sql, (to_ms(now), json.dumps(list(but_of)), limit))]


async def finish(tx: Tx, answers: Mapping[int, tuple[str, str]]) -> None:
    """Record rows as "done" or "refused", each with a word about why; their bodies are not needed any more."""
    sql = "UPDATE inbox SET state = ?, answer = ?, body = CASE ? WHEN 'done' THEN NULL ELSE body END WHERE id = ?"
    await tx.executemany(sql, [(state, answer, state, row_id) for row_id, (state, answer) in answers.items()])


async def postpone(tx: Tx, row_id: int, due_at: datetime, answer: str) -> None:
    """Have an activity tried again at *due_at*."""
    sql = "UPDATE inbox SET attempts = attempts + 1, due_at = ?, answer = ? WHERE id = ?"
    await tx.execute(sql, (to_ms(due_at), answer, row_id))


async def next_due(tx: Tx, *, after: datetime) -> datetime | None:
    """Return the first moment after *after* at which an activity is due."""
    sql = "SELECT min(due_at) AS due_at FROM inbox WHERE state = 'waiting' AND due_at > ?"
    rows = await fetch_all(tx, sql, (to_ms(after),))
    return moment_or_none(rows[0]["due_at"])


async def count_waiting(tx: Tx) -> int:
    """Return how many activities wait to take effect."""
    return await fetch_value(tx, "SELECT count(*) FROM inbox WHERE state = 'waiting'")


async def prune(tx: Tx, before: datetime) -> int:
    """Forget what arrived before *before* and took effect or was refused; return how many rows."""
    sql = "DELETE FROM inbox WHERE received_at < ? AND state <> 'waiting' RETURNING id"
    return len(await fetch_all(tx, sql, (to_ms(before),)))


async def count_ignored(tx: Tx, counts: Mapping[str, int]) -> None:
    """Add to the counts of activity types that nothing is done about."""
    sql = """
        INSERT INTO ignored (type, count) VALUES (?, ?) ON CONFLICT (type) DO UPDATE SET count = count + excluded.count
    """
    await tx.executemany(sql, list(counts.items()))


async def list_ignored(tx: Tx) -> dict[str, int]:
    """Return how often each type that nothing is done about arrived."""
    return {row["type"]: row["count"] for row in await fetch_all(tx, "SELECT type, count FROM ignored")}
