"""The version of everything that is shown, by which kept answers are known to be fresh."""

from fedi_artisan.storage.db import Tx, fetch_value


async def version(tx: Tx) -> int:
    """Return a number that rises with every change that a page or a document may show."""
    return await fetch_value(tx, "SELECT version FROM shown")


async def data_version(tx: Tx) -> int:
    """Return a number that differs when any other connection has written; always ask the same connection."""
    return await fetch_value(tx, "PRAGMA data_version")
