"""Opening the database, its transactions and its migrations."""

import asyncio
import contextlib
import logging
import os
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import aiosqlite

from fedi_artisan.domain.filters import folded
from fedi_artisan.errors import BadDatabase, DiskFull

_log = logging.getLogger(__name__)

Tx = aiosqlite.Connection
Row = sqlite3.Row

READERS = 2
BUSY_TIMEOUT_MS = 10_000
_INCREMENTAL = 2
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

    A class because connections are opened and closed together, and because writing takes turns.
    """

    def __init__(self, writer: Tx, readers: list[Tx]) -> None:
        self._writer = writer
        self._turn = asyncio.Lock()
        self._readers = readers
        self._free: asyncio.LifoQueue[Tx] = asyncio.LifoQueue()
        for reader in readers:
            self._free.put_nowait(reader)

    @classmethod
    async def open(cls, path: Path, folder: Path, *, readers: int = READERS) -> Self:
        """Open the file *path*, which must stand at the newest schema in *folder*.

        Raises:
            BadDatabase: there is none, or it is older or newer than this program.
        """
        if not os.path.exists(path):  # noqa: ASYNC240, PTH110 - once, at start
            raise BadDatabase(f"{path}: there is no database yet. `fedi-artisan init` makes one.")
        async with contextlib.AsyncExitStack() as opened:
            connections = [await _connect(path, opened) for _ in range(1 + readers)]
            version = await fetch_value(connections[0], "PRAGMA user_version")
            _check_version(path, version, max(migrations(folder), default=0))
            opened.pop_all()
        return cls(connections[0], connections[1:])

    async def close(self) -> None:
        """Close all connections."""
        for connection in (*self._readers, self._writer):
            await connection.close()

    async def data_version(self) -> int:
        """Return a number that differs whenever anything has been written, here or by another process."""
        # The number belongs to a connection: it must always be the same one that is asked.
        return await fetch_value(self._readers[0], "PRAGMA data_version")

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """Give a connection for looking things up: all that is read in the block is of one moment."""
        reader = await self._free.get()
        try:
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
        """
        async with self._turn:
            try:
                await self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                await self._writer.commit()
            except BaseException as error:
                # Of a cancelled task the last statement still runs, the first and the last one here as well: undoing
                # stands in line behind it.
                await self._writer.rollback()
                if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_FULL:
                    raise DiskFull("the disk here is full, and takes nothing more") from error
                raise


@contextlib.asynccontextmanager
async def savepoint(tx: Tx) -> AsyncIterator[None]:
    """Make the block within a transaction whole or nothing, leaving the rest of the transaction as it is."""
    await tx.execute("SAVEPOINT step")
    try:
        yield
    except BaseException:
        await tx.execute("ROLLBACK TO step")
        await tx.execute("RELEASE step")
        raise
    await tx.execute("RELEASE step")


@contextlib.asynccontextmanager
async def undone(tx: Tx) -> AsyncIterator[None]:
    """Undo whatever the block does within a transaction: it only tries."""
    await tx.execute("SAVEPOINT trial")
    try:
        yield
    finally:
        await tx.execute("ROLLBACK TO trial")
        await tx.execute("RELEASE trial")


async def _connect(path: Path, opened: contextlib.AsyncExitStack) -> Tx:
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
        # The wait for other processes comes first, so that it holds for every following statement.
        await connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        # What is emptied can be given back to the disk a little at a time (storage/room.py).
        await connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        await connection.execute("PRAGMA journal_mode = WAL")
        await connection.execute("PRAGMA synchronous = FULL")
        await connection.execute("PRAGMA foreign_keys = ON")
        await connection.execute("PRAGMA cache_size = -4000")
        # Names are looked for as people write them: `lower` and `like` know the letters of English alone.
        await connection.create_function("folded", 1, folded, deterministic=True)
    except sqlite3.DatabaseError as error:
        raise BadDatabase(f"{path}: {error}") from error
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


def migrations(folder: Path) -> dict[int, Path]:
    """Return the migration files in *folder* by number, in their order."""
    return {int(file.name.partition("_")[0]): file for file in sorted(folder.glob("[0-9]*_*.sql"))}


async def migrate(path: Path, folder: Path) -> list[str]:
    """Bring the database *path* to the newest schema in *folder*, making it where there is none.

    Each file is one transaction: a failing one leaves the database as it was before that file. Returns the names of
    the files that were applied.

    Raises:
        BadDatabase: the database is newer than this program, or a migration failed.
    """
    _make_private_file(path)
    async with contextlib.AsyncExitStack() as opened:
        connection = await _connect(path, opened)
        files = migrations(folder)
        version = await fetch_value(connection, "PRAGMA user_version")
        if version > max(files, default=0):
            _check_version(path, version, max(files, default=0))
        missing = {number: file for number, file in files.items() if number > version}
        for number, file in missing.items():
            await _apply(connection, number, file)
        await _let_shrink(connection, path)
    return [file.name for file in missing.values()]


async def _let_shrink(connection: Tx, path: Path) -> None:
    """Have a database of before be one that can give room back: written anew once, if the disk has room for it."""
    if await fetch_value(connection, "PRAGMA auto_vacuum") == _INCREMENTAL:
        return
    try:
        await connection.execute("VACUUM")
    except sqlite3.OperationalError as error:
        _log.warning("%s cannot give room back to the disk yet: %s", path, error)


def _make_private_file(path: Path) -> None:
    """Make an empty file that only its owner can read, where there is none: private keys will live in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


async def _apply(connection: Tx, number: int, file: Path) -> None:
    """Apply one migration file whole, or leave everything as it was."""
    try:
        sql = await asyncio.to_thread(file.read_text, encoding="utf-8")
        await connection.executescript(f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {number};\nCOMMIT;")
    except sqlite3.DatabaseError as error:
        await connection.rollback()
        raise BadDatabase(f"migration {file.name} failed and was undone: {error}") from error


def _check_version(path: Path, version: int, newest: int) -> None:
    """Raise BadDatabase unless the database stands at the *newest* version that this program knows."""
    if version < newest:
        raise BadDatabase(f"{path}: the database is at version {version} of {newest}. Run `fedi-artisan migrate`.")
    if version > newest:
        raise BadDatabase(
            f"{path}: this database is at version {version}, made by a newer fedi-artisan; this one knows up to "
            f"version {newest}. Install the newer fedi-artisan again."
        )
