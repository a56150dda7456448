"""What runs from the start of the application to its end."""

import asyncio
import contextlib
import dataclasses
import functools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette

from fedi_artisan import heaps
from fedi_artisan.app.parts import Parts, looks, open_parts
from fedi_artisan.app.workers import Workers, workers
from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.seals import Seals
from fedi_artisan.federation.backlinks import Backlinks
from fedi_artisan.federation.intents import Intents
from fedi_artisan.federation.reading import Reading
from fedi_artisan.federation.relocation import Relocation
from fedi_artisan.media.store import Stores
from fedi_artisan.services import house
from fedi_artisan.services.backups.schedule import Schedule, make_by_command
from fedi_artisan.services.figures import Views
from fedi_artisan.services.passwords import Cost, Passwords
from fedi_artisan.services.photo_intake import PhotoIntake
from fedi_artisan.services.refusals import Refusals
from fedi_artisan.services.timekeeping import Timekeeper
from fedi_artisan.services.vitals import Vitals
from fedi_artisan.storage import shown
from fedi_artisan.web.context import Site
from fedi_artisan.web.people import theme
from fedi_artisan.web.people.pages import Pages
from fedi_artisan.web.people.theme import Theme
from fedi_artisan.web.studio.writing.gate import Gate
from fedi_artisan.web.tries import Tries

log = logging.getLogger(__package__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What there is before anything is opened, and stays when it is closed again.

    Args:
        config: all settings.
        file: where they were read, for the commands that the server itself has run; none are without it.
        clock: what time it is.
        cost: of a look at a password.
        own: the artisan's theme, as it is at the start; *pages* are in it.
        stores: where photographs lie.
        views: counts how often pages are opened.
        vitals: learn how the application is while it runs.
        refusals: counts what is refused.
        forget: has kept answers go.
    """

    config: Config
    file: Path | None
    clock: Clock
    cost: Cost
    own: Theme
    pages: Pages
    stores: Stores
    views: Views
    vitals: Vitals
    refusals: Refusals
    forget: Callable[[], None]


@contextlib.asynccontextmanager
async def opened(ground: Ground, app: Starlette) -> AsyncIterator[None]:
    """Open everything and have it work while the block lasts; close it then, with all that was counted written down.

    Raises:
        BadDatabase, BadConfig: the database, or the key in it, cannot be used.
    """
    config, clock, vitals = ground.config, ground.clock, ground.vitals
    async with open_parts(config, clock=clock) as parts:
        timekeeper = Timekeeper(parts.db, clock)
        working = workers(config, parts, ground.stores, clock, timekeeper=timekeeper, tally=vitals.tally)
        app.state.site = site = _site(ground, parts, working)
        vitals.loops.start(_loops(ground, app, parts, working, timekeeper))
        vitals.watch("inbox", lambda: working.door.waiting >= config.limits.inbox_waiting)
        vitals.db = parts.db
        try:
            yield
        finally:
            vitals.db = None
            endings = (vitals.loops.stop(), site.rounds.stop(), working.glimpses.finish())
            await asyncio.gather(*endings, return_exceptions=True)
            await ground.views.write_down(parts.db)
            await ground.refusals.write_down(parts.db)


def _site(ground: Ground, parts: Parts, working: Workers) -> Site:
    """Return what answers are made of."""
    config, clock = ground.config, ground.clock
    make = None if ground.file is None else functools.partial(make_by_command, ground.file)
    return Site(
        config=config,
        db=parts.db,
        uris=parts.uris,
        pages=ground.pages,
        inbox=working.door,
        stores=ground.stores,
        intents=Intents(config, parts.webfinger),
        tries=Tries(clock),
        clock=clock,
        intake=PhotoIntake(config, parts.db, ground.stores, clock),
        files=working.photo_files,
        rounds=house.Rounds(lambda: looks(config, parts, clock), clock),
        gate=Gate(),
        passwords=Passwords(ground.cost),
        seals=Seals(clock),
        backlinks=Backlinks(parts.client),
        block_lists=working.block_lists,
        actors=parts.actors,
        looking=working.looking,
        glimpses=working.glimpses,
        reading=Reading(parts.actors, parts.uris, clock),
        relocation=Relocation(parts.actors, parts.webfinger),
        schedule=Schedule(config, parts.db, make, clock),
    )


def _loops(
    ground: Ground, app: Starlette, parts: Parts, working: Workers, timekeeper: Timekeeper
) -> Mapping[str, Callable[[], Awaitable[None]]]:
    """Return all that is to be run until the end, by what it is called in the log."""
    site: Site = app.state.site

    def on_shown() -> None:
        ground.forget()
        working.queue.forget_keys()

    return {
        **working.loops(),
        "backups": site.schedule.run,
        "clock": lambda: timekeeper.run(working.wake),
        "watch": lambda: shown.watch(parts.db, written=working.wake, shown=on_shown),
        "theme": lambda: _follow_theme(ground, app),
        "counting of views": lambda: ground.views.run(parts.db),
        "counting of refusals": lambda: ground.refusals.run(parts.db),
        "memory": heaps.keep_giving_back,
    }


async def _follow_theme(ground: Ground, app: Starlette) -> None:
    """Dress pages anew whenever the artisan has changed her theme, until cancelled."""
    async for fresh in theme.changes(ground.config.theme_dir, ground.own.glance):
        site: Site = app.state.site
        dressed = await asyncio.to_thread(pages_in, ground.config, fresh, former=site.pages)
        app.state.site = dataclasses.replace(site, pages=dressed)
        ground.forget()


def pages_in(config: Config, own: Theme, *, former: Pages | None = None) -> Pages:
    """Return the pages in the artisan's theme; what of it cannot be used is told in the log."""
    pages = Pages(config, own, former)
    for fault in pages.faults:
        log.warning("%s", fault)
    return pages
