"""The loop of what waits for its moment: drafts that are to be published, works that are to be closed to answers."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from fedi_artisan.domain.clock import Clock, Span, utc_now
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import DiskFull, NotFound, OutOfOrder
from fedi_artisan.services import post_drafts as post_drafts_service
from fedi_artisan.services.policies import close_ripe
from fedi_artisan.services.publication import publish
from fedi_artisan.storage import artisans, drafts, policies, post_drafts
from fedi_artisan.storage.db import Database

_log = logging.getLogger(__name__)

# The clock on the wall may be set, so nobody sleeps until a moment that is far ahead.
LOOK_EVERY_S = 15.0
# How long a draft that was published is remembered, so that a late press of the button leads to its work.
PUBLISHED_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Publishes what is due. Its parts are what every step needs.

    Args:
        db, uris: where everything is.
        clock: what time it is.
        doubted: what time it perhaps is not yet: for a while after the clock was set ahead, works for then stay in.
    """

    db: Database
    uris: Uris
    clock: Clock = utc_now
    doubted: Callable[[], Span | None] = lambda: None
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            self._woken.clear()
            await self.publish_due()
            await self.close_due()
            await self.say_due()
            await self.forget()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(await self._wait_s()):
                    await self._woken.wait()

    def wake(self) -> None:
        """Look at once whether something is due."""
        self._woken.set()

    async def publish_due(self) -> int:
        """Publish all that is due, each by itself; return how many works came of it.

        What goes wrong with one is told on its draft, which is open again then, and holds up no other.
        """
        async with self.db.read() as tx:
            due = await drafts.list_due(tx, self.clock(), but=self.doubted())
        published = 0
        for artisan_id, uid in due:
            try:
                published += await self._publish(artisan_id, uid)
            except NotFound:
                continue  # it was discarded a moment ago
            except (DiskFull, OutOfOrder):
                raise  # so would all others
            except Exception:  # noqa: BLE001 - whatever it is: it stays due, is tried again, and holds up nobody
                _log.exception("draft %s could not be published", uid)
        return published

    async def close_due(self) -> None:
        """Close to answers the works whose days are over."""
        while True:
            now = self.clock()
            async with self.db.read() as tx:
                if not await policies.list_ripe(tx, now, 1):
                    return
            async with self.db.write() as tx:
                await close_ripe(tx, self.uris, now)

    async def say_due(self) -> int:
        """Say all that waited for its pictures, each by itself; return how many posts came of it."""
        async with self.db.read() as tx:
            due = await post_drafts.list_due(tx)
        said = 0
        for draft_id in due:
            try:
                async with self.db.write() as tx:
                    said += await post_drafts_service.publish_due(tx, self.uris, draft_id, self.clock())
            except (DiskFull, OutOfOrder):
                raise
            except Exception:  # noqa: BLE001 - as above
                _log.exception("what was written could not be said")
        return said

    async def forget(self) -> None:
        """Forget drafts that were published long ago."""
        before = self.clock() - PUBLISHED_KEPT
        async with self.db.read() as tx:
            if not await drafts.has_published(tx, before) and not await post_drafts.has_published(tx, before):
                return
        async with self.db.write() as tx:
            await drafts.forget_published(tx, before)
            await post_drafts.forget_published(tx, before)

    async def _publish(self, artisan_id: int, uid: str) -> bool:
        """Publish one draft if it still waits; return whether it is published now."""
        now = self.clock()
        async with self.db.write() as tx:
            if (artisan_id, uid) not in await drafts.list_due(tx, now):
                return False
            artisan = await artisans.get(tx, artisan_id)
            pressed = await publish(tx, self.uris, artisan, uid, now)
            if pressed.problems:
                _log.warning("draft %s could not be published: %s", uid, "; ".join(map(str, pressed.problems)))
                await drafts.set_open(tx, pressed.draft.id, pressed.problems)
        return pressed.work is not None

    async def _wait_s(self) -> float:
        """Return how long nothing is due, as far as the clock can be trusted."""
        now = self.clock()
        async with self.db.read() as tx:
            following = await drafts.find_next(tx, now)
        return LOOK_EVERY_S if following is None else min((following - now).total_seconds(), LOOK_EVERY_S)
