"""Bringing the database to the schema of a newer version: never without a copy of how it was."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fedi_artisan.config import Config
from fedi_artisan.errors import BadDatabase, DiskFull
from fedi_artisan.resources import folder
from fedi_artisan.storage.db import migrations as migrations_in
from fedi_artisan.storage.schema import migrate, schema_of
from fedi_artisan.storage.snapshot import snapshot

# The last but one as well: what an upgrade broke may be seen only after the next.
KEPT_COPIES = 2
_COPY = "*-schema-[0-9][0-9][0-9][0-9].sqlite3"


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What was done: the names of the migrations that were applied, and where the copy lies, if one was made."""

    applied: tuple[str, ...]
    copy: Path | None


async def upgrade(config: Config, now: datetime, *, migrations: Path | None = None, with_copy: bool = True) -> Upgrade:
    """Bring the database to the newest schema, after copying it; where nothing is to be done nothing is copied.

    Nobody else may serve from the data folder meanwhile. However it fails, the database is as it was.

    Args:
        config: all settings.
        now: the moment, which names the copy.
        migrations: the folder of the schema's files; that of this program where None.
        with_copy: whether to copy it; without there must be another way back.

    Raises:
        BadDatabase: there is none, it is newer than this program, or a migration failed; it says how to go on.
        DiskFull: there is no room for the copy, or for the new schema.
    """
    steps = migrations or folder("migrations")
    stands_at, newest = await schema_of(config.database), max(migrations_in(steps), default=0)
    if stands_at > newest:
        raise BadDatabase(_newer(config, stands_at, newest))
    if stands_at == newest:
        return Upgrade((), None)
    copy = await _copy(config, stands_at, now) if with_copy else None
    try:
        applied = await migrate(config.database, steps)
    except BadDatabase as error:
        raise BadDatabase(f"{error}\n{_how_to_go_on(copy)}") from error
    await asyncio.to_thread(_forget_older, config.upgrades_dir, copy)
    return Upgrade(tuple(applied), copy)


async def _copy(config: Config, schema: int, now: datetime) -> Path:
    """Copy the database as it is, into a folder of its own, and return where the copy lies."""
    config.upgrades_dir.mkdir(mode=0o700, exist_ok=True)
    _sweep(config.upgrades_dir)
    copy = config.upgrades_dir / f"{now:%Y%m%dT%H%M%SZ}-schema-{schema:04}.sqlite3"
    try:
        await asyncio.to_thread(snapshot, config.database, copy)
    except DiskFull as error:
        raise DiskFull(
            f"{error}. Nothing was changed. Make room; or, if you have another copy, run "
            "`fedi-artisan migrate --without-copy`."
        ) from error
    # A service manager tries again and again what fails or is killed, and each try makes a copy.
    _forget([other for other in _copies(config.upgrades_dir) if _schema_of_copy(other) == schema and other != copy][1:])
    return copy


def _sweep(place: Path) -> None:
    """Remove what copies left that were cut short."""
    _forget(list(place.glob(f".{_COPY}.part*")))


def _how_to_go_on(copy: Path | None) -> str:
    """Return what to do after a migration that failed, in two sentences."""
    kept = "" if copy is None else f" A copy of it lies at {copy}."
    return (
        f"Your database is as it was.{kept} Install the version of fedi-artisan that you had, start it again, and "
        "please report this line to its makers."
    )


def _newer(config: Config, schema: int, newest: int) -> str:
    """Return why a database of a newer version is left alone, and which ways there are."""
    words = (
        f"{config.database}: this database is at version {schema}, made by a newer fedi-artisan; this one knows up to "
        f"version {newest}. Nothing was changed. Install the newer fedi-artisan again."
    )
    usable = [copy for copy in _copies(config.upgrades_dir) if _schema_of_copy(copy) <= newest]
    if not usable:
        return words
    return (
        f"{words}\nOr go back to how it was before the upgrade, without what came since: with the server stopped, "
        f"copy {usable[-1]} over it, and remove the files beside it that end in -wal and -shm."
    )


def _copies(place: Path) -> list[Path]:
    """Return the copies in the folder, the oldest first."""
    return sorted(place.glob(_COPY))


def _schema_of_copy(copy: Path) -> int:
    return int(copy.stem.rpartition("-")[2])


def _forget_older(place: Path, made: Path | None) -> None:
    """Remove all copies but the last few, and that which was *made* now: its name is old where the clock went back."""
    others = [copy for copy in _copies(place) if copy != made]
    _forget(others[: len(others) - KEPT_COPIES + (made is not None)])


def _forget(copies: Sequence[Path]) -> None:
    """Remove copies; one that cannot be removed is in nobody's way."""
    for copy in copies:
        with contextlib.suppress(OSError):
            copy.unlink()
