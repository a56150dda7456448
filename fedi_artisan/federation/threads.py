"""What was said above a post that came here: asked for step by step upwards, so that a conversation becomes whole."""

import asyncio
import contextlib
import logging
from datetime import timedelta

from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import ArtisanError
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.guard import Guard
from fedi_artisan.federation.resolving import Resolver, Told
from fedi_artisan.services import arrivals, posts
from fedi_artisan.storage import wanted_posts
from fedi_artisan.storage.db import Database
from fedi_artisan.storage.wanted_posts import Wanted

log = logging.getLogger(__name__)

AT_ONCE = 8
# A server that is slow must not hold up what others are asked for (WIRE 10.2 #39).
AT_ONCE_OF_A_SITE = 2
TRIES = 3
FIRST_WAIT = timedelta(minutes=5)
DEADLINE_S = 60.0
AFTER_A_FAULT_S = 30.0


class Threads:
    """The loop that asks for what is answered by posts kept here.

    A class because it is woken, and remembers what is being asked for. How much is asked is bounded where it is wanted:
    so many steps above what was sent to us, two questions for each, so much of one site (services/posts,
    storage/wanted_posts; WIRE 10.2 #43).
    """

    def __init__(self, db: Database, actors: Actors, uris: Uris, *, guard: Guard, clock: Clock) -> None:
        self._db = db
        self._actors = actors
        self._resolver = Resolver(db, actors, uris)
        self._uris = uris
        self._guard = guard
        self._clock = clock
        self._woken = asyncio.Event()
        self._asking: dict[str, asyncio.Task[None]] = {}

    def wake(self) -> None:
        """Look whether there is something to ask for; call it when anything may have been written."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                self._woken.clear()
                now = self._clock()
                async with self._db.read() as tx:
                    due = await wanted_posts.list_due(tx, now, of_a_site=AT_ONCE_OF_A_SITE)
                    next_due = await wanted_posts.next_due(tx, after=now)
                for wanted in due:
                    self._begin(wanted)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(
                        None if next_due is None else (next_due - self._clock()).total_seconds()
                    ):
                        await self._woken.wait()
        finally:
            for task in list(self._asking.values()):
                task.cancel()
            await asyncio.gather(*self._asking.values(), return_exceptions=True)

    def _begin(self, wanted: Wanted) -> None:
        """Begin to look up one post, unless that is under way, or enough is."""
        if wanted.uri in self._asking or len(self._asking) >= AT_ONCE:
            return
        task = self._asking[wanted.uri] = asyncio.create_task(self._look_into(wanted))

        def done(_: asyncio.Task[None]) -> None:
            del self._asking[wanted.uri]
            self.wake()

        task.add_done_callback(done)

    async def _look_into(self, wanted: Wanted) -> None:
        """Look up one post, whatever happens."""
        try:
            await self._look_up(wanted)
        except Exception:  # the boundary: a full disk, for example; it is still wanted, and is asked for again
            log.exception("asking for %s failed", wanted.uri)
            await asyncio.sleep(AFTER_A_FAULT_S)

    async def _look_up(self, wanted: Wanted) -> None:
        """Ask for one post and keep it, or ask later, or never more; one that came by itself is not asked for."""
        async with self._db.read() as tx:
            came = await posts.is_known(tx, wanted.uri)
        if came:
            async with self._db.write() as tx:
                await wanted_posts.delete(tx, wanted.uri)
            return
        try:
            async with asyncio.timeout(DEADLINE_S):
                told = await self._resolver.fetch_post(wanted.uri)
            await self._keep(wanted, told)
        except (ArtisanError, TimeoutError) as error:
            log.debug("%s could not be had: %s", wanted.uri, error)
            await self._fail(wanted, again=isinstance(error, TimeoutError) or error.retry)
        except Exception:  # the boundary: one strange post must not keep all others waiting
            log.exception("%s could not be kept", wanted.uri)
            await self._fail(wanted, again=True)

    async def _keep(self, wanted: Wanted, told: Told) -> None:
        """Keep a post that anybody may read, and have asked for what it answers in turn.

        What is known by then is not asked for again: that is how a ring of answers ends.
        """
        note = told.note
        async with self._actors.write() as tx:
            await wanted_posts.delete(tx, wanted.uri)
            author = await self._actors.meet(tx, note.attributed_to, told.author)
            rules, now = await self._guard.current(tx), self._clock()
            if author is not None and await arrivals.keep_found(tx, self._uris, note, author, now, rules=rules):
                await posts.want_above(tx, self._uris, note, steps=wanted.steps + 1, now=now)

    async def _fail(self, wanted: Wanted, *, again: bool) -> None:
        """Note that a post could not be had: for good, or until later."""
        async with self._db.write() as tx:
            if again and wanted.attempts + 1 < TRIES:
                await wanted_posts.postpone(tx, wanted.uri, self._clock() + FIRST_WAIT * 4**wanted.attempts)
            else:
                await wanted_posts.delete(tx, wanted.uri)
