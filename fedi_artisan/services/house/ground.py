"""What the house stands on: its version, the disk, the database, the room for photographs, and copies of it all."""

import asyncio
import platform
import shutil
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

from fedi_artisan import __version__
from fedi_artisan.config import Config
from fedi_artisan.domain.house import Finding, Size, Verdict, said
from fedi_artisan.errors import BadDatabase
from fedi_artisan.resources import folder
from fedi_artisan.services import settings
from fedi_artisan.storage import copies, health
from fedi_artisan.storage.db import Tx

# Below the one a day of photographs may not fit any more; below the other even a message may not.
_LITTLE_BYTES = 1_000_000_000
_NOTHING_BYTES = 100_000_000
_NEARLY_FULL = 0.8
COPY_AFTER = timedelta(days=30)


async def version(config: Config) -> Finding:
    """Say what runs here."""
    del config
    parts = {"Python": platform.python_version(), "SQLite": health.sqlite_version(), "libvips": _libvips()}
    named = ", ".join(f"{name} {number}" for name, number in parts.items() if number)
    return Finding(
        Verdict.OK,
        (said("fedi-artisan {version}.", version=__version__), said("With {parts}.", parts=named)),
    )


def _libvips() -> str:
    """Return the version of what photographs are made with; it is loaded only in the child that makes them."""
    try:
        return installed("pyvips-binary")
    except PackageNotFoundError:
        return ""


async def disk(config: Config) -> Finding:
    """Look how much room there is for the data folder."""
    free_bytes = (await asyncio.to_thread(shutil.disk_usage, config.data_dir)).free
    database_bytes = await asyncio.to_thread(_size_bytes, config.database)
    facts = (
        said("{free} are free.", free=Size(free_bytes)),
        said("The database takes {size}.", size=Size(database_bytes)),
    )
    if free_bytes >= _LITTLE_BYTES:
        return Finding(Verdict.OK, facts)
    return Finding(
        Verdict.LOOK if free_bytes >= _NOTHING_BYTES else Verdict.BROKEN,
        facts,
        said("Make room, or have your disk enlarged: on a full one nothing can be published or received."),
    )


def _size_bytes(database: Path) -> int:
    """Return how much room the database takes, with what SQLite keeps beside it."""
    files = (database.with_name(database.name + ending) for ending in ("", "-wal", "-shm"))
    return sum(file.stat().st_size for file in files if file.exists())


async def database(config: Config) -> Finding:
    """Look whether the database is whole, and at the schema of this version."""
    try:
        found = await health.examine(config.database, folder("migrations"))
    except BadDatabase as error:
        return Finding(
            Verdict.BROKEN,
            (said("It cannot be read: {why}", why=str(error)),),
            said("Stop the server, put the database of your last copy in its place, and start it again."),
        )
    schema = said("Its schema is number {number}.", number=str(found.version))
    if found.faults:
        return Finding(
            Verdict.BROKEN,
            (said("It is damaged: {why}", why=" · ".join(found.faults)), schema),
            said("Stop the server, put the database of your last copy in its place, and start it again."),
        )
    whole = said("It is whole.")
    if found.version < found.newest:
        return Finding(
            Verdict.BROKEN,
            (whole, said("It is older than this program: schema {old} of {new}.", **_schemas(found))),
            said("Run {command}.", command="fedi-artisan migrate"),
        )
    if found.version > found.newest:
        return Finding(
            Verdict.BROKEN,
            (whole, said("It is newer than this program: schema {old}, known here is {new}.", **_schemas(found))),
            said("Install the newer version of fedi-artisan again."),
        )
    return Finding(Verdict.OK, (whole, schema))


def _schemas(found: health.Health) -> dict[str, str]:
    return {"old": str(found.version), "new": str(found.newest)}


async def photographs(tx: Tx, config: Config, now: datetime) -> Finding:
    """Look how much of their room photographs take."""
    del now
    room = await settings.room(tx, config)
    facts = (said("Photographs take {taken} of {room}.", taken=Size(room.taken_bytes), room=Size(room.quota_bytes)),)
    if room.taken_bytes >= room.quota_bytes:
        advice = said(
            "No more are taken in. Give them more room in the settings, or withdraw what nobody needs to see."
        )
        return Finding(Verdict.BROKEN, facts, advice)
    if room.taken_bytes > _NEARLY_FULL * room.quota_bytes:
        return Finding(Verdict.LOOK, facts, said("That is nearly all. Give them more room in the settings."))
    if room.free_bytes is not None and room.quota_bytes > room.taken_bytes + room.free_bytes:
        advice = said("The disk is full before that. Make room on it, or let photographs take less in the settings.")
        return Finding(Verdict.LOOK, facts, advice)
    return Finding(Verdict.OK, facts)


async def copy(tx: Tx, config: Config, now: datetime) -> Finding:
    """Look when the last copy of the data folder was made."""
    del config
    made_at = await copies.last(tx)
    if made_at is None:
        return Finding(
            Verdict.LOOK,
            (said("No copy has been noted yet."),),
            said("Copy the data folder to another place: it holds your works, your photographs and your keys."),
        )
    facts = (said("The last copy was made on {day}.", day=made_at.date()),)
    if now - made_at <= COPY_AFTER:
        return Finding(Verdict.OK, facts)
    return Finding(Verdict.LOOK, facts, said("That is more than a month ago. Make a new one."))
