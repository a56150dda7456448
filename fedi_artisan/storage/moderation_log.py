"""What was decided about others, by whom and why."""

import json
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.block_lists import Kind
from fedi_artisan.domain.safety import OF_THE_HOUSE, Deed
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, from_ms, moment_or_none, to_ms

MOST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One decision: *subject* is what it is about by its id, *called* as people read it; *by* is a name or empty."""

    id: int
    by: str
    deed: Deed
    subject: str
    called: str
    why: str
    done_at: datetime
    undone_at: datetime | None


def _logged(row: Row) -> Logged:
    return Logged(
        id=row["id"],
        by=row["by_name"] or "",
        deed=Deed(row["deed"]),
        subject=row["subject"],
        called=row["called"],
        why=row["why"],
        done_at=from_ms(row["done_at"]),
        undone_at=moment_or_none(row["undone_at"]),
    )


# What an artisan may know of: her own, and what holds for the whole house; whom and what another one of the house does
# not want to read is hers alone.
_SELECT = """
    SELECT moderation_log.*, artisans.name AS by_name FROM moderation_log
    LEFT JOIN artisans ON artisans.id = artisan_id
    WHERE (artisan_id IS NULL OR artisan_id = ?1 OR deed IN (SELECT value FROM json_each(?2))
        OR (deed = 'import' AND subject = ?3))
"""


async def write(
    tx: Tx, artisan_id: int | None, deed: Deed, subject: str, *, called: str, why: str, now: datetime
) -> None:
    """Write down what was decided; the oldest goes beyond the limit."""
    sql = """
        INSERT INTO moderation_log (artisan_id, deed, subject, called, why, done_at) VALUES (?, ?, ?, ?, ?, ?)
        RETURNING id
    """
    rows = await fetch_all(tx, sql, (artisan_id, deed, subject, called, why, to_ms(now)))
    await tx.execute("DELETE FROM moderation_log WHERE id <= ?", (rows[0]["id"] - MOST,))


async def mark_undone(tx: Tx, artisan_id: int | None, deed: Deed, subject: str, now: datetime) -> None:
    """Note that what was decided so about a subject was taken back; of the house, whoever had decided it."""
    sql = """
        UPDATE moderation_log SET undone_at = ?1
        WHERE deed = ?2 AND subject = ?3 AND undone_at IS NULL AND (?4 IS NULL OR artisan_id = ?4)
    """
    await tx.execute(sql, (to_ms(now), deed, subject, artisan_id))


async def find_why(tx: Tx, artisan_id: int, deed: Deed, subject: str) -> str:
    """Return why an artisan last decided so about a subject, where that still stands; the empty text if not said."""
    sql = """
        SELECT why FROM moderation_log WHERE artisan_id = ? AND deed = ? AND subject = ? AND undone_at IS NULL
        ORDER BY id DESC LIMIT 1
    """
    row = await fetch_one(tx, sql, (artisan_id, deed, subject))
    return "" if row is None else row["why"]


async def list_all(tx: Tx, artisan_id: int, *, limit: int, offset: int = 0) -> list[Logged]:
    """Return what the artisan decided, and what was decided for the whole house, the last first."""
    sql = f"{_SELECT} ORDER BY done_at DESC, moderation_log.id DESC LIMIT ?4 OFFSET ?5"
    return [_logged(row) for row in await fetch_all(tx, sql, (*_known_to(artisan_id), limit, offset))]


async def find(tx: Tx, artisan_id: int, logged_id: int) -> Logged | None:
    """Return one decision of those that the artisan may know of."""
    row = await fetch_one(tx, f"{_SELECT} AND moderation_log.id = ?4", (*_known_to(artisan_id), logged_id))
    return None if row is None else _logged(row)


def _known_to(artisan_id: int) -> tuple[int, str, str]:
    """Return the values of _SELECT."""
    return artisan_id, json.dumps(sorted(OF_THE_HOUSE)), Kind.SERVERS
