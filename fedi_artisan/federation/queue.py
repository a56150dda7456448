"""The loops that work while the server runs: what arrived, what is to be sent, and tidying up."""

import asyncio
import logging
from datetime import datetime, timedelta

from fedi_artisan.config import Limits
from fedi_artisan.domain.clock import Clock
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.hosts import DEAD_AFTER, SCHEME_HOLDS
from fedi_artisan.federation.inbox import Inbox
from fedi_artisan.federation.outbound import Outbound
from fedi_artisan.federation.process import Processor
from fedi_artisan.services import room, safety
from fedi_artisan.storage import actors as stored_actors
from fedi_artisan.storage import deliveries, happenings, hosts, inbox
from fedi_artisan.storage.db import Database

log = logging.getLogger(__name__)

TIDY_EVERY_S = 3600.0
# Copies of an activity arrive within this time (WIRE 2.4, step 11); other servers try for about three days.
INBOX_KEPT = timedelta(days=8)
ANSWERS_KEPT = timedelta(days=30)
STRANGERS_KEPT = timedelta(days=8)
MOVES_KEPT = timedelta(days=180)


class Queue:
    """The work behind the answers. A class because its loops start and end together."""

    def __init__(
        self,
        db: Database,
        door: Inbox,
        processor: Processor,
        outbound: Outbound,
        *,
        actors: Actors,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._db = db
        self._door = door
        self._processor = processor
        self._outbound = outbound
        self._actors = actors
        self._limits = limits
        self._clock = clock

    async def run(self) -> None:
        """Work until cancelled."""
        async with self._db.read() as tx:
            self._door.waiting = await inbox.count_waiting(tx)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._process_inbox())
            group.create_task(self._outbound.run())
            group.create_task(self._door.synchronizer.run())
            group.create_task(self._tidy())

    def wake(self) -> None:
        """Look whether there is something to do; call it when anything may have been written."""
        self._door.arrived.set()
        self._outbound.changed.set()

    def forget_keys(self) -> None:
        """Read the artisans' keys anew."""
        self._outbound.forget_keys()

    async def _process_inbox(self) -> None:
        """Let arrivals take effect as they come."""
        try:
            while True:
                self._door.arrived.clear()
                looked_at = self._clock()
                while await self._processor.process_due():
                    self._outbound.changed.set()
                    looked_at = self._clock()
                await self._wait_for_arrival(looked_at)
        finally:
            await self._processor.finish()

    async def _wait_for_arrival(self, looked_at: datetime) -> None:
        """Return when something has arrived, or when something that was put off at *looked_at* is due."""
        async with self._db.read() as tx:
            due_at = await inbox.next_due(tx, after=looked_at)
            # Counting along is quick, and drifts where an activity comes twice.
            self._door.waiting = await inbox.count_waiting(tx)
        try:
            async with asyncio.timeout(None if due_at is None else (due_at - self._clock()).total_seconds()):
                await self._door.arrived.wait()
        except TimeoutError:
            return

    async def _tidy(self) -> None:
        """Write the counts of what is ignored, and forget what nobody needs any more."""
        while True:
            await self.tidy()
            await asyncio.sleep(TIDY_EVERY_S)

    async def tidy(self) -> None:
        """Tidy up once."""
        now = self._clock()
        counts = dict(self._door.ignored)
        self._door.ignored.clear()
        # What was interrupted when a server was blocked.
        unwelcome = await safety.clear(self._db, now)
        passing = await room.tidy(self._db, self._limits, now)
        async with self._db.write() as tx:
            await inbox.count_ignored(tx, counts)
            forgotten = await inbox.prune(tx, now - INBOX_KEPT)
            forgotten += await deliveries.prune(tx, now - ANSWERS_KEPT)
            forgotten += await hosts.prune(tx, now - SCHEME_HOLDS)
            forgotten += await happenings.prune_moves(tx, now - MOVES_KEPT)
            given_up = await hosts.give_up_dead(tx, now - DEAD_AFTER, now)
            strangers = await stored_actors.prune(tx, now - STRANGERS_KEPT)
        if strangers or unwelcome:
            self._actors.forget_all()
        if given_up:
            log.info("gave up %d deliveries to servers that have not answered for long", given_up)
        if forgotten or strangers or passing:
            log.info("tidied up: %d rows, %d strangers, %d posts of others", forgotten, strangers, passing)
