"""The application: what answers, and what stands in front of it."""

import functools
from collections.abc import Collection
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from fedi_artisan.app.running import Ground, opened, pages_in
from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.errors import ArtisanError
from fedi_artisan.media.store import open_stores
from fedi_artisan.services.figures import Views
from fedi_artisan.services.passwords import COST, Cost
from fedi_artisan.services.refusals import Refusals
from fedi_artisan.services.vitals import Vitals
from fedi_artisan.storage import languages
from fedi_artisan.storage.db import Database
from fedi_artisan.web import errors
from fedi_artisan.web.answers.cache import Cache
from fedi_artisan.web.answers.counting import Counting
from fedi_artisan.web.answers.health import Health
from fedi_artisan.web.answers.measuring import Measuring
from fedi_artisan.web.answers.safeguards import Safeguards
from fedi_artisan.web.media import MediaHost
from fedi_artisan.web.people import theme
from fedi_artisan.web.routes import ROUTES
from fedi_artisan.web.visitors.excuses import Excuses
from fedi_artisan.web.visitors.memory import Memory
from fedi_artisan.web.visitors.porter import Porter


def build(
    config: Config,
    *,
    file: Path | None = None,
    clock: Clock = utc_now,
    cost: Cost = COST,
    vitals: Vitals | None = None,
    refusals: Refusals | None = None,
) -> ASGIApp:
    """Return the application; its parts are opened when it starts and closed when it ends.

    Args:
        config: all settings.
        file: where they were read, for the commands that the server itself has run; none are without it.
        clock: what time it is.
        cost: of a look at a password.
        vitals: learn how the application is while it runs.
        refusals: counts what is refused; whoever serves this counts there as well what is refused before.

    Raises:
        BadConfig: photographs cannot be kept where the settings say.
    """
    own = theme.read(config.theme_dir)
    vitals = vitals or Vitals()
    refusals = refusals or Refusals(clock)
    ground = Ground(
        config=config,
        file=file,
        clock=clock,
        cost=cost,
        own=own,
        pages=pages_in(config, own),
        stores=open_stores(config),
        views=Views(clock),
        vitals=vitals,
        refusals=refusals,
        # What is kept comes into being below, in front of all this.
        forget=lambda: cache.clear(),  # noqa: PLW0108
    )
    app = Starlette(
        routes=ROUTES,
        lifespan=functools.partial(opened, ground),
        exception_handlers={
            ArtisanError: errors.on_error,
            HTTPException: errors.on_error,
            OSError: errors.on_system,
            Exception: errors.on_crash,
        },
    )
    # An id never redirects, and a redirect would be built from the Host header of whoever asks (WIRE 1.5).
    app.router.redirect_slashes = False
    memory = Memory(config.limits.memory_bytes, ground.forget)
    vitals.watch("memory", memory.is_short)
    excuses = Excuses(lambda: app.state.site.pages)
    porter = Porter(app, config, excuses=excuses, refusals=refusals, memory=memory, clock=clock)
    cache = Cache(
        Safeguards(porter, https=not config.plain_http),
        tongues=lambda: _tongues(app.state.site.db),
        tally=vitals.tally,
    )
    return _front(config, cache, ground.views, vitals)


def _front(config: Config, cache: Cache, views: Views, vitals: Vitals) -> ASGIApp:
    """Return what stands in front of the kept answers, the outermost last."""
    front: ASGIApp = Counting(cache, views.count)
    if config.media.origin is not None:
        front = MediaHost(front, config.media.origin)
    if config.log.requests or config.metrics.listen is not None:
        front = Measuring(front, vitals.tally, told=config.log.requests)
    return Health(front, vitals.lacking, https=not config.plain_http)


async def _tongues(db: Database) -> Collection[str]:
    """Return the languages in which anything is written here; in all others a page is the same."""
    async with db.read() as tx:
        return await languages.list_written(tx)
