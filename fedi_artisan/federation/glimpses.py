"""Pictures in other people's posts, fetched and made small when she first looks at them.

So her browser asks nobody but us, nobody elsewhere learns when she looks, and what nobody looks at takes no room.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta

from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.uris import host_of
from fedi_artisan.errors import BadPhoto, NotFound, RemoteError, StoreUnavailable
from fedi_artisan.federation.asking import Asking
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.pictures import brought
from fedi_artisan.media import darkroom
from fedi_artisan.media.stored import Store
from fedi_artisan.storage import glimpses, posts
from fedi_artisan.storage.db import Database

_log = logging.getLogger(__name__)

MOST_BYTES = 16_000_000
FAILURE_HOLDS = timedelta(hours=6)
UNSEEN_KEPT = timedelta(days=14)
_NOTED_EVERY = timedelta(hours=12)
_TIDY_EVERY_S = 3600.0
_AT_ONCE = 3
_PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Glimpses:
    """Gives our copies, and makes them. *store* is that of public pictures."""

    config: Config
    db: Database
    client: Client
    store: Store
    clock: Clock
    _asking: Asking = field(default_factory=Asking)
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    _under_way: dict[tuple[int, int], asyncio.Task[str]] = field(default_factory=dict)

    async def run(self) -> None:
        """Forget every hour what nobody looks at, until cancelled; the files are collected with all others."""
        while True:
            async with self.db.write() as tx:
                await glimpses.forget_unseen(tx, self.clock() - UNSEEN_KEPT)
            await asyncio.sleep(_TIDY_EVERY_S)

    async def find(self, artisan_id: int, post_id: int, number: int) -> str:
        """Return the file of our copy of a picture in a post that the artisan may read; it is made where need be.

        Raises:
            NotFound: there is no such picture, or none that can be shown now.
        """
        async with self.db.read() as tx:
            post = await posts.find_by_id(tx, post_id) if await posts.may_read(tx, artisan_id, post_id) else None
            known = await glimpses.find(tx, post_id, number)
        if post is None or not 1 <= number <= len(post.pictures):
            raise NotFound("there is no such picture")
        source_url, now = post.pictures[number - 1].url, self.clock()
        if known is not None and known.source_url == source_url:
            if known.file is not None:
                if known.seen_at < now - _NOTED_EVERY:
                    async with self.db.write() as tx:
                        await glimpses.note_seen(tx, post_id, number, now)
                return known.file
            if (post_id, number) not in self._under_way and known.fetched_at > now - FAILURE_HOLDS:
                raise NotFound("this picture cannot be shown now")
        return await self._made(post_id, number, source_url)

    async def _made(self, post_id: int, number: int, source_url: str) -> str:
        """Return the file of a copy that is made now, once however many ask.

        Raises:
            NotFound: none can be made.
        """
        place = (post_id, number)
        task = self._under_way.get(place)
        if task is None:
            task = self._under_way[place] = asyncio.create_task(self._make(post_id, number, source_url))
            task.add_done_callback(lambda done: self._end(place, done))
        # The picture is made even if the one who asked has turned the page.
        await asyncio.wait([task])
        if task.cancelled():
            raise NotFound("this picture cannot be shown now")
        return task.result()

    def _end(self, place: tuple[int, int], task: asyncio.Task[str]) -> None:
        del self._under_way[place]
        if not task.cancelled():
            task.exception()

    async def _make(self, post_id: int, number: int, source_url: str) -> str:
        """Fetch a picture, make it small and store it; return its file.

        Raises:
            NotFound: it cannot be had, or nothing can be made of it.
        """
        try:
            # Whoever waits for her turn was not asked yet: that one server hangs tells nothing of the others.
            async with self._asking.turn(host_of(source_url)), self._turns:
                async with self.db.write() as tx:
                    if not await glimpses.begin(tx, post_id, number, source_url, self.clock()):
                        raise NotFound("there is no such post any more")
                async with asyncio.timeout(_PATIENCE_S):
                    content = await self.client.get_picture(source_url, most_bytes=MOST_BYTES)
            return await self._keep(post_id, number, source_url, content)
        except (RemoteError, BadPhoto, StoreUnavailable, OSError, TimeoutError) as error:
            _log.info("the picture %s cannot be shown: %s", source_url, error)
            raise NotFound("this picture cannot be shown now") from error

    async def _keep(self, post_id: int, number: int, source_url: str, content: bytes) -> str:
        """Store a small copy of the picture in *content* and return its file.

        Raises:
            BadPhoto: it is no picture, or none that could be read.
            StoreUnavailable: the copy cannot be stored now.
        """
        async with brought(self.config, content) as path:
            small = await darkroom.glimpse(self.config, self.store, path)
            async with self.db.write() as tx:
                await glimpses.put(tx, post_id, number, source_url, file=small.file, size_bytes=small.size_bytes)
                await glimpses.evict(tx, self.config.media.glimpses_bytes)
        return small.file

    async def finish(self) -> None:
        """Stop fetching."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
