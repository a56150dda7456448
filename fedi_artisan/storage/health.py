"""Whether the database is whole, and how what waits in it stands."""

import asyncio
import contextlib
import sqlite3
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from fedi_artisan.errors import BadDatabase
from fedi_artisan.storage.db import Tx, check_there, fetch_all, fetch_value, migrations, moment_or_none, to_ms
from fedi_artisan.storage.failures import damaged, named

_MOST_FAULTS = 3
# A look at the database has four seconds, however large it is; between so many steps of SQLite one looks at the clock.
_LOOKED_THROUGH_AT_START_S = 0.25
_LOOKED_THROUGH_S = 3.0
_STRAYS_S = 1.0
_STEPS = 10_000
_STRAYS = 'SELECT DISTINCT "table" FROM pragma_foreign_key_check'


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the database file stands.

    Args:
        version: of its schema; *newest* is the one that this program knows.
        faults: what SQLite finds wrong with it, in its own words; none where it is whole.
        whole: whether all of it was looked through in the time there is.
        strays: the tables in which rows belong to rows that are not there, by name; empty where none do.
        log_bytes: how large that is which SQLite keeps beside it until it is tidied (its write-ahead log).
    """

    version: int
    newest: int
    faults: tuple[str, ...]
    whole: bool = True
    strays: str = ""
    log_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits: how much, and since when the turn of the first has come; None where nobody's has."""

    count: int
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of what was to be sent."""

    delivered: int
    given_up: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmade:
    """Photographs of which there are no pictures: *failing* were tried several times, *refused* are tried no more."""

    waiting: Waiting
    failing: int
    refused: int


async def examine(path: Path, folder: Path) -> Health:
    """Look whether the database *path* is whole and at the newest schema in *folder*, whatever state it is in.

    Raises:
        BadDatabase: there is none, or it cannot be read at all.
    """
    return await asyncio.to_thread(_examine, path, max(migrations(folder), default=0))


def check_whole(path: Path) -> None:
    """Look through the database *path* before anybody comes, as far as that is quick.

    Raises:
        BadDatabase: it is damaged, and what to do.
    """
    try:
        with contextlib.closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            said = _within(connection, _LOOKED_THROUGH_AT_START_S, "PRAGMA quick_check(1)")
    except sqlite3.DatabaseError as error:
        raise BadDatabase(f"{path}: {named(error) or error}") from error
    faults = [line for line in said or () if line != "ok"]
    if faults:
        raise BadDatabase(f"{path}: {damaged()} ({faults[0]})")


def _examine(path: Path, newest: int) -> Health:
    check_there(path)
    log = path.with_name(f"{path.name}-wal")
    try:
        with contextlib.closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            said = _within(connection, _LOOKED_THROUGH_S, f"PRAGMA quick_check({_MOST_FAULTS})")
            strays = _within(connection, _STRAYS_S, _STRAYS)
            log_bytes = log.stat().st_size if log.exists() else 0
    except sqlite3.DatabaseError as error:
        raise BadDatabase(f"{path}: {error}") from error
    return Health(
        version=version,
        newest=newest,
        faults=tuple(line for line in said or () if line != "ok"),
        whole=said is not None,
        strays=", ".join(strays or ()),
        log_bytes=log_bytes,
    )


def _within(connection: sqlite3.Connection, seconds: float, sql: str) -> list[str] | None:
    """Return the first column of all rows; None where it takes longer than so many seconds."""
    end = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        return [str(row[0]) for row in connection.execute(sql)]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return None
        raise
    finally:
        connection.set_progress_handler(None, 0)


def sqlite_version() -> str:
    """Return the version of SQLite."""
    return sqlite3.sqlite_version


async def inbox(tx: Tx) -> Waiting:
    """Return how what arrived and has not taken effect stands."""
    return await _waiting(tx, "SELECT count(*), min(due_at) FROM inbox WHERE state = 'waiting'")


async def deliveries(tx: Tx, now: datetime) -> Waiting:
    """Return how what is to be sent stands; due is nothing behind an earlier one, or for a server left in peace."""
    sql = """
        SELECT count(*), min(due_at) FILTER (
            WHERE host NOT IN (SELECT host FROM hosts WHERE closed_until > ?)
                AND NOT EXISTS (SELECT 1 FROM deliveries AS earlier WHERE earlier.state = 'waiting'
                    AND earlier.inbox_url = d.inbox_url AND earlier.subject_uri = d.subject_uri AND earlier.id < d.id))
        FROM deliveries AS d WHERE state = 'waiting'
    """
    return await _waiting(tx, sql, to_ms(now))


async def left_in_peace(tx: Tx, now: datetime) -> int:
    """Return how many servers are not asked for a while, as they did not answer."""
    return await fetch_value(tx, "SELECT count(*) FROM hosts WHERE closed_until > ?", (to_ms(now),))


async def sent(tx: Tx, since: datetime) -> Sent:
    """Return what came of what was to be sent, as far as it ended after *since*."""
    sql = """
        SELECT coalesce(sum(state = 'delivered'), 0), coalesce(sum(state = 'given-up'), 0)
        FROM deliveries WHERE finished_at >= ?
    """
    row = (await fetch_all(tx, sql, (to_ms(since),)))[0]
    return Sent(delivered=row[0], given_up=row[1])


async def photographs(tx: Tx, *, many_tries: int) -> Unmade:
    """Return which photographs have no pictures; failing are those tried *many_tries* times or more."""
    waiting = await _waiting(tx, "SELECT count(*), min(due_at) FROM photo_jobs")
    sql = """
        SELECT (SELECT count(*) FROM photo_jobs WHERE attempts >= ?),
            (SELECT count(*) FROM photos WHERE refusal IS NOT NULL)
    """
    row = (await fetch_all(tx, sql, (many_tries,)))[0]
    return Unmade(waiting=waiting, failing=row[0], refused=row[1])


async def _waiting(tx: Tx, sql: str, *parameters: object) -> Waiting:
    row = (await fetch_all(tx, sql, parameters))[0]
    return Waiting(count=row[0], due_at=moment_or_none(row[1]))
