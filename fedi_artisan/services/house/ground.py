"""What the house holds: its database, and the room for photographs."""

import asyncio
import os
from datetime import datetime

from fedi_artisan.config import Config
from fedi_artisan.domain.house import Finding, Size, Verdict, said
from fedi_artisan.errors import BadDatabase
from fedi_artisan.resources import folder
from fedi_artisan.services import settings
from fedi_artisan.services.house.world import House
from fedi_artisan.storage import health
from fedi_artisan.storage.db import Tx

_NEARLY_FULL = 0.8
# SQLite writes beside the database first and tidies up at every few megabytes; so much means that it never could.
_LARGE_LOG_BYTES = 256_000_000


async def database(house: House) -> Finding:
    """Look whether the database is whole, and at the schema of this version."""
    path = house.config.database
    if not await asyncio.to_thread(_may_read, house):
        return Finding(Verdict.UNKNOWN, (said("It was not looked at, as you may not read it."),))
    last_copy = (
        said("Stop the server, and put the database of your last copy in its place; or restore your last backup:"),
        "fedi-artisan restore FILE --into FOLDER",
    )
    try:
        found = await health.examine(path, folder("migrations"))
    except BadDatabase as error:
        why = str(error).removeprefix(f"{path}: ").rstrip(".")
        return Finding(Verdict.BROKEN, (said("It cannot be read: {why}.", why=why),), *last_copy)
    schema = said("Its schema is number {number}.", number=str(found.version))
    if found.faults:
        return Finding(Verdict.BROKEN, (said("It is damaged: {why}", why=" · ".join(found.faults)), schema), *last_copy)
    whole = said("It is whole.") if found.whole else said("It is too large to be looked through in a few seconds.")
    if found.version < found.newest:
        return Finding(
            Verdict.BROKEN,
            (whole, said("It is older than this program: schema {old} of {new}.", **_schemas(found))),
            said("Start the server again, which copies it and brings it up to date; or, while none runs:"),
            "fedi-artisan migrate",
        )
    if found.version > found.newest:
        return Finding(
            Verdict.BROKEN,
            (whole, said("It is newer than this program: schema {old}, known here is {new}.", **_schemas(found))),
            said("Install the newer version of fedi-artisan again."),
        )
    if found.strays:
        strays = said("Some rows belong to others that are not there any more, in {tables}.", tables=found.strays)
        advice = said("No harm comes of it at once, but it should not be. Make a copy now, and tell the makers.")
        return Finding(Verdict.LOOK, (whole, schema, strays), advice)
    if found.log_bytes > _LARGE_LOG_BYTES:
        log = said("What is written beside it has grown to {size}.", size=Size(found.log_bytes))
        return Finding(
            Verdict.LOOK, (whole, schema, log), said("Stop the server and start it again: then it is tidied.")
        )
    return Finding(Verdict.OK, (whole, schema))


def _may_read(house: House) -> bool:
    """Whether whoever looks may see into the folder and read the database, or see that there is none."""
    path = house.config.database
    return not path.parent.is_dir() or (os.access(path.parent, os.X_OK) and os.access(path, os.R_OK) >= path.exists())


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
