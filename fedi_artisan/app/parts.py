"""What a command or the server needs to speak with others, opened and closed together."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.domain.house import Look
from fedi_artisan.domain.uris import Uris
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.guard import Guard
from fedi_artisan.federation.hosts import Hosts
from fedi_artisan.federation.signatures.keys import load_private_key
from fedi_artisan.federation.signatures.sign import SigningKey
from fedi_artisan.federation.webfinger import WebFinger
from fedi_artisan.storage import artisans
from fedi_artisan.storage.db import Database, open_database

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver


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
async def open_parts(
    config: Config, *, clock: Clock = utc_now, resolver: "AbstractResolver | None" = None
) -> AsyncIterator[Parts]:
    """Open the database and the door to other servers; close both at the end.

    Args:
        config: all settings.
        clock: what time it is.
        resolver: finds the addresses of other servers; the usual one where None.

    Raises:
        BadDatabase: the database is missing, or not at this program's version.
    """
    uris = Uris(config.origin, config.media.origin)
    async with open_database(config) as db:
        async with db.read() as tx:
            key = await artisans.get_key(tx, None)
        signer = SigningKey(uris.key(uris.instance_actor), load_private_key(key.private_pem, config.keys.secret))
        hosts = await Hosts.load(db, clock)
        guard = await Guard.load(db, config.limits.messages_per_minute)
        async with Client(config, signer=signer, clock=clock, resolver=resolver, refusals=guard) as client:
            actors = Actors(db, client, hosts, clock, admit=guard.admit_newcomer)
            yield Parts(db, uris, client, hosts, actors, WebFinger(config, client, actors), guard)


def looks(config: Config, parts: Parts, clock: Clock) -> tuple[Look, ...]:
    """Return all that can be looked at in the house and from outside."""
    # Loaded when somebody looks: a server that starts needs neither their two megabytes nor their time.
    from fedi_artisan.federation.outside import Outside, street  # noqa: PLC0415
    from fedi_artisan.services.house.looks import bare, furnished  # noqa: PLC0415

    outside = Outside(config=config, db=parts.db, client=parts.client, clock=clock)
    return (*bare(config), *street(config, clock), *outside.looks(), *furnished(config, parts.db, clock))
