"""What others report of our artisans, and what these report of others."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, from_ms, moment_or_none, to_ms

MOST_OF_A_HOST = 50
MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report.

    Args:
        id: its row.
        incoming: whether others report one of us.
        host: the server that sent it, or that it was sent to.
        about: the ids of what is reported.
        words: why, as it was written.
        times: how often the same came.
        received_at: when it last came, or was sent.
        settled_at: when the artisan was done with it.
    """

    id: int
    incoming: bool
    host: str
    about: tuple[str, ...]
    words: str
    times: int
    received_at: datetime
    settled_at: datetime | None


def _report(row: Row) -> Report:
    return Report(
        id=row["id"],
        incoming=bool(row["incoming"]),
        host=row["host"],
        about=tuple(json.loads(row["about"])),
        words=row["words"],
        times=row["times"],
        received_at=from_ms(row["received_at"]),
        settled_at=moment_or_none(row["settled_at"]),
    )


async def put_incoming(
    tx: Tx, artisan_id: int, *, activity_uri: str, host: str, about: Sequence[str], words: str, now: datetime
) -> bool:
    """Record a report of an artisan; return whether it is new. The same once more, while it is open, is counted.

    Of one server a few are kept, and of all not many: whoever sends them without end fills no disk.
    """
    seen = json.dumps(sorted(about))
    again = """
        UPDATE reports SET times = times + 1, received_at = ?4 WHERE incoming AND settled_at IS NULL AND host = ?1
            AND about = ?2 AND artisan_id = ?3 RETURNING id
    """
    if await fetch_all(tx, again, (host, seen, artisan_id, to_ms(now))):
        return False
    sql = """
        INSERT INTO reports (artisan_id, incoming, activity_uri, host, about, words, received_at)
        VALUES (?, TRUE, ?, ?, ?, ?, ?) ON CONFLICT (activity_uri) DO NOTHING RETURNING id
    """
    new = bool(await fetch_all(tx, sql, (artisan_id, activity_uri, host, seen, words, to_ms(now))))
    sql = """
        DELETE FROM reports WHERE id IN (
            SELECT id FROM reports WHERE incoming AND host = ? ORDER BY received_at DESC, id DESC LIMIT -1 OFFSET ?)
    """
    await tx.execute(sql, (host, MOST_OF_A_HOST))
    sql = """
        DELETE FROM reports WHERE id IN (
            SELECT id FROM reports WHERE incoming ORDER BY received_at DESC, id DESC LIMIT -1 OFFSET ?)
    """
    await tx.execute(sql, (MOST,))
    return new


async def put_outgoing(
    tx: Tx, artisan_id: int, *, activity_uri: str, host: str, about: Sequence[str], words: str, now: datetime
) -> None:
    """Record what an artisan reports to another server."""
    sql = """
        INSERT INTO reports (artisan_id, incoming, activity_uri, host, about, words, received_at, settled_at)
        VALUES (?1, FALSE, ?2, ?3, ?4, ?5, ?6, ?6)
    """
    await tx.execute(sql, (artisan_id, activity_uri, host, json.dumps([*about]), words, to_ms(now)))


async def list_all(tx: Tx, artisan_id: int, *, limit: int, offset: int = 0) -> list[Report]:
    """Return reports of or by an artisan: first those that are open, of each the newest first."""
    sql = """
        SELECT * FROM reports WHERE artisan_id = ?
        ORDER BY settled_at IS NOT NULL, received_at DESC, id DESC LIMIT ? OFFSET ?
    """
    return [_report(row) for row in await fetch_all(tx, sql, (artisan_id, limit, offset))]


async def count_open(tx: Tx, artisan_id: int) -> int:
    """Return how many reports of an artisan she has not dealt with."""
    sql = "SELECT count(*) FROM reports WHERE artisan_id = ? AND incoming AND settled_at IS NULL"
    return await fetch_value(tx, sql, (artisan_id,))


async def settle(tx: Tx, artisan_id: int, report_id: int, now: datetime) -> Report | None:
    """Record that an artisan is done with a report, and return it; None where she was before."""
    sql = """
        UPDATE reports SET settled_at = ? WHERE artisan_id = ? AND id = ? AND settled_at IS NULL RETURNING *
    """
    row = await fetch_one(tx, sql, (to_ms(now), artisan_id, report_id))
    return None if row is None else _report(row)
