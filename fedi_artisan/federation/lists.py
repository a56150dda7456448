"""Lists of servers that others keep: looked at once a day, and never believed before somebody has agreed."""

import asyncio
import logging

from fedi_artisan.domain.block_lists import Kind, read
from fedi_artisan.domain.clock import Clock
from fedi_artisan.errors import ArtisanError
from fedi_artisan.federation.client import Client
from fedi_artisan.services.safety.imports import KEPT
from fedi_artisan.services.safety.lists import LOOK_EVERY
from fedi_artisan.storage import lists, unwelcome
from fedi_artisan.storage.db import Database
from fedi_artisan.storage.lists import Subscription

log = logging.getLogger(__name__)

LARGEST_BYTES = 5_000_000
WAKE_EVERY_S = 1800.0


class Lists:
    """Looks at the lists. A class because its loop can be woken."""

    def __init__(self, db: Database, client: Client, clock: Clock) -> None:
        self._db = db
        self._client = client
        self._clock = clock

    async def run(self) -> None:
        """Look at whatever is due, until cancelled, and forget what is over."""
        while True:
            await self.look()
            now = self._clock()
            async with self._db.write() as tx:
                await lists.prune_imports(tx, now - KEPT)
                await unwelcome.prune_mutes(tx, now)
            await asyncio.sleep(WAKE_EVERY_S)

    async def look(self) -> None:
        """Look once at each list that is due."""
        async with self._db.read() as tx:
            due = await lists.list_due(tx, self._clock() - LOOK_EVERY)
        for one in due:
            await self.look_at(one)

    async def look_at(self, one: Subscription) -> None:
        """Read a list, and keep what stands in it for somebody to look at; or why it could not be read."""
        try:
            content = await self._client.get_file(one.url, accept="text/csv, text/plain", most_bytes=LARGEST_BYTES)
            found = await asyncio.to_thread(read, content, Kind.SERVERS)
        except ArtisanError as error:
            log.info("the list %s could not be read: %s", one.url, error)
            async with self._db.write() as tx:
                await lists.put_trouble(tx, one.id, error.kept(), self._clock())
            return
        async with self._db.write() as tx:
            await lists.put_found(tx, one.id, found, self._clock())
