"""The version of everything that is shown, by which kept answers are known to be fresh."""

import asyncio
from collections.abc import Callable

from fedi_artisan.storage.db import Database, Tx, fetch_value

LOOK_EVERY_S = 0.25


async def version(tx: Tx) -> int:
    """Return a number that rises with every change that a page or a document may show."""
    return await fetch_value(tx, "SELECT version FROM shown")


async def watch(db: Database, *, written: Callable[[], None], shown: Callable[[], None]) -> None:
    """Call *written* soon after anything was written, by this process or another, and *shown* if it can be seen.

    Runs until it is cancelled.
    """
    last_written = last_shown = -1
    while True:
        now_written = await db.data_version()
        if now_written != last_written:
            async with db.read() as tx:
                now_shown = await version(tx)
            if now_shown != last_shown:
                shown()
            written()
            last_written, last_shown = now_written, now_shown
        await asyncio.sleep(LOOK_EVERY_S)
