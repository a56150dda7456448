"""What became of the backups that were begun."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fedi_artisan.domain.backups import Kind
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, from_ms, moment_or_none, to_ms

_KEPT_ROWS = 500


class By(StrEnum):
    """Who asked for a backup."""

    COMMAND = "command"
    SCHEDULE = "schedule"


class Fault(StrEnum):
    """Why a backup came to nothing: no room for it, no place where it could be written, or something else."""

    FULL = "full"
    PLACE = "place"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What is known of one backup.

    Args:
        begun_at: when it was begun; *ended_at* is None while it is being made, and where that was cut short.
        place: where it lies, or was to lie.
        kind: what is in it, *size_bytes* how much; None where it came to nothing.
        sealed: whether it is encrypted.
        fault: why it came to nothing, if it did, and *told* the same in words.
    """

    begun_at: datetime
    ended_at: datetime | None
    place: str
    kind: Kind | None
    size_bytes: int | None
    sealed: bool
    fault: Fault | None
    told: str | None

    @property
    def good(self) -> bool:
        """Whether it is there to be restored."""
        return self.ended_at is not None and self.fault is None


async def begin(tx: Tx, *, by: By, place: str, sealed: bool, now: datetime) -> int:
    """Note that a backup is being made; return its row. Of those of long ago nothing is kept."""
    await tx.execute(
        "DELETE FROM backups WHERE id <= (SELECT id FROM backups ORDER BY id DESC LIMIT 1 OFFSET ?)", (_KEPT_ROWS,)
    )
    sql = "INSERT INTO backups (begun_at, made_by, place, sealed) VALUES (?, ?, ?, ?) RETURNING id"
    return await fetch_value(tx, sql, (to_ms(now), by, place, int(sealed)))


async def end(tx: Tx, row: int, *, place: str, kind: Kind, size_bytes: int, now: datetime) -> None:
    """Note that a backup is whole and in its place."""
    sql = "UPDATE backups SET ended_at = ?, place = ?, kind = ?, size_bytes = ? WHERE id = ?"
    await tx.execute(sql, (to_ms(now), place, kind, size_bytes, row))


async def fail(tx: Tx, row: int, fault: Fault, told: str, now: datetime) -> None:
    """Note that a backup came to nothing."""
    await tx.execute(
        "UPDATE backups SET ended_at = ?, fault = ?, told = ? WHERE id = ?", (to_ms(now), fault, told, row)
    )


async def last_begun(tx: Tx, now: datetime) -> Noted | None:
    """Return the backup that was begun last; one from after *now*, when the clock was wrong, says nothing."""
    row = await fetch_one(tx, "SELECT * FROM backups WHERE begun_at <= ? ORDER BY begun_at DESC LIMIT 1", (to_ms(now),))
    return None if row is None else _noted(row)


async def list_last(tx: Tx, count: int) -> list[Noted]:
    """Return the last backups, the newest first."""
    return [_noted(row) for row in await fetch_all(tx, "SELECT * FROM backups ORDER BY id DESC LIMIT ?", (count,))]


def _noted(row: Row) -> Noted:
    return Noted(
        begun_at=from_ms(row["begun_at"]),
        ended_at=moment_or_none(row["ended_at"]),
        place=row["place"],
        kind=None if row["kind"] is None else Kind(row["kind"]),
        size_bytes=row["size_bytes"],
        sealed=bool(row["sealed"]),
        fault=None if row["fault"] is None else Fault(row["fault"]),
        told=row["told"],
    )
