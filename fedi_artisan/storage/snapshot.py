"""One consistent copy of the database, made while others read and write it; and what such a copy holds."""

import contextlib
import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fedi_artisan import disk
from fedi_artisan.errors import BadDatabase, DiskFull
from fedi_artisan.storage.photo_files import USED, USED_ORIGINALS

# About a megabyte a time, and then a breath: whoever serves pages from the same disk comes in between.
_PAGES = 256
_BREATH_S = 0.002
_BUSY_TIMEOUT_S = 10.0
_MOST_FAULTS = 3
# Counting what a database holds takes a few steps of SQLite for each row; of a row's name alone there are 64 bytes.
_STEPS, _STEPS_FOR_A_BYTE = 10_000, 10

OnProgress = Callable[[int, int], None]


def snapshot(source: Path, target: Path, *, on_progress: OnProgress | None = None) -> None:
    """Copy the SQLite file *source*, as it is at this moment, to *target*, which is replaced if it is there.

    Writers are not held up, and what they write meanwhile is not in the copy. The copy is one file that only its owner
    can read, with nothing beside it; it was looked through and is on the disk before it takes its name. It waits for
    the disk: run it in a thread.

    Args:
        source: the database, of whatever schema.
        target: in a folder that is there.
        on_progress: is told how many pages are done, and of how many.

    Raises:
        BadDatabase: there is none, or it is damaged.
        DiskFull: there is no room for the copy.
        OSError: the copy cannot be written there.
    """
    draft = target.with_name(f".{target.name}.part")
    # What a killed process left; SQLite would take the journal beside it for its own.
    _remove(draft)
    with disk.new_file(draft):
        pass  # SQLite fills it, and leaves to it who may read it
    try:
        with _telling(source):
            _copy(source, draft, on_progress)
        disk.settle(draft)
        draft.replace(target)
    finally:
        _remove(draft)
    disk.settle(target.parent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a copy holds: its schema, and the names of the public pictures and of the originals that it speaks of."""

    schema: int
    public: frozenset[str]
    originals: frozenset[str]


def forget_passing(copy: Path, *, pictures: bool) -> None:
    """Have a copy not speak of the backup for which it is made.

    With *pictures*, nor of pictures that could be fetched again, nor of those that were replaced.

    Raises:
        BadDatabase: it cannot be changed.
    """
    with _telling(copy), contextlib.closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("DELETE FROM backups WHERE ended_at IS NULL")
        for table in ("avatars", "glimpses", "former_pictures") if pictures else ():
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a constant of ours


def held(copy: Path) -> Held:
    """Return what a copy holds, which stands at the schema of this program.

    Raises:
        BadDatabase: it cannot be read, or there is no end to it, as where somebody made up its tables.
    """
    looks = itertools.count(1)
    most = 1_000 + copy.stat().st_size * _STEPS_FOR_A_BYTE // _STEPS
    with _telling(copy), contextlib.closing(sqlite3.connect(copy)) as connection:
        connection.set_progress_handler(lambda: next(looks) > most, _STEPS)
        return Held(
            schema=int(connection.execute("PRAGMA user_version").fetchone()[0]),
            public=frozenset(row[0] for row in connection.execute(USED)),
            originals=frozenset(row[0] for row in connection.execute(USED_ORIGINALS)),
        )


def examine_copy(copy: Path) -> int:
    """Look through a copy that comes from elsewhere, and return its schema.

    Raises:
        BadDatabase: it is damaged, or no database of ours.
    """
    place = f"{copy.resolve().as_uri()}?mode=ro&immutable=1"
    with _telling(copy), contextlib.closing(sqlite3.connect(place, uri=True)) as connection:
        # Whatever it wants done by itself when it is read is not done.
        connection.execute("PRAGMA trusted_schema = OFF")
        said = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({_MOST_FAULTS})")]
        if said != ["ok"]:
            raise BadDatabase(f"the database in it is damaged: {' · '.join(said)}")
        if not connection.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'artisans'").fetchone():
            raise BadDatabase("the database in it is none of fedi-artisan")
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _copy(source: Path, draft: Path, on_progress: OnProgress | None) -> None:
    """Copy page by page, and look through what came of it."""
    place = f"{source.resolve().as_uri()}?mode=rw"
    with (
        contextlib.closing(sqlite3.connect(place, uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None)) as original,
        contextlib.closing(sqlite3.connect(draft, isolation_level=None)) as copy,
    ):
        # While this transaction reads, the pages stay as they are now. Without it the copying would begin anew after
        # each write of somebody else, and never end on a busy day.
        original.execute("BEGIN")
        original.execute("SELECT count(*) FROM sqlite_schema").fetchone()

        def breathe(status: int, remaining: int, total: int) -> None:
            del status
            if on_progress is not None:
                on_progress(total - remaining, total)
            if remaining:
                time.sleep(_BREATH_S)

        original.backup(copy, pages=_PAGES, progress=breathe)
        # The copy says of itself that it has a log of writes beside it; alone it must be readable from any disk.
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()
        said = [str(row[0]) for row in copy.execute(f"PRAGMA quick_check({_MOST_FAULTS})")]
    if said != ["ok"]:
        raise BadDatabase(f"{source}: is damaged: {' · '.join(said)}")


@contextlib.contextmanager
def _telling(source: Path) -> Iterator[None]:
    """Say in our own words what SQLite says."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise DiskFull("the disk is full: there is no room for a copy of the database") from error
        raise BadDatabase(f"{source}: could not be copied: {error}") from error


def _remove(draft: Path) -> None:
    for ending in ("", "-journal", "-wal", "-shm"):
        draft.with_name(draft.name + ending).unlink(missing_ok=True)
