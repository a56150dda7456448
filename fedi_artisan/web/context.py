"""What every endpoint needs, reachable as `request.app.state.site`."""

from dataclasses import dataclass

from starlette.requests import Request

from fedi_artisan.config import Config
from fedi_artisan.domain.uris import Uris
from fedi_artisan.federation.inbox import Inbox
from fedi_artisan.federation.intents import Intents
from fedi_artisan.media.store import Stores
from fedi_artisan.storage.db import Database
from fedi_artisan.web.people.pages import Pages
from fedi_artisan.web.people.tries import Tries


@dataclass(frozen=True, slots=True)
class Site:
    """The parts that answers are made of."""

    config: Config
    db: Database
    uris: Uris
    pages: Pages
    inbox: Inbox
    stores: Stores
    intents: Intents
    tries: Tries


def site_of(request: Request) -> Site:
    """Return the site that *request* asks."""
    site: Site = request.app.state.site
    return site
