"""Lists of servers: those of others that are looked at again and again, and files that were given."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.block_lists import Kind, Line
from fedi_artisan.domain.safety import Severity
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, moment_or_none, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A list of others.

    Args:
        id: its row.
        url: where it stands.
        looked_at: when it was last asked for; *trouble* is why it could not be read then.
        found_at: when what is known of it was read; None before the first time.
        applied_at: when somebody last agreed to it.
    """

    id: int
    url: str
    looked_at: datetime | None
    trouble: str
    found_at: datetime | None
    applied_at: datetime | None


def _subscription(row: Row) -> Subscription:
    return Subscription(
        id=row["id"],
        url=row["url"],
        looked_at=moment_or_none(row["looked_at"]),
        trouble=row["trouble"],
        found_at=moment_or_none(row["found_at"]),
        applied_at=moment_or_none(row["applied_at"]),
    )


_SELECT = "SELECT id, url, looked_at, trouble, found_at, applied_at FROM lists"


async def add(tx: Tx, url: str, now: datetime) -> int:
    """Record a list to be looked at, and return its row; one that is there stays as it is."""
    sql = "INSERT INTO lists (url, added_at) VALUES (?, ?) ON CONFLICT (url) DO UPDATE SET url = url RETURNING id"
    return int((await fetch_all(tx, sql, (url, to_ms(now))))[0]["id"])


async def delete(tx: Tx, list_id: int) -> str | None:
    """Look at a list no more, and return where it was; the servers that it brought stay as they are treated."""
    row = await fetch_one(tx, "DELETE FROM lists WHERE id = ? RETURNING url", (list_id,))
    return None if row is None else str(row["url"])


async def find(tx: Tx, list_id: int) -> Subscription | None:
    """Return a list."""
    row = await fetch_one(tx, f"{_SELECT} WHERE id = ?", (list_id,))
    return None if row is None else _subscription(row)


async def list_all(tx: Tx) -> list[Subscription]:
    """Return all lists, the first one first."""
    return [_subscription(row) for row in await fetch_all(tx, f"{_SELECT} ORDER BY id")]


async def count(tx: Tx) -> int:
    """Return how many lists there are."""
    return await fetch_value(tx, "SELECT count(*) FROM lists")


async def list_due(tx: Tx, before: datetime) -> list[Subscription]:
    """Return the lists that were not looked at since *before*."""
    sql = f"{_SELECT} WHERE looked_at IS NULL OR looked_at < ? ORDER BY id"
    return [_subscription(row) for row in await fetch_all(tx, sql, (to_ms(before),))]


async def put_found(tx: Tx, list_id: int, lines: Iterable[Line], now: datetime) -> None:
    """Record what stands in a list now; lines that cannot be used are left out."""
    found = [(line.what, line.severity, line.comment) for line in lines if not line.problem]
    sql = "UPDATE lists SET found = ?1, found_at = ?2, looked_at = ?2, trouble = '' WHERE id = ?3"
    await tx.execute(sql, (json.dumps(found), to_ms(now), list_id))


async def put_trouble(tx: Tx, list_id: int, trouble: str, now: datetime) -> None:
    """Record that a list could not be read; what was read of it before is still known."""
    await tx.execute("UPDATE lists SET looked_at = ?, trouble = ? WHERE id = ?", (to_ms(now), trouble, list_id))


async def read_found(tx: Tx, list_id: int) -> dict[str, tuple[Severity, str]]:
    """Return what stands in a list as it was last read: severity and comment by domain."""
    row = await fetch_one(tx, "SELECT found FROM lists WHERE id = ?", (list_id,))
    found = [] if row is None or row["found"] is None else json.loads(row["found"])
    return {domain: (Severity(severity), comment) for domain, severity, comment in found}


async def set_applied(tx: Tx, list_id: int, exceptions: Collection[str], now: datetime) -> None:
    """Record that somebody agreed to a list, but for these domains."""
    await tx.execute("UPDATE lists SET applied_at = ? WHERE id = ?", (to_ms(now), list_id))
    sql = "INSERT OR IGNORE INTO list_exceptions (list_id, domain) VALUES (?, ?)"
    await tx.executemany(sql, [(list_id, domain) for domain in exceptions])


async def read_exceptions(tx: Tx, list_id: int) -> frozenset[str]:
    """Return which domains of a list are left out."""
    sql = "SELECT domain FROM list_exceptions WHERE list_id = ?"
    return frozenset(row["domain"] for row in await fetch_all(tx, sql, (list_id,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A file that was given, with its lines; applied, or not yet."""

    id: int
    kind: Kind
    lines: tuple[Line, ...]
    applied_at: datetime | None


async def put_import(tx: Tx, artisan_id: int, kind: Kind, lines: Sequence[Line], now: datetime) -> int:
    """Record a file that an artisan gave, and return its row; one that she gave before is forgotten."""
    await tx.execute("DELETE FROM imports WHERE artisan_id = ?", (artisan_id,))
    sql = "INSERT INTO imports (artisan_id, kind, lines, given_at) VALUES (?, ?, ?, ?) RETURNING id"
    rows = [(line.number, line.what, line.severity, line.comment, line.problem) for line in lines]
    return int((await fetch_all(tx, sql, (artisan_id, kind, json.dumps(rows), to_ms(now))))[0]["id"])


async def find_import(tx: Tx, artisan_id: int, import_id: int) -> Import | None:
    """Return a file that an artisan gave."""
    sql = "SELECT id, kind, lines, applied_at FROM imports WHERE artisan_id = ? AND id = ?"
    row = await fetch_one(tx, sql, (artisan_id, import_id))
    if row is None:
        return None
    lines = tuple(
        Line(number=number, what=what, severity=severity and Severity(severity), comment=comment, problem=problem)
        for number, what, severity, comment, problem in json.loads(row["lines"])
    )
    return Import(id=row["id"], kind=Kind(row["kind"]), lines=lines, applied_at=moment_or_none(row["applied_at"]))


async def set_import_applied(tx: Tx, import_id: int, now: datetime) -> bool:
    """Record that a file was applied; return whether it was not before."""
    sql = "UPDATE imports SET applied_at = ? WHERE id = ? AND applied_at IS NULL RETURNING id"
    return bool(await fetch_all(tx, sql, (to_ms(now), import_id)))


async def prune_imports(tx: Tx, before: datetime) -> int:
    """Forget files that were given before *before*; return how many."""
    return len(await fetch_all(tx, "DELETE FROM imports WHERE given_at < ? RETURNING id", (to_ms(before),)))
