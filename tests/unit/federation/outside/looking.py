"""How the house is looked at from outside, and what was found in words."""

import socket
from collections.abc import Mapping
from typing import Any

from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.domain.house import Check, Finding, Verdict
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.outside import Outside, street
from fedi_artisan.services.house import go_round, in_words
from fedi_artisan.services.house.world import Door, World
from tests.front import trusting
from tests.house import House

ORIGIN = "https://atelier.example"
NAME = "atelier.example"
OK, LOOK, BROKEN, UNKNOWN = Verdict.OK, Verdict.LOOK, Verdict.BROKEN, Verdict.UNKNOWN
Doors = Mapping[tuple[str, int], tuple[Door, ...]]


def leading(doors: Doors, **more: Any) -> World:
    """Return a world in which names lead to these doors, and all others nowhere."""

    async def look_up(host: str, port: int) -> tuple[Door, ...]:
        if (host, port) not in doors:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return doors[host, port]

    return World(look_up=look_up, tls=trusting(), **more)


def said(check: Check | Finding) -> str:
    """Return all that was found, in one line of English."""
    sentences = (*check.facts, *filter(None, [check.advice]))
    return " ".join([*(in_words(one, "en") for one in sentences), check.command])


async def looked_at(house: House, world: World, name: str = "", clock: Clock = utc_now) -> dict[str, Check]:
    """Return what is found from outside, by name; only one where it is named."""
    async with Client(house.config, signer=None, clock=clock) as client:
        outside = Outside(config=house.config, db=house.db, client=client, clock=clock, world=world)
        looks = (*street(house.config, clock, world), *outside.looks())
        found = await go_round([look for look in looks if name in {"", look.name}])
    return {check.name: check for check in found}
