"""The loop in which other people's portraits are fetched, so that a browser asks nobody but us for them.

What is asked for is written down before: whatever comes of it, be it a crash, it is not asked for again for a day.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.uris import host_of
from fedi_artisan.errors import BadPhoto, RemoteError, StoreUnavailable
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.pictures import brought
from fedi_artisan.media import darkroom
from fedi_artisan.media.stored import Store
from fedi_artisan.storage import avatars
from fedi_artisan.storage.avatars import Wanted
from fedi_artisan.storage.db import Database

_log = logging.getLogger(__name__)

MOST_BYTES = 5_000_000
FAILURE_HOLDS = timedelta(days=1)
# Who changes her portrait may do so again at once, and must not make us knock somewhere each time.
CHANGE_HOLDS = timedelta(minutes=10)
# The newest days of what comes to an artisan; further back she sees first letters.
SHARED_FOR = timedelta(days=3)
UNSEEN_KEPT = timedelta(days=30)
_NOTED_EVERY = timedelta(days=1)
_TIDY_EVERY = timedelta(hours=1)
_LOOK_EVERY_S = 60.0
_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Avatars:
    """Fetches what is wanted. Its parts are what every step needs; *store* is that of public pictures."""

    config: Config
    db: Database
    client: Client
    store: Store
    clock: Clock
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Fetch until cancelled, and tidy up every hour."""
        tidy_at = self.clock()
        while True:
            self._woken.clear()
            if self.clock() >= tidy_at:
                await self.tidy()
                tidy_at = self.clock() + _TIDY_EVERY
            while await self.fetch_some():
                pass
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await self._woken.wait()

    def wake(self) -> None:
        """Look at once whether there is something to fetch."""
        self._woken.set()

    async def tidy(self) -> None:
        """Note which portraits are shown, and forget those that have not been for long; their files are collected."""
        now = self.clock()
        async with self.db.write() as tx:
            await avatars.note_shown(tx, now, now - _NOTED_EVERY, shared_since=now - SHARED_FOR)
            await avatars.forget_unseen(tx, now - UNSEEN_KEPT)

    async def fetch_some(self) -> bool:
        """Fetch the portraits whose turn it is, side by side, one of each host; return whether there was any."""
        chosen = await self._choose()
        async with asyncio.TaskGroup() as group:
            for wanted in chosen:
                group.create_task(self._fetch(wanted))
        return bool(chosen)

    async def _choose(self) -> Sequence[Wanted]:
        """Return what is to be asked for now, nobody else asking for it."""
        now = self.clock()
        moments = {
            "shared_since": now - SHARED_FOR,
            "failed_before": now - FAILURE_HOLDS,
            "changed_before": now - CHANGE_HOLDS,
        }
        async with self.db.read() as tx:
            if not await avatars.find_wanted(tx, **moments):
                return []
        async with self.db.write() as tx:
            # One of each host, the longest known: a slow host holds up few but its own.
            of_hosts = {host_of(one.source_url): one for one in await avatars.find_wanted(tx, **moments)}
            chosen = list(of_hosts.values())[:_AT_ONCE]
            await avatars.begin(tx, chosen, now)
        return chosen

    async def _fetch(self, wanted: Wanted) -> None:
        """Show a small copy of the portrait, where one can be made."""
        try:
            await self._show(wanted, await self.client.get_picture(wanted.source_url, most_bytes=MOST_BYTES))
        except (RemoteError, BadPhoto, StoreUnavailable, OSError) as error:
            _log.info("the portrait %s cannot be shown: %s", wanted.source_url, error)

    async def _show(self, wanted: Wanted, content: bytes) -> None:
        """Make a small copy of the portrait in *content*, store it and show it.

        Raises:
            BadPhoto: it is no picture, or none that could be read.
            StoreUnavailable: the copy cannot be stored now.
        """
        async with brought(self.config, content) as path:
            small = await darkroom.shrink(self.config, self.store, path)
            async with self.db.write() as tx:
                await avatars.put(tx, wanted, file=small.file, size_bytes=small.size_bytes)
                await avatars.evict(tx, self.config.media.avatars_bytes, self.clock())
