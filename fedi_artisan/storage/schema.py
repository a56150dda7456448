"""The schema of the database: at which one it stands, and how it comes to the newest."""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from fedi_artisan import disk
from fedi_artisan.errors import BadDatabase, DiskFull
from fedi_artisan.storage.db import (
    Tx,
    check_there,
    check_version,
    connect,
    fetch_all,
    fetch_value,
    migrations,
)

_log = logging.getLogger(__name__)

_INCREMENTAL = 2


async def schema_of(path: Path) -> int:
    """Return the number of the schema at which the database *path* stands.

    Raises:
        BadDatabase: there is none, or it cannot be read.
    """
    check_there(path)
    async with contextlib.AsyncExitStack() as opened:
        return await fetch_value(await connect(path, opened), "PRAGMA user_version")


async def migrate(path: Path, folder: Path) -> list[str]:
    """Bring the database *path* to the newest schema in *folder*, making it where there is none.

    All files are one transaction: where one fails, or the process dies, the database is as it was. Returns the names of
    the files that were applied.

    Raises:
        BadDatabase: the database is newer than this program, or a migration failed.
    """
    _make_private_file(path)
    async with contextlib.AsyncExitStack() as opened:
        connection = await connect(path, opened)
        files = migrations(folder)
        version = await fetch_value(connection, "PRAGMA user_version")
        if version > max(files, default=0):
            check_version(path, version, max(files, default=0))
        missing = {number: file for number, file in files.items() if number > version}
        if missing:
            await _apply(connection, missing)
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
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError), disk.new_file(path):
        pass


async def _apply(connection: Tx, missing: Mapping[int, Path]) -> None:
    """Apply the migration files by their numbers, all of them or none.

    Raises:
        BadDatabase: one failed; everything is as it was.
    """
    steps = [
        f"{await asyncio.to_thread(file.read_text, encoding='utf-8')}\nPRAGMA user_version = {number};"
        for number, file in missing.items()
    ]
    try:
        await connection.executescript("BEGIN IMMEDIATE;\n" + "\n".join(steps))
        strays = await fetch_all(connection, "PRAGMA foreign_key_check")
        if strays:
            raise BadDatabase(f"the migrations were undone: something in {strays[0]['table']} lost what it belongs to")
        await connection.commit()
    except sqlite3.DatabaseError as error:
        done = await fetch_value(connection, "PRAGMA user_version")
        failed = next((file.name for number, file in missing.items() if number > done), "of the schema")
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise DiskFull("the disk is full: the database could not be brought to its new schema") from error
        raise BadDatabase(f"migration {failed} failed and was undone: {error}") from error
    finally:
        # After the commit there is nothing to undo.
        await connection.rollback()
