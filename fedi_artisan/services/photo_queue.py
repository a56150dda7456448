"""The loop in which pictures are made of photographs, one after another; commands take part in it beside the server."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto
from pathlib import Path

from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.tally import Tally
from fedi_artisan.domain.terms import OwnTerms
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import BadPhoto, NotFound, PhotoInterrupted, StoreUnavailable
from fedi_artisan.media import darkroom
from fedi_artisan.media.incoming import begin
from fedi_artisan.media.recipe import Recipe
from fedi_artisan.media.store import Stores
from fedi_artisan.media.stored import Store
from fedi_artisan.media.turns import LET_OTHERS_S, Shelf, turn
from fedi_artisan.services import photos as photos_service
from fedi_artisan.services import settings
from fedi_artisan.services.recipes import find_recipe, find_stale
from fedi_artisan.storage import photo_files, photo_jobs, photos
from fedi_artisan.storage.db import Database
from fedi_artisan.storage.photo_jobs import Job

_log = logging.getLogger(__name__)

_LOOK_EVERY_S = 5.0
_FIRST_WAIT = timedelta(seconds=5)
# A photograph that takes all the memory there is, each time, is refused in the end.
_MOST_INTERRUPTED = 6


class Outcome(Enum):
    """What came of one turn."""

    MADE = auto()
    REFUSED = auto()
    PUT_OFF = auto()
    MADE_BY_ANOTHER = auto()


@dataclass(frozen=True, slots=True)
class PhotoQueue:
    """Makes what is to be made. Its parts are what every step needs."""

    config: Config
    db: Database
    stores: Stores
    uris: Uris
    clock: Clock = utc_now
    tally: Tally = field(default_factory=Tally)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Make pictures until cancelled."""
        await self.want_stale(hurry=False)
        while True:
            self._woken.clear()
            while await self.make_next():
                pass
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await self._woken.wait()

    async def want_stale(self, *, even_fresh: bool = False, hurry: bool = True) -> int:
        """Have all pictures made anew that are not as they should be, or simply all; return how many wait.

        What was put off is tried at once, unless there is no *hurry*.
        """
        async with self.db.read() as tx:
            stale = await find_stale(tx, even_fresh=even_fresh)
        async with self.db.write() as tx:
            await photo_jobs.want(tx, stale, self.clock(), hurry=hurry)
            if hurry:
                await photo_jobs.hurry_all(tx, self.clock())
            return await photo_jobs.count_jobs(tx)

    async def want_lost(self) -> None:
        """Have the pictures made anew of which a file is not in the store any more."""
        there = {stored.name async for stored in self.stores.public.list()}
        async with self.db.read() as tx:
            lost = await photo_files.list_without(tx, there)
        async with self.db.write() as tx:
            await photos.forget_recipes(tx, lost)
            await photo_jobs.want(tx, lost, self.clock())

    def wake(self) -> None:
        """Look at once whether there is something to make."""
        self._woken.set()

    async def wait_for_others(self) -> None:
        """Return when nobody makes pictures any more who does at this moment."""
        async with turn(self.config, Shelf.PICTURES):
            return

    async def count_waiting(self) -> int:
        """Return how many photographs wait for their pictures."""
        async with self.db.read() as tx:
            return await photo_jobs.count_jobs(tx)

    async def make_next(self, *, on_picture: Callable[[], None] = lambda: None) -> Outcome | None:
        """Make the pictures of the photograph whose turn it is; return what came of it, None if there is none."""
        if not await self._is_due():
            return None
        async with turn(self.config, Shelf.PICTURES):
            began = time.perf_counter()
            outcome = await self._take_turn(on_picture)
            self.tally.photographs[outcome.name.lower()].add(time.perf_counter() - began)
        # Whoever waits for the turn looks only now and then: a long rebuild must not keep a new photograph waiting.
        await asyncio.sleep(LET_OTHERS_S)
        return outcome

    async def _take_turn(self, on_picture: Callable[[], None]) -> Outcome:
        """Make the pictures of the photograph whose turn it is."""
        async with self.db.read() as tx:
            job = await photo_jobs.find_job(tx, self.clock())
            recipe = None if job is None else await find_recipe(tx, job)
        if job is None or recipe is None:
            return Outcome.MADE_BY_ANOTHER
        # A try is written down before it is made: whatever comes of it, even an end of this process, another follows
        # only after a while, and the others have their turn.
        wait = min(_FIRST_WAIT * (1 << min(job.attempts, 20)), photo_jobs.LONGEST_WAIT)
        async with self.db.write() as tx:
            await photo_jobs.begin(tx, job.photo_id, self.clock() + wait)
        try:
            await self._make(job, recipe, on_picture)
        except (BadPhoto, StoreUnavailable, NotFound, OSError) as error:
            interrupted = isinstance(error, PhotoInterrupted) and job.attempts < _MOST_INTERRUPTED
            if isinstance(error, BadPhoto) and not job.recipe and not interrupted:
                await self._refuse(job, error)
                return Outcome.REFUSED
            # It could be read before, or was no fault of its own: what is shown stays.
            _log.warning("the pictures of %s could not be made, next try in %s: %s", job.name or job.uid, wait, error)
            return Outcome.PUT_OFF
        return Outcome.MADE

    async def make_one(
        self, uid: str, own_terms: OwnTerms | None = None, *, on_picture: Callable[[], None] = lambda: None
    ) -> Photo:
        """Make the pictures of one photograph now, as a work with *own_terms* needs them, and return it.

        Raises:
            BadPhoto: nothing can be made of it, and why.
            NotFound: it is gone.
        """
        async with turn(self.config, Shelf.PICTURES):
            async with self.db.read() as tx:
                refusal = await photos.find_refusal(tx, uid)
                job = await photo_jobs.find_job_of(tx, uid)
                recipe = None if job is None else await find_recipe(tx, job, own_terms)
            if refusal is not None:
                raise refusal
            if job is None or recipe is None:
                raise NotFound("this photograph is not here any more")
            if job.recipe != recipe.digest:
                try:
                    await self._make(job, recipe, on_picture)
                except PhotoInterrupted:
                    raise
                except BadPhoto as error:
                    raise await self._refuse(job, error) from error
        async with self.db.read() as tx:
            return await photos.get(tx, uid)

    async def _is_due(self) -> bool:
        async with self.db.read() as tx:
            return await photo_jobs.find_job(tx, self.clock()) is not None

    async def _make(self, job: Job, recipe: Recipe, on_picture: Callable[[], None]) -> None:
        """Make the pictures of one photograph and show them: all of them or none.

        Raises:
            BadPhoto: nothing can be made of it.
            NotFound, StoreUnavailable: its original, or the mark, cannot be had.
        """
        async with self.db.read() as tx:
            twin = (
                None
                if job.recipe == recipe.digest
                else await photos.find_made(tx, job.artisan_id, job.original, recipe.digest)
            )
        # The same file in two works has the same pictures.
        made = await self._develop(job, recipe, on_picture) if twin is None else twin
        async with self.db.write() as tx:
            await photos_service.put_made(tx, self.uris, job, made, recipe=recipe, now=self.clock())

    async def _develop(self, job: Job, recipe: Recipe, on_picture: Callable[[], None]) -> Photo:
        """Make the pictures of one photograph and store them; return what is to be shown."""
        async with contextlib.AsyncExitStack() as kept:
            original = await kept.enter_async_context(self._local(self.stores.originals, job.original))
            mark = None
            if recipe.watermark is not None and recipe.watermark.image is not None:
                mark = await kept.enter_async_context(self._local(self.stores.originals, recipe.watermark.image))
            developed = await darkroom.develop(
                await settings.current(self.db, self.config),
                self.stores.public,
                original,
                recipe,
                mark=mark,
                on_picture=on_picture,
            )
        told = developed.told
        return Photo(
            uid=job.uid,
            original=job.original,
            width_px=told.width_px,
            height_px=told.height_px,
            renditions=developed.renditions,
            blurhash=told.blurhash,
            tone=told.tone,
            facts=told.facts,
            remarks=told.remarks,
        )

    @contextlib.asynccontextmanager
    async def _local(self, store: Store, name: str) -> AsyncIterator[Path]:
        """Give a local file with the content of *name*: itself, or a copy that goes again.

        Raises:
            NotFound: it is not there.
            StoreUnavailable: the store does not answer.
        """
        path = await store.path(name)
        if path is not None:
            yield path
            return
        with begin(self.config) as copy:
            await store.fetch(name, copy.path)
            yield copy.path

    async def _refuse(self, job: Job, error: BadPhoto) -> BadPhoto:
        """Record that nothing can be made of a photograph, and return the refusal with its name in it."""
        refusal = BadPhoto(error.sentence, of=job.name, **error.values)
        async with self.db.write() as tx:
            await photos.refuse(tx, job.photo_id, refusal.kept())
        return refusal
