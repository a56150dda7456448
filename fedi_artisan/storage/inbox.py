"""What arrived, until it took effect and for a while after.

A row that has taken effect stands for its id: what comes under the same id is a copy. Its `due_at` is the moment after
which something signed under this id would be new, which is never, unless it was taken back.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, fetch_value, from_ms, moment_or_none, to_ms

_NEVER = 2**62
_MOST_IGNORED_TYPES = 1_000
_LONGEST_REFUSED_BYTES = 16_384  # kept for looking into; longer ones are made to fill a disk


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A verified activity, as it is put into the inbox.

    Args:
        asks: whether another server must be asked about it first.
        ends: whether it ends what had its id before: some servers give a Delete the id of the Create (BookWyrm).
    """

    actor_uri: str
    activity_uri: str
    body: bytes
    asks: bool
    signed_at: datetime
    ends: bool = False


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An activity waiting to take effect."""

    id: int
    actor_uri: str
    activity_uri: str
    body: bytes
    attempts: int


@dataclass(frozen=True, slots=True)
class AskingRow:
    """An activity waiting to take effect that another server must be asked about."""

    id: int
    actor_uri: str
    due_at: datetime


async def insert(tx: Tx, arrivals: Iterable[Arrival], now: datetime) -> None:
    """Put verified activities into the inbox; one that is there already stays as it is.

    What was taken back may be done again under the same id, as some servers give the second Follow of an actor the id
    of the first: it is no copy if it was signed after the taking back.
    """
    sql = """
        INSERT INTO inbox (actor_uri, activity_uri, body, asks, due_at, received_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
        ON CONFLICT (actor_uri, activity_uri) DO UPDATE SET state = 'waiting', body = excluded.body,
            asks = excluded.asks, attempts = 0, due_at = excluded.due_at, received_at = excluded.received_at,
            answer = '' WHERE ?7 OR (state <> 'waiting' AND inbox.due_at < ?6)
    """
    rows = [
        (
            arrival.actor_uri,
            arrival.activity_uri,
            arrival.body,
            arrival.asks,
            to_ms(now),
            to_ms(arrival.signed_at),
            arrival.ends,
        )
        for arrival in arrivals
    ]
    await tx.executemany(sql, rows)


async def take_back(tx: Tx, actor_uri: str, uri: str, now: datetime) -> None:
    """Note that the actor took back what has this id; where it comes later, late or again, it is a copy."""
    sql = """
        INSERT INTO inbox (actor_uri, activity_uri, asks, state, due_at, received_at, answer)
        VALUES (?, ?, FALSE, 'done', ?, ?, 'taken back before it came')
        ON CONFLICT (actor_uri, activity_uri) DO UPDATE SET state = 'done', body = NULL,
            due_at = excluded.received_at, answer = 'taken back'
    """
    await tx.execute(sql, (actor_uri, uri, _NEVER, to_ms(now)))


async def let_again(tx: Tx, actor_uri: str, uri: str, now: datetime) -> None:
    """Let what has this id be done anew, though nobody took it back: what is signed after *now* is no copy of it."""
    sql = "UPDATE inbox SET due_at = ? WHERE actor_uri = ? AND activity_uri = ? AND state <> 'waiting'"
    await tx.execute(sql, (to_ms(now), actor_uri, uri))


async def find_done(tx: Tx, actor_uri: str, uri: str) -> datetime | None:
    """Return when something of this actor with this id took effect or was taken back; None where neither was lately."""
    sql = """
        SELECT iif(due_at = ?, received_at, due_at) AS done_at FROM inbox
        WHERE actor_uri = ? AND activity_uri = ? AND state = 'done'
    """
    row = await fetch_one(tx, sql, (_NEVER, actor_uri, uri))
    return None if row is None else from_ms(row["done_at"])


async def list_due(tx: Tx, now: datetime, limit: int) -> list[InboxRow]:
    """Return activities whose time has come and that need nobody's word, in the order they arrived.

    An actor's activities keep their order: none is due before an earlier one that others are being asked about, unless
    these could not be reached. The time of what was never tried has come, whatever the clock says: it may have been set
    back since.
    """
    sql = """
        SELECT id, actor_uri, activity_uri, body, attempts FROM inbox AS due INDEXED BY inbox_waiting
        WHERE state = 'waiting' AND (attempts = 0 OR due_at <= ?) AND NOT asks AND NOT EXISTS (
            SELECT 1 FROM inbox AS earlier WHERE earlier.state = 'waiting' AND earlier.asks
                AND earlier.actor_uri = due.actor_uri AND earlier.id < due.id AND earlier.attempts = 0)
        ORDER BY id LIMIT ?
    """
    return [InboxRow(*row) for row in await fetch_all(tx, sql, (to_ms(now), limit))]


async def list_asking(tx: Tx) -> list[AskingRow]:
    """Return all waiting activities that others must be asked about, in the order they arrived.

    What was never tried is due since ever, whatever the clock says.
    """
    sql = """
        SELECT id, actor_uri, iif(attempts = 0, 0, due_at) AS due_at FROM inbox
        WHERE state = 'waiting' AND asks ORDER BY id
    """
    return [AskingRow(row["id"], row["actor_uri"], from_ms(row["due_at"])) for row in await fetch_all(tx, sql)]


async def list_rows(tx: Tx, ids: Iterable[int]) -> list[InboxRow]:
    """Return waiting activities by their row ids."""
    sql = """
        SELECT id, actor_uri, activity_uri, body, attempts FROM inbox
        WHERE state = 'waiting' AND id IN (SELECT value FROM json_each(?)) ORDER BY id
    """
    return [InboxRow(*row) for row in await fetch_all(tx, sql, (json.dumps(list(ids)),))]


async def is_waiting(tx: Tx, row_id: int) -> bool:
    """Whether an activity still waits to take effect; one that was taken back does not."""
    return await fetch_one(tx, "SELECT 1 FROM inbox WHERE id = ? AND state = 'waiting'", (row_id,)) is not None


async def finish(tx: Tx, answers: Mapping[int, tuple[str, str]]) -> None:
    """Record waiting rows as "done" or "refused", each with a word about why; short bodies of refused ones are kept.

    One that was taken back meanwhile stays so: under its id the same may be done anew.
    """
    sql = """
        UPDATE inbox SET state = ?1, answer = ?2, due_at = ?3,
            body = CASE WHEN ?1 = 'refused' AND length(body) <= ?4 THEN body END WHERE id = ?5 AND state = 'waiting'
    """
    rows = [(state, answer, _NEVER, _LONGEST_REFUSED_BYTES, row_id) for row_id, (state, answer) in answers.items()]
    await tx.executemany(sql, rows)


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
    """Add to the counts of activity types that nothing is done about; a thousand names are kept, no more."""
    sql = """
        INSERT INTO ignored (type, count) SELECT ?1, ?2
        WHERE (SELECT count(*) FROM ignored) < ?3 OR EXISTS (SELECT 1 FROM ignored WHERE type = ?1)
        ON CONFLICT (type) DO UPDATE SET count = count + excluded.count
    """
    await tx.executemany(sql, [(name, count, _MOST_IGNORED_TYPES) for name, count in counts.items()])


async def list_ignored(tx: Tx) -> dict[str, int]:
    """Return how often each type that nothing is done about arrived."""
    return {row["type"]: row["count"] for row in await fetch_all(tx, "SELECT type, count FROM ignored")}
