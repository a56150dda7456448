"""Servers on which visitors have their accounts, and how they are asked for a page."""

import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp.abc import AbstractResolver, ResolveResult

from fedi_artisan.config import Config, parse
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.intents import Deed, Home
from fedi_artisan.domain.uris import Origin
from fedi_artisan.federation import intents
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.hosts import Hosts
from fedi_artisan.federation.intents import Intents
from fedi_artisan.federation.webfinger import WebFinger
from fedi_artisan.resources import folder
from fedi_artisan.storage.db import Database
from tests.house import lay_out
from tests.neighbour import Neighbour

ACTOR = "https://atelier.example/ap/actors/01k"
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
FEP = "https://w3id.org/fep/3b86"
STRICT = parse({"origin": "https://atelier.example"})
PLACE = [Origin("https", "place.example", 443)]


class PrivateNames(AbstractResolver):
    """A name server of an attacker: every name is this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return loopback."""
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """Do nothing."""


@asynccontextmanager
async def looking(
    tmp_path: Path, *, names: AbstractResolver | None = None, **settings: object
) -> AsyncIterator[Intents]:
    """Give what finds pages, with these settings; it speaks http, so that servers of tests can be asked."""
    config = parse({"origin": "http://127.0.0.1:9", "data_dir": str(tmp_path), **settings})
    await lay_out(config.database)
    db = await Database.open(config.database, folder("migrations"))
    try:
        async with Client(config, signer=None, resolver=names) as client:
            actors = Actors(db, client, await Hosts.load(db, utc_now), utc_now)
            yield Intents(config, WebFinger(config, client, actors))
    finally:
        await db.close()


def bob_of(neighbour: Neighbour) -> Home:
    """Return an account of the other server."""
    return Home("bob", neighbour.origin.removeprefix("http://"))


def where(home: Home) -> str:
    """Return path and query under which a server is asked about an account."""
    return f"/.well-known/webfinger?resource={quote(f'acct:{home.username}@{home.host}', safe='')}"


def tell(neighbour: Neighbour, *links: Mapping[str, Any], home: Home | None = None) -> Home:
    """Have the other server say these links of an account."""
    home = home or bob_of(neighbour)
    answer = {"subject": f"acct:{home.username}@{home.host}", "links": list(links)}
    neighbour.serve(answer, at=neighbour.origin + where(home), kind="application/jrd+json")
    return home


def chosen(
    template: object, *, deed: Deed = Deed.FOLLOW, own: Sequence[Origin] = PLACE, config: Config = STRICT
) -> Any:
    """Return what comes of one subscribe template of place.example."""
    answer = {"links": [{"rel": SUBSCRIBE, "template": template}]}
    return intents._choose(config, answer, deed, ACTOR, own)  # noqa: SLF001 - the rule itself
