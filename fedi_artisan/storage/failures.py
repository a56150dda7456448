"""What SQLite's failures mean: which of them are the disk's or the system's, and no fault of whoever asked."""

import sqlite3
from collections.abc import Callable, Mapping

from fedi_artisan.errors import ArtisanError, Damaged, DiskFull, OutOfOrder


def damaged() -> Damaged:
    """Return the failure that a damaged database is, with what to do."""
    return Damaged(
        "the database is damaged. Stop the server, `fedi-artisan restore` the last backup into a new folder, and start "
        "it there."
    )


# By the primary code; the others say more of the same. Source: SQLite, Result and Error Codes.
_FAILING: Mapping[int, Callable[[], ArtisanError]] = {
    sqlite3.SQLITE_FULL: lambda: DiskFull("the disk here is full, and takes nothing more"),
    sqlite3.SQLITE_IOERR: lambda: OutOfOrder("the disk here fails"),
    sqlite3.SQLITE_READONLY: lambda: OutOfOrder("the disk here can only be read"),
    sqlite3.SQLITE_CANTOPEN: lambda: OutOfOrder("the database here cannot be opened"),
    sqlite3.SQLITE_NOMEM: lambda: OutOfOrder("memory is short here"),
    sqlite3.SQLITE_BUSY: lambda: OutOfOrder("the disk here is too slow, or somebody holds on to the database"),
    sqlite3.SQLITE_PROTOCOL: lambda: OutOfOrder("somebody holds on to the database here"),
    sqlite3.SQLITE_CORRUPT: damaged,
    sqlite3.SQLITE_NOTADB: damaged,
}
_PRIMARY = 0xFF


def named(error: BaseException) -> ArtisanError | None:
    """Return the failure of ours that a failure of SQLite is; None where it is about what was asked."""
    if not isinstance(error, sqlite3.Error):
        return None
    make = _FAILING.get(getattr(error, "sqlite_errorcode", 0) & _PRIMARY)
    return None if make is None else make()
