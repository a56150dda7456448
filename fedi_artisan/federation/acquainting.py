"""The loop that works through the lists of whom artisans want to follow: few at a time, so that nobody is pressed."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from datetime import timedelta

from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.domain.sought import Missing
from fedi_artisan.domain.uris import Uris
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.looking import Found, Here, Looking
from fedi_artisan.services import following
from fedi_artisan.storage import actors, artisans, wanted_follows
from fedi_artisan.storage.db import Database
from fedi_artisan.storage.wanted_follows import WantedFollow

_log = logging.getLogger(__name__)

AT_ONCE = 4
LOOK_EVERY_S = 60.0
# A server that is away for a night is there again in the morning.
TRIES = 5
FIRST_WAIT = timedelta(minutes=2)
_PASSING = frozenset({Missing.SILENT, Missing.BUSY})


@dataclass(frozen=True, slots=True)
class Acquainting:
    """Follows whom artisans want to follow. Its parts are what every step needs."""

    db: Database
    uris: Uris
    actors: Actors
    looking: Looking
    clock: Clock = utc_now
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Look for people until cancelled."""
        while True:
            self._woken.clear()
            while await self.look_for_due():
                pass
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(await self._wait_s()):
                    await self._woken.wait()

    def wake(self) -> None:
        """Look at once whether somebody is wanted."""
        self._woken.set()

    async def look_for_due(self) -> bool:
        """Look for the next few who are due; return whether there were any."""
        async with self.db.read() as tx:
            due = await wanted_follows.list_due(tx, self.clock(), AT_ONCE)
        await asyncio.gather(*(self._settle(wanted) for wanted in due))
        return bool(due)

    async def _settle(self, wanted: WantedFollow) -> None:
        """Follow somebody who was wanted, or note why that cannot be."""
        async with self.db.read() as tx:
            stored = await actors.find_by_handle(tx, wanted.account.username, wanted.account.host)
        found: Found | Here | Missing
        found = await self.looking.find(wanted.account.handle) if stored is None else Found(stored.actor)
        now = self.clock()
        if isinstance(found, Found):
            async with self.actors.write() as tx:
                if await wanted_follows.delete(tx, wanted.artisan_id, wanted.account):
                    known = await self.looking.remember(tx, found) if stored is None else stored
                    artisan = await artisans.get(tx, wanted.artisan_id)
                    await following.request_once(tx, self.uris, artisan, known.id, now=now)
            return
        async with self.db.write() as tx:
            if isinstance(found, Here):
                await wanted_follows.delete(tx, wanted.artisan_id, wanted.account)
                return
            again = found in _PASSING and wanted.tries + 1 < TRIES
            due_at = now + FIRST_WAIT * 6**wanted.tries if again else None
            await wanted_follows.postpone(tx, wanted, due_at, found)
        _log.debug("%s was not found: %s", wanted.account.handle, found)

    async def _wait_s(self) -> float:
        """Return how long nobody is due, as far as the clock can be trusted."""
        async with self.db.read() as tx:
            following_at = await wanted_follows.find_next(tx)
        if following_at is None:
            return LOOK_EVERY_S
        return min(max((following_at - self.clock()).total_seconds(), 0.0), LOOK_EVERY_S)
