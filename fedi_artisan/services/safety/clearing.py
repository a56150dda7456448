"""Forgetting all that is of blocked servers: so much at a time that nobody who writes waits for long."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from fedi_artisan.storage import servers
from fedi_artisan.storage.db import Database

_AT_A_TIME = 100


async def clear(db: Database, now: datetime) -> int:
    """Forget everybody on blocked servers with all they did here, and send nothing there any more; return how many.

    The rules stand already, so that nothing new comes in meanwhile; interrupted, it is finished by the next time. A
    server that is blocked no more before its turn comes keeps its people.
    """
    async with db.read() as tx:
        remains = await servers.list_remains(tx)
    for ids in _portions(remains.deliveries):
        async with db.write() as tx:
            await servers.refuse_deliveries(tx, ids, now)
    forgotten = 0
    for ids in _portions(remains.people):
        async with db.write() as tx:
            forgotten += await servers.forget_people(tx, ids)
    return forgotten


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_A_TIME):
        yield ids[start : start + _AT_A_TIME]
