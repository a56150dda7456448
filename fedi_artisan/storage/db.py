"""Opening the database, and its transactions."""

import asyncio
import contextlib
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import aiosqlite

from fedi_artisan.config import Config
from fedi_artisan.domain.filters import folded
from fedi_artisan.domain.tally import Durations
from fedi_artisan.errors import BadDatabase, OutOfOrder
from fedi_artisan.resources import folder
from fedi_artisan.storage import failures

Tx = aiosqlite.Connection
Row = sqlite3.Row

READERS = 2
BUSY_TIMEOUT_MS = 10_000
# The wait for other processes comes first, so that it holds for every following statement. What is emptied can be given
# back to the disk a little at a time (storage/room.py).
_SETTINGS = f"""
    PRAGMA busy_timeout = {BUSY_TIMEOUT_MS};
    PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA cache_size = -4000;
"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(moment: datetime) -> int:
    """Return *moment* as it is stored: whole milliseconds since 1970."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def from_ms(stored: int) -> datetime:
    """Return the stored milliseconds as an aware moment in UTC."""
    return _EPOCH + timedelta(milliseconds=stored)


def moment_or_none(stored: int | None) -> datetime | None:
    """Return the stored moment, where there is one."""
    return None if stored is None else from_ms(stored)


class Database:
    """One writer and a few readers on one SQLite file.

    A class because connections are opened and closed together, and because writing takes turns: how long whoever writes
    waits for hers is counted in *waits*.
    """

    def __init__(self, writer: Tx, readers: list[Tx]) -> None:
        self._writer = writer
        self._turn = asyncio.Lock()
        self.waits = Durations()
        self._readers = readers
        self._free: asyncio.LifoQueue[Tx] = asyncio.LifoQueue()
        for reader in readers:
            self._free.put_nowait(reader)

    @classmethod
    async def open(cls, path: Path, steps: Path, *, readers: int = READERS) -> Self:
        """Open the file *path*, which must stand at the newest schema in the folder *steps*.

        Raises:
            BadDatabase: there is none, or it is older or newer than this program.
        """
        check_there(path)
        async with contextlib.AsyncExitStack() as opened:
            connections = [await connect(path, opened) for _ in range(1 + readers)]
            version = await fetch_value(connections[0], "PRAGMA user_version")
            check_version(path, version, max(migrations(steps), default=0))
            opened.pop_all()
        return cls(connections[0], connections[1:])

    async def close(self) -> None:
        """Close all connections."""
        for connection in (*self._readers, self._writer):
            await connection.close()

    async def data_version(self) -> int:
        """Return a number that differs whenever anything has been written, here or by another process."""
        # The number belongs to a connection: it must always be the same one that is asked.
        with _named_failures():
            return await fetch_value(self._readers[0], "PRAGMA data_version")

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """Give a connection for looking things up: all that is read in the block is of one moment.

        Raises:
            OutOfOrder: the disk fails, or the database is damaged.
        """
        reader = await self._free.get()
        try:
            with _named_failures():
                await reader.execute("BEGIN")
                yield reader
        finally:
            # Also of a cancelled task the last statement still runs: this stands in line behind it.
            try:
                await reader.rollback()
            finally:
                self._free.put_nowait(reader)

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """Give the connection inside one transaction: all of it happens, or none. Never await the network inside.

        When the block has been left, what was written is on the disk.

        Raises:
            DiskFull: it takes no more, and nothing was written.
            OutOfOrder: the disk fails, or the database is damaged; nothing was written.
        """
        asked_at = time.perf_counter()
        async with self._turn:
            with _named_failures():
                try:
                    await self._writer.execute("BEGIN IMMEDIATE")
                    self.waits.add(time.perf_counter() - asked_at)
                    yield self._writer
                    _check_still_open(self._writer)
                    await self._writer.commit()
                except BaseException:
                    # Of a cancelled task the last statement still runs, the first and the last one here as well:
                    # undoing stands in line behind it.
                    with contextlib.suppress(sqlite3.Error):
                        await self._writer.rollback()
                    raise

    @contextlib.asynccontextmanager
    async def write_without_trace(self) -> AsyncIterator[Tx]:
        """As `write`; what was overwritten in the block is then nowhere in the files any more.

        Without this, SQLite leaves old bytes where they were until something else comes there.
        """
        await self._writer.execute("PRAGMA secure_delete = ON")
        try:
            async with self.write() as tx:
                yield tx
            await self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            await self._writer.execute("PRAGMA secure_delete = OFF")


@contextlib.asynccontextmanager
async def open_database(config: Config, *, readers: int = READERS) -> AsyncIterator[Database]:
    """Open the database of a portfolio, beside a running server or without one, and close it at the end.

    Raises:
        BadDatabase: there is none, or it is older or newer than this program.
    """
    db = await Database.open(config.database, folder("migrations"), readers=readers)
    try:
        yield db
    finally:
        await db.close()


