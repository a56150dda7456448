"""When copies of the data folder were made: by hand, or by `backup`, of which storage/backups.py knows more."""

from datetime import datetime
from enum import StrEnum

from fedi_artisan.storage.db import Tx, fetch_value, from_ms, to_ms


class By(StrEnum):
    """How a copy was made."""

    HAND = "hand"
    COMMAND = "command"


async def note(tx: Tx, by: By, now: datetime) -> None:
    """Note that a copy was made."""
    await tx.execute("INSERT OR IGNORE INTO copies (made_at, made_by) VALUES (?, ?)", (to_ms(now), by))


async def last(tx: Tx) -> datetime | None:
    """Return when the last copy was made; None where none was."""
    sql = """
        SELECT coalesce(max(made_at), 0) FROM (
            SELECT made_at FROM copies
            UNION ALL SELECT begun_at FROM backups WHERE ended_at IS NOT NULL AND fault IS NULL)
    """
    moment = await fetch_value(tx, sql)
    return from_ms(moment) if moment else None
