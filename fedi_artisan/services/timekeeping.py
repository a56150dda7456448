"""The clock on the wall can be set, by a person, by the network, or wrongly: what waits for a moment must bear that."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from fedi_artisan.domain.clock import Clock, Span
from fedi_artisan.storage import moments
from fedi_artisan.storage.db import Database

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
# Less than this is a clock that is set right a little, or a machine that was busy.
JUMP = timedelta(seconds=30)
# A clock that was set wrongly is mostly set right again soon, and what has gone out cannot be called back.
DOUBTED_FOR_S = 600.0
# What was begun before the clock was set back has surely ended after this.
STRAGGLING_FOR_S = 120.0
SWEEP_EVERY_S = 30.0


class Timekeeper:
    """Notices when the clock is set. A class because it remembers how the clock stood beside what counts seconds.

    Args:
        db: what waits.
        clock: what time it is.
        seconds: that only go forward.
    """

    def __init__(self, db: Database, clock: Clock, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._db, self._clock, self._seconds = db, clock, seconds
        self._began = self._reckoned()
        self._leapt = timedelta()
        self._landed_at = clock()
        self._doubted_until_s = 0.0
        self._straggling_until_s = self._sweep_at_s = 0.0

    def doubted(self) -> Span | None:
        """Return the time that the clock has leapt over and that has not passed since; None where it is believed.

        What was to happen in between, and cannot be called back, had better wait.
        """
        leapt, landed_at = self._lately(), self._landed_at
        jump = self._reckoned() - self._began
        if jump >= JUMP:
            # A moment ago: nobody has looked yet.
            leapt, landed_at = leapt + jump, self._clock()
        return Span(self._clock() - leapt, landed_at) if leapt > timedelta() else None

    async def run(self, was_set: Callable[[], None]) -> None:
        """Look at the clock until cancelled; *was_set* is called when it was set.

        Whoever waits until some moment has reckoned with the clock of before, and must look anew.
        """
        await self.open()
        while True:
            if await self.look():
                was_set()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> bool:
        """Look once whether the clock was set, and return whether it was."""
        jump = self._reckoned() - self._began
        if abs(jump) < JUMP:
            return await self._bring_stragglers() if self._seconds() >= self._sweep_at_s else False
        if jump < timedelta():
            await self._was_set_back(-jump)
        else:
            log.warning("the clock was set ahead by %s", jump)
        self._leapt, self._landed_at = self._lately() + jump, self._clock()
        self._doubted_until_s = self._seconds() + DOUBTED_FOR_S
        self._began += jump
        return True

    def _lately(self) -> timedelta:
        """Return by how much the clock was set ahead lately; nothing is left of what was set right again."""
        return self._leapt if self._seconds() < self._doubted_until_s else timedelta()

    async def open(self) -> None:
        """Find out whether the clock was set back since this house was open last: it wrote down moments yet to come."""
        async with self._db.read() as tx:
            newest = await moments.newest(tx)
        now = self._clock()
        if newest is not None and newest - now > JUMP:
            await self._was_set_back(newest - now)

    async def _was_set_back(self, by: timedelta) -> None:
        async with self._db.write() as tx:
            count = await moments.bring_forward(tx, self._clock(), by)
        self._sweep_at_s, self._straggling_until_s = 0.0, self._seconds() + STRAGGLING_FOR_S
        log.warning("the clock was set back by %s; %d things that waited by the clock of before wait less", by, count)

    async def _bring_stragglers(self) -> bool:
        """See to what bears a moment to come though nobody has tried it yet; return whether there was any.

        Somebody began it by the clock of before and has written it down only now; or the clock was wrong for so short
        that nobody noticed.
        """
        straggling = self._seconds() < self._straggling_until_s
        self._sweep_at_s = self._seconds() + (LOOK_EVERY_S if straggling else SWEEP_EVERY_S)
        # A second for whoever looks at the clock at this very moment.
        now = self._clock() + timedelta(seconds=1)
        async with self._db.read() as tx:
            if not await moments.has_untried(tx, now):
                return False
        async with self._db.write() as tx:
            await moments.bring_untried(tx, now)
        return True

    def _reckoned(self) -> datetime:
        """Return when the counting of seconds began, by the clock of now: it is the same until the clock is set."""
        return self._clock() - timedelta(seconds=self._seconds())
