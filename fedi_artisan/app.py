"""The composition root: settings in, a running application out."""

import asyncio
import contextlib
import dataclasses
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.domain.house import Check, Look, Verdict
from fedi_artisan.domain.seals import Seals
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import ArtisanError
from fedi_artisan.federation.acquainting import Acquainting
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.avatars import Avatars
from fedi_artisan.federation.backlinks import Backlinks
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.glimpses import Glimpses
from fedi_artisan.federation.guard import Guard
from fedi_artisan.federation.hosts import Hosts
from fedi_artisan.federation.inbox import Inbox
from fedi_artisan.federation.intents import Intents
from fedi_artisan.federation.lists import Lists
from fedi_artisan.federation.looking import Looking
from fedi_artisan.federation.outbound import Outbound
from fedi_artisan.federation.outside import Outside
from fedi_artisan.federation.process import Processor
from fedi_artisan.federation.queue import Queue
from fedi_artisan.federation.reading import Reading
from fedi_artisan.federation.relocation import Relocation
from fedi_artisan.federation.signatures.keys import load_private_key
from fedi_artisan.federation.signatures.sign import SigningKey
from fedi_artisan.federation.threads import Threads
from fedi_artisan.federation.webfinger import WebFinger
from fedi_artisan.media.store import open_stores
from fedi_artisan.resources import folder
from fedi_artisan.services import house
from fedi_artisan.services.figures import Views
from fedi_artisan.services.passwords import COST, Cost, Passwords
from fedi_artisan.services.photo_files import PhotoFiles
from fedi_artisan.services.photo_intake import PhotoIntake
from fedi_artisan.services.photo_queue import PhotoQueue
from fedi_artisan.services.publisher import Publisher
from fedi_artisan.storage import artisans, shown
from fedi_artisan.storage.db import Database
from fedi_artisan.web import errors
from fedi_artisan.web.answers.cache import Cache
from fedi_artisan.web.answers.counting import Counting
from fedi_artisan.web.context import Site
from fedi_artisan.web.media import MediaHost
from fedi_artisan.web.people import theme
from fedi_artisan.web.people.pages import Pages
from fedi_artisan.web.routes import ROUTES
from fedi_artisan.web.studio.writing.gate import Gate
from fedi_artisan.web.tries import Tries

log = logging.getLogger(__name__)

