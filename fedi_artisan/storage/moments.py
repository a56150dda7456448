"""What waits for a moment, after the clock was set back: by the clock of before it would wait too long."""

from datetime import datetime, timedelta

from fedi_artisan.storage.db import Tx, fetch_one, moment_or_none, to_ms

# Where a moment stands that the house itself has chosen, as so and so long from then.
_CHOSEN = (
    ("inbox", "due_at", "state = 'waiting'"),
    ("deliveries", "due_at", "state = 'waiting'"),
    ("hosts", "closed_until", "TRUE"),
    ("photo_jobs", "due_at", "TRUE"),
    ("wanted_follows", "due_at", "TRUE"),
    ("wanted_posts", "due_at", "TRUE"),
)
# What is tried at once when it comes, and waits only after that has failed.
_TRIED = ("inbox", "deliveries")
_UNTRIED = "state = 'waiting' AND attempts = 0 AND due_at > ?1"
# A work that is to go out so soon after it was saved was to go out at once.
_AT_ONCE_MS = 60_000


async def newest(tx: Tx) -> datetime | None:
    """Return the newest moment at which anything was written down, by the clock of then; None where nothing was."""
    sql = """
        SELECT max(at) AS at FROM (
            SELECT max(created_at) AS at FROM activities
            UNION ALL SELECT max(finished_at) FROM deliveries WHERE finished_at IS NOT NULL
            UNION ALL SELECT max(seen_at) FROM sessions)
    """
    row = await fetch_one(tx, sql)
    return None if row is None else moment_or_none(row["at"])


async def bring_forward(tx: Tx, now: datetime, by: timedelta) -> int:
    """Let what waits wait *by* so much less, but not longer than until *now*; return how much that was.

    What an artisan has chosen a moment for keeps it; where she pressed the button to publish now, now it is.
    """
    moment, shift = to_ms(now), by // timedelta(milliseconds=1)
    changed = 0
    for table, column, waiting in _CHOSEN:
        sql = f"UPDATE {table} SET {column} = max({column} - ?2, ?1) WHERE {waiting} AND {column} > ?1"  # noqa: S608 - ours
        changed += (await tx.execute(sql, (moment, shift))).rowcount
    sql = "UPDATE drafts SET publish_at = ?1 WHERE state = 'waiting' AND publish_at > ?1 AND publish_at < saved_at + ?2"
    return changed + (await tx.execute(sql, (moment, _AT_ONCE_MS))).rowcount


async def has_untried(tx: Tx, now: datetime) -> bool:
    """Whether something waits for a moment to come though it was never tried: that is only by a clock of before."""
    rows = [await fetch_one(tx, f"SELECT 1 FROM {table} WHERE {_UNTRIED} LIMIT 1", (to_ms(now),)) for table in _TRIED]  # noqa: S608 - ours
    return any(row is not None for row in rows)


async def bring_untried(tx: Tx, now: datetime) -> None:
    """Let what was never tried be tried now."""
    for table in _TRIED:
        await tx.execute(f"UPDATE {table} SET due_at = ?1 WHERE {_UNTRIED}", (to_ms(now),))  # noqa: S608 - ours
