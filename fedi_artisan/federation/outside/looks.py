"""The two tables of what is looked at from outside: without the database, and with what it tells."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.house import Finding, Group, Look, Sentence, Verdict, said
from fedi_artisan.domain.uris import Uris
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.outside import certificate, clock, finding, front, inside, names, uploads
from fedi_artisan.federation.outside.asking import Asking, as_far_as_answered
from fedi_artisan.federation.outside.places import NONE_NEEDED, places
from fedi_artisan.federation.signatures.keys import load_private_key
from fedi_artisan.federation.signatures.sign import SigningKey
from fedi_artisan.services.house.world import World
from fedi_artisan.storage import artisans
from fedi_artisan.storage.db import Database

_MOST_DOORS = 4


def street(config: Config, clock: Clock, world: World | None = None) -> tuple[Look, ...]:
    """Return what can be looked at without the database."""
    around = world or World()

    async def certificates() -> Finding:
        return await _certificates(config, around, clock)

    rows: tuple[tuple[str, Sentence, Callable[[], Awaitable[Finding]]], ...] = (
        ("server", said("The server"), lambda: inside.server(config, around)),
        ("names", said("Name"), lambda: names.names(config, around)),
        ("doors", said("Doors"), lambda: names.doors(config, around)),
        ("certificate", said("Certificate"), certificates),
        ("address", said("Your address"), lambda: finding.address(Asking(config, around))),
    )
    return tuple(Look(name, title, find, Group.ADDRESS) for name, title, find in rows)


async def _certificates(config: Config, world: World, now: Clock) -> Finding:
    """Return how the certificates stand that are shown under our names, at each address to which these lead."""
    if config.plain_http:
        return Finding(Verdict.OK, (NONE_NEEDED,))
    shown, failures = [], []
    for place in places(config):
        try:
            doors = await world.look_up(place.host, place.port)
        except (socket.gaierror, TimeoutError) as error:
            failures.append(error)
            continue
        looked = (certificate.look(place.host, door, world) for door in doors[:_MOST_DOORS])
        for found in await asyncio.gather(*looked, return_exceptions=True):
            if isinstance(found, Finding):
                return found
            if isinstance(found, certificate.Shown):
                shown.append(found)
    if not shown:
        return Finding(Verdict.UNKNOWN, (said("It was not looked at, as nobody answers at your address."),))
    return certificate.judged(shown, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Looks at the house from outside, with what the database tells. Its parts are what every look needs.

    Args:
        config, db, clock: of the house.
        client: by which others are asked the time.
        world: what the house stands in.
    """

    config: Config
    db: Database
    client: Client
    clock: Clock
    world: World = field(default_factory=World)

    def looks(self) -> tuple[Look, ...]:
        """Return all that is looked at."""
        rows: tuple[tuple[str, Sentence, Callable[[], Awaitable[Finding]]], ...] = (
            ("webfinger", said("Your handle"), self.webfinger),
            ("documents", said("What others read"), self.documents),
            ("front", said("What stands in front"), self.front),
            ("signature", said("What others send"), self.signature),
            ("uploads", said("Photographs sent in"), self.uploads),
        )
        asked = tuple(Look(name, title, _patient(find), Group.ADDRESS) for name, title, find in rows)
        return (*asked, Look("clock", said("Clock"), self.time, Group.ADDRESS))

    async def webfinger(self) -> Finding:
        """Look whether others find the artisan by her handle."""
        return await finding.webfinger(self._asking, await self._artisan())

    async def documents(self) -> Finding:
        """Look whether servers get documents and people pages."""
        return await finding.documents(self._asking, await self._artisan())

    async def front(self) -> Finding:
        """Look whether this server learns who asks for what."""
        return await front.front(self._asking, await self._secret(), self.clock)

    async def signature(self) -> Finding:
        """Look whether what is signed holds when it arrives."""
        secret = await self._secret()
        uris = Uris(self.config.origin)
        key = SigningKey(uris.key(uris.instance_actor), load_private_key(secret, self.config.keys.secret))
        return await front.signature(front.Letters(self._asking, key, self.clock), secret)

    async def uploads(self) -> Finding:
        """Look whether photographs get through."""
        return await uploads.uploads(self._asking, await self._secret(), self.clock)

    async def time(self) -> Finding:
        """Look whether our clock is right."""
        return await clock.clock(self.config, self.db, self.client)

    @property
    def _asking(self) -> Asking:
        return Asking(self.config, self.world)

    async def _artisan(self) -> Artisan | None:
        """Return one artisan of this server."""
        async with self.db.read() as tx:
            return next(iter(await artisans.list_all(tx)), None)

    async def _secret(self) -> str:
        """Return the private key of the server, which nobody else has."""
        async with self.db.read() as tx:
            return (await artisans.get_key(tx, None)).private_pem


def _patient(find: Callable[[], Awaitable[Finding]]) -> Callable[[], Awaitable[Finding]]:
    return lambda: as_far_as_answered(find)