RESTART_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What a command or the server needs to speak with others."""

    db: Database
    uris: Uris
    client: Client
    hosts: Hosts
    actors: Actors
    webfinger: WebFinger
    guard: Guard


@contextlib.asynccontextmanager
async def open_parts(config: Config, *, clock: Clock = utc_now) -> AsyncIterator[Parts]:
    """Open the database and the door to other servers; close both at the end.

    Raises:
        BadDatabase: the database is missing, or not at this program's version.
    """
    uris = Uris(config.origin, config.media.origin)
    db = await Database.open(config.database, folder("migrations"))
    try:
        async with db.read() as tx:
            key = await artisans.get_key(tx, None)
        signer = SigningKey(uris.key(uris.instance_actor), load_private_key(key.private_pem))
        hosts = await Hosts.load(db, clock)
        guard = await Guard.load(db)
        async with Client(config, signer=signer, clock=clock, refusals=guard) as client:
            actors = Actors(db, client, hosts, clock, admit=guard.admit_newcomer)
            yield Parts(db, uris, client, hosts, actors, WebFinger(config, client, actors), guard)
    finally:
        await db.close()


def looks(config: Config, parts: Parts, clock: Clock) -> tuple[Look, ...]:
    """Return all that can be looked at in the house and from outside."""
    outside = Outside(config=config, db=parts.db, client=parts.client, clock=clock)
    return (*house.bare(config), *house.furnished(config, parts.db, clock), *outside.looks())


async def examine(config: Config, *, clock: Clock = utc_now) -> tuple[Check, ...]:
    """Return how the house stands; where the database is broken, only what can be known without it."""
    found = await house.go_round(house.bare(config))
    if any(check.name == "database" and check.verdict is Verdict.BROKEN for check in found):
        return found
    async with open_parts(config, clock=clock) as parts:
        return await house.go_round(looks(config, parts, clock))


def build(config: Config, *, clock: Clock = utc_now, cost: Cost = COST) -> ASGIApp:
    """Return the application; its parts are opened when it starts and closed when it ends.

    Args:
        config: all settings.
        clock: what time it is.
        cost: of a look at a password.

    Raises:
        BadConfig: photographs cannot be kept where the settings say.
    """
    own = theme.read(config.theme_dir)
    pages = _pages(config, own)
    stores = open_stores(config)
    views = Views(clock)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_parts(config, clock=clock) as parts:
            door = Inbox(
                parts.db,
                parts.actors,
                parts.hosts,
                parts.uris,
                guard=parts.guard,
                clock=clock,
                most_waiting=config.limits.inbox_waiting,
            )
            queue = _queue(config, parts, door, clock)
            threads = Threads(parts.db, parts.actors, parts.uris, guard=parts.guard, clock=clock)
            photo_queue = PhotoQueue(config, parts.db, stores, parts.uris, clock)
            photo_files = PhotoFiles(config, parts.db, stores, clock)
            avatars = Avatars(config, parts.db, parts.client, stores.public, clock)
            glimpses = Glimpses(config, parts.db, parts.client, stores.public, clock)
            publisher = Publisher(parts.db, parts.uris, clock)
            block_lists = Lists(parts.db, parts.client, clock)
            looking = Looking(config, parts.db, parts.uris, parts.actors, parts.webfinger, refuses=parts.guard.refuses)
            acquainting = Acquainting(parts.db, parts.uris, parts.actors, looking, clock)
            app.state.site = Site(
                config=config,
                db=parts.db,
                uris=parts.uris,
                pages=pages,
                inbox=door,
                stores=stores,
                intents=Intents(config, parts.webfinger),
                tries=Tries(clock),
                clock=clock,
                intake=PhotoIntake(config, parts.db, stores, clock),
                files=photo_files,
                rounds=house.Rounds(looks(config, parts, clock), clock),
                gate=Gate(),
                passwords=Passwords(cost),
                seals=Seals(clock),
                backlinks=Backlinks(parts.client),
                block_lists=block_lists,
                actors=parts.actors,
                looking=looking,
                glimpses=glimpses,
                reading=Reading(parts.actors, parts.uris, clock),
                relocation=Relocation(parts.actors, parts.webfinger),
            )

            def on_shown() -> None:
                cache.clear()
                queue.forget_keys()

            def on_written() -> None:
                door.followed.forget()
                for waiting in (queue, threads, photo_queue, avatars, publisher, acquainting):
                    waiting.wake()

            async def follow_theme() -> None:
                async for fresh in theme.changes(config.theme_dir, own.glance):
                    site: Site = app.state.site
                    dressed = await asyncio.to_thread(_pages, config, fresh, former=site.pages)
                    app.state.site = dataclasses.replace(site, pages=dressed)
                    cache.clear()

            loops: dict[str, Callable[[], Awaitable[None]]] = {
                "queue": queue.run,
                "threads": threads.run,
                "photographs": photo_queue.run,
                "tidying of photographs": photo_files.run_tidying,
                "avatars": avatars.run,
                "pictures of others": glimpses.run,
                "drafts that wait": publisher.run,
                "lists of whom to follow": acquainting.run,
                "lists of servers": block_lists.run,
                "watch": lambda: shown.watch(parts.db, written=on_written, shown=on_shown),
                "theme": follow_theme,
                "counting of views": lambda: views.run(parts.db),
            }
            tasks = [asyncio.create_task(_keep_running(name, run)) for name, run in loops.items()]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, app.state.site.rounds.stop(), glimpses.finish(), return_exceptions=True)
                await views.write_down(parts.db)

    app = Starlette(
        routes=ROUTES,
        lifespan=lifespan,
        exception_handlers={ArtisanError: errors.on_error, HTTPException: errors.on_error, Exception: errors.on_crash},
    )
    # An id never redirects, and a redirect would be built from the Host header of whoever asks (WIRE 1.5).
    app.router.redirect_slashes = False
    cache = Cache(app)
    front = Counting(cache, views.count)
    return front if config.media.origin is None else MediaHost(front, config.media.origin)


def _pages(config: Config, own: theme.Theme, *, former: Pages | None = None) -> Pages:
    """Return the pages in the artisan's theme; what of it cannot be used is told in the log."""
    pages = Pages(config, own, former)
    for fault in pages.faults:
        log.warning("%s", fault)
    return pages


def _queue(config: Config, parts: Parts, door: Inbox, clock: Clock) -> Queue:
    """Return the loops that work while the server runs."""
    processor = Processor(parts.db, door, parts.actors, parts.uris, guard=parts.guard, clock=clock)
    outbound = Outbound(
        config, parts.db, parts.client, actors=parts.actors, hosts=parts.hosts, uris=parts.uris, clock=clock
    )
    return Queue(parts.db, door, processor, outbound, actors=parts.actors, limits=config.limits, clock=clock)


async def _keep_running(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run for ever; after a failure, a full disk for example, go on a moment later where the database stands."""
    while True:
        try:
            await run()
        except Exception:  # the outermost boundary of the loops: they must outlive any failure
            log.exception("the %s failed and is started again", name)
        await asyncio.sleep(RESTART_AFTER_S)
