"""Which files of photographs may go: what nothing speaks of, and what was shown long enough."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.errors import StoreUnavailable
from fedi_artisan.media.incoming import sweep
from fedi_artisan.media.store import Stores
from fedi_artisan.media.stored import Store, is_old_original
from fedi_artisan.media.turns import Shelf, removing, turn
from fedi_artisan.storage import photo_files, photos
from fedi_artisan.storage.db import Database
from fedi_artisan.storage.shown import LOOK_EVERY_S

_log = logging.getLogger(__name__)

# How long a replaced picture can still be fetched by those who know its name, and a photograph may stand nowhere.
FORMER_KEPT = timedelta(days=7)
UNPLACED_KEPT = timedelta(days=7)
_TIDY_EVERY_S = 3600.0
_FIRST_TIDY_S = 300.0

Files = Mapping[Shelf, set[str]]


@dataclass(frozen=True, slots=True)
class PhotoFiles:
    """Removes files. Its parts are what every step needs."""

    config: Config
    db: Database
    stores: Stores
    clock: Clock = utc_now

    async def run_tidying(self) -> None:
        """Tidy up every hour until cancelled, whatever there is to make."""
        await asyncio.sleep(_FIRST_TIDY_S)
        while True:
            await self.tidy()
            await asyncio.sleep(_TIDY_EVERY_S)

    async def tidy(self) -> int:
        """Remove the files that nothing speaks of, and forget what stands nowhere; return how many files went."""
        now = self.clock()
        # First of all what needs no room: it may be what makes some.
        removed = await self.collect_or_warn()
        async with self.db.write() as tx:
            forgotten = await photos.forget_unplaced(tx, now - UNPLACED_KEPT)
            forgotten += await photo_files.forget_former(tx, now - FORMER_KEPT)
        return removed + (await self.collect_or_warn() if forgotten else 0)

    async def collect_or_warn(self) -> int:
        """Collect, and return how many went; a disk or a bucket that refuses must not stop the rest."""
        try:
            return await self.collect()
        except (StoreUnavailable, OSError) as error:
            _log.warning("files that nothing speaks of could not be removed: %s", error)
            return 0

    async def collect(self, only: Files | None = None) -> int:
        """Remove the files that nothing speaks of, of *only* these where given; return how many.

        A killed process may leave some; and what a withdrawn work showed is to be gone at once, or nearly: the running
        server takes a moment to notice that its kept pages still name them. While a backup is being made nothing goes;
        whoever makes it collects at its end.
        """
        if only is not None:
            await asyncio.sleep(2 * LOOK_EVERY_S)
        with removing(self.config) as may_remove:
            return await self._remove(only) if may_remove else 0

    async def _remove(self, only: Files | None) -> int:
        """Do what `collect` does."""
        removed = 0
        for shelf, store, list_used in (
            (Shelf.PICTURES, self.stores.public, photo_files.list_used),
            (Shelf.ORIGINALS, self.stores.originals, photo_files.list_used_originals),
        ):
            async with turn(self.config, shelf):
                async with self.db.read() as tx:
                    used = await list_used(tx)
                there = only[shelf] if only is not None else {name async for name in _collected(store)}
                removed += await store.remove(there - used)
        await asyncio.to_thread(sweep, self.config)
        return removed

    async def list_files(self, work_id: int) -> Files:
        """Return the names of all files of a work, to be handed to `collect` once it does not show them any more."""
        async with self.db.read() as tx:
            shown, originals = await photo_files.list_files(tx, work_id)
        return {Shelf.PICTURES: shown, Shelf.ORIGINALS: originals}


async def _collected(store: Store) -> AsyncIterator[str]:
    """Give the names of all files that may be collected.

    Originals with long names are from before photographs stood by themselves: some are of portraits, and nothing tells
    which. They go with their work, and otherwise stay.
    """
    async for stored in store.list():
        if not is_old_original(stored.name):
            yield stored.name
