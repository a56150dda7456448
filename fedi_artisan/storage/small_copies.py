"""How much room our small copies of other people's pictures take, and which must make way."""

from enum import StrEnum

from fedi_artisan.storage.db import Tx, fetch_all, fetch_value


class Copies(StrEnum):
    """What they are copies of; the value is how the database has it."""

    PORTRAITS = "portrait"
    GLIMPSES = "glimpse"


async def total_bytes(tx: Tx, copies: Copies) -> int:
    """Return how much room the copies take, each file once."""
    sql = """
        SELECT coalesce(sum(bytes), 0)
        FROM (SELECT max(size_bytes) AS bytes FROM small_copies WHERE kind = ? GROUP BY file)
    """
    return await fetch_value(tx, sql, (copies,))


async def list_beyond(tx: Tx, copies: Copies, most_bytes: int) -> list[str]:
    """Return the files that were not seen for longest, without which all others take at most *most_bytes*."""
    beyond_bytes = await total_bytes(tx, copies) - most_bytes
    if beyond_bytes <= 0:
        return []
    sql = """
        SELECT file, max(size_bytes) AS bytes FROM small_copies WHERE kind = ?
        GROUP BY file ORDER BY max(seen_at), max(fetched_at)
    """
    gone = []
    for row in await fetch_all(tx, sql, (copies,)):
        if beyond_bytes <= 0:
            break
        gone.append(row["file"])
        beyond_bytes -= row["bytes"]
    return gone
