"""Counts what is refused, in memory, and writes down how much it was: for `doctor`, the studio and figures."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping

from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.refusals import Counted, Refused, is_nearby
from fedi_artisan.storage import refusals
from fedi_artisan.storage.db import Database

log = logging.getLogger(__name__)

WRITE_DOWN_EVERY_S = 60.0


class Refusals:
    """What was refused since the start. A class because it counts; of whoever asked it remembers nothing.

    A flood costs no room: one number for each kind, and one line in the log each minute, whatever comes.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._total: Counter[Refused] = Counter()
        self._nearby: Counter[Refused] = Counter()
        self._written: tuple[Counter[Refused], Counter[Refused]] = Counter(), Counter()

    def count(self, kind: Refused, address: str = "") -> None:
        """Count one more, asked for from *address*."""
        self._total[kind] += 1
        if is_nearby(address):
            self._nearby[kind] += 1

    @property
    def since_start(self) -> Mapping[Refused, int]:
        """How many of each kind since the server was started; of some kinds there were none."""
        return self._total

    async def run(self, db: Database) -> None:
        """Write down and tell what was refused, every minute, until cancelled."""
        while True:
            await asyncio.sleep(WRITE_DOWN_EVERY_S)
            await self.write_down(db)

    async def write_down(self, db: Database) -> None:
        """Write down what was refused since the last time; where that fails it is written the next time."""
        total, nearby = self._total.copy(), self._nearby.copy()
        fresh, fresh_nearby = total - self._written[0], nearby - self._written[1]
        if not fresh:
            return
        now = self._clock()
        span = refusals.span_of(now)
        async with db.write() as tx:
            await refusals.add(tx, {(span, kind): Counted(fresh[kind], fresh_nearby[kind]) for kind in fresh})
            await refusals.prune(tx, now)
        self._written = total, nearby
        told = ", ".join(f"{kind} {number}" for kind, number in fresh.most_common())
        log.warning("requests were put off in the last minute: %s", told)