@contextlib.asynccontextmanager
async def savepoint(tx: Tx) -> AsyncIterator[None]:
    """Make the block within a transaction whole or nothing, leaving the rest of the transaction as it is.

    Raises:
        DiskFull, OutOfOrder: the disk failed; that may have undone the whole transaction, which has to end then.
    """
    with _named_failures():
        await tx.execute("SAVEPOINT step")
        try:
            yield
            await tx.execute("RELEASE step")
        except BaseException:
            await _undo(tx, "step")
            raise


@contextlib.asynccontextmanager
async def undone(tx: Tx) -> AsyncIterator[None]:
    """Undo whatever the block does within a transaction: it only tries."""
    await tx.execute("SAVEPOINT trial")
    try:
        yield
    finally:
        await _undo(tx, "trial")


async def _undo(tx: Tx, name: str) -> None:
    """Undo what was done since a savepoint, unless a failure of the disk has ended the whole transaction already."""
    if tx.in_transaction:
        await tx.execute(f"ROLLBACK TO {name}")
        await tx.execute(f"RELEASE {name}")


def _check_still_open(tx: Tx) -> None:
    """Refuse to go on where SQLite has undone the whole transaction, and somebody within it made light of that.

    Raises:
        OutOfOrder: it has.
    """
    if not tx.in_transaction:
        raise OutOfOrder("the disk here fails")


@contextlib.contextmanager
def _named_failures() -> Iterator[None]:
    """Say in our own words that the disk is full or fails, or that the database is damaged."""
    try:
        yield
    except sqlite3.Error as error:
        failure = failures.named(error)
        if failure is None:
            raise
        raise failure from error


async def connect(path: Path, opened: contextlib.AsyncExitStack) -> Tx:
    """Return one connection with this house's settings; *opened* closes it.

    Raises:
        BadDatabase: the file is no database, or cannot be opened.
    """
    try:
        # Tried once by itself: where opening fails, the thread of aiosqlite speaks to a loop that may have ended.
        sqlite3.connect(path).close()
        connection = await _start(path)
        opened.push_async_callback(connection.close)
        connection.row_factory = sqlite3.Row
        # All at once: each call crosses to the connection's thread and back.
        await connection.executescript(_SETTINGS)
        # Names are looked for as people write them: `lower` and `like` know the letters of English alone.
        await connection.create_function("folded", 1, folded, deterministic=True)
    except sqlite3.DatabaseError as error:
        raise BadDatabase(f"{path}: {failures.named(error) or error}") from error
    return connection


async def _start(path: Path) -> Tx:
    """Return a connection, whose thread runs now; whoever is cancelled meanwhile leaves none behind."""

    async def start() -> Tx:
        return await aiosqlite.connect(path, isolation_level=None, cached_statements=256)

    starting = asyncio.ensure_future(start())
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await (await starting).close()
        raise


async def fetch_one(tx: Tx, sql: str, parameters: tuple[object, ...] = ()) -> Row | None:
    """Return the first row, or None; the statement gives one row at most."""
    # execute_fetchall crosses to the connection's thread once; a cursor would cross three times.
    rows = list(await tx.execute_fetchall(sql, parameters))
    return rows[0] if rows else None


async def fetch_all(tx: Tx, sql: str, parameters: tuple[object, ...] = ()) -> list[Row]:
    """Return all rows."""
    return list(await tx.execute_fetchall(sql, parameters))


async def fetch_value(tx: Tx, sql: str, parameters: tuple[object, ...] = ()) -> int:
    """Return the whole number in the first column of the first row; zero where there is no row."""
    row = await fetch_one(tx, sql, parameters)
    return 0 if row is None else int(row[0])


def migrations(steps: Path) -> dict[int, Path]:
    """Return the migration files in the folder *steps* by number, in their order."""
    return {int(file.name.partition("_")[0]): file for file in sorted(steps.glob("[0-9]*_*.sql"))}


def check_there(path: Path) -> None:
    """Raise BadDatabase unless there is a database *path*."""
    if not os.path.exists(path):  # noqa: PTH110 - storage asks before it opens, also within a loop
        raise BadDatabase(f"{path}: there is no database yet. `fedi-artisan init` makes one.")


def check_version(path: Path, version: int, newest: int) -> None:
    """Raise BadDatabase unless the database stands at the *newest* version that this program knows."""
    if version < newest:
        raise BadDatabase(
            f"{path}: the database is at version {version} of {newest}. Start the server, which brings it up to date, "
            "or run `fedi-artisan migrate`."
        )
    if version > newest:
        raise BadDatabase(
            f"{path}: this database is at version {version}, made by a newer fedi-artisan; this one knows up to "
            f"version {newest}. Install the newer fedi-artisan again."
        )
