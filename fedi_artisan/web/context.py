"""What every endpoint needs, reachable as `request.app.state.site`."""

from dataclasses import dataclass

from starlette.requests import Request

from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.seals import Seals
from fedi_artisan.domain.uris import Uris
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.backlinks import Backlinks
from fedi_artisan.federation.glimpses import Glimpses
from fedi_artisan.federation.inbox import Inbox
from fedi_artisan.federation.intents import Intents
from fedi_artisan.federation.lists import Lists
from fedi_artisan.federation.looking import Looking
from fedi_artisan.federation.reading import Reading
from fedi_artisan.federation.relocation import Relocation
from fedi_artisan.media.store import Stores
from fedi_artisan.services.backups.schedule import Schedule
from fedi_artisan.services.house import Rounds
from fedi_artisan.services.passwords import Passwords
from fedi_artisan.services.photo_files import PhotoFiles
from fedi_artisan.services.photo_intake import PhotoIntake
from fedi_artisan.storage.db import Database
from fedi_artisan.web.people.pages import Pages
from fedi_artisan.web.studio.writing.gate import Gate
from fedi_artisan.web.tries import Tries


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
    clock: Clock
    intake: PhotoIntake
    files: PhotoFiles
    rounds: Rounds
    gate: Gate
    passwords: Passwords
    seals: Seals
    backlinks: Backlinks
    block_lists: Lists
    actors: Actors
    looking: Looking
    glimpses: Glimpses
    reading: Reading
    relocation: Relocation
    schedule: Schedule


def site_of(request: Request) -> Site:
    """Return the site that *request* asks."""
    site: Site = request.app.state.site
    return site
