"""What other people say takes no more room for ever: what only passes by goes again, and the room is given back."""

from datetime import datetime, timedelta

from fedi_artisan.config import Limits
from fedi_artisan.storage import room
from fedi_artisan.storage.db import Database

# Of people whom nobody here follows: they were read to understand a conversation, or followed until lately.
STRANGERS_KEPT = timedelta(days=2)
# So much at a time that nobody who writes waits for long.
_AT_A_TIME = 200
_LOOKED_FOR = 20_000
_PAGES_AT_A_TIME = 500


async def tidy(db: Database, limits: Limits, now: datetime) -> int:
    """Forget the posts that only passed by long ago, or beyond the room that they have; return how many."""
    before, strangers_before = now - timedelta(days=limits.others_days), now - STRANGERS_KEPT
    forgotten = 0
    while gone := await _forget(db, before, strangers_before, limits.others_posts):
        forgotten += gone
    await _give_back(db)
    return forgotten


async def _forget(db: Database, before: datetime, strangers_before: datetime, most: int) -> int:
    """Forget a good many of the posts that are to go; return how many.

    They are looked for, which takes long, while others may write.
    """
    async with db.read() as tx:
        ids = await room.list_passing(tx, before, strangers_before=strangers_before, limit=_LOOKED_FOR)
        ids = ids or await room.list_beyond(tx, most, limit=_LOOKED_FOR)
    forgotten = 0
    for start in range(0, len(ids), _AT_A_TIME):
        async with db.write() as tx:
            forgotten += await room.forget(tx, ids[start : start + _AT_A_TIME])
    return forgotten


async def _give_back(db: Database) -> None:
    """Give the empty part of the database back to the disk, where it is more than a tenth."""
    async with db.read() as tx:
        much = await room.is_much_empty(tx)
    while much:
        async with db.write() as tx:
            await room.give_back(tx, _PAGES_AT_A_TIME)
        async with db.read() as tx:
            much = await room.is_much_empty(tx)
