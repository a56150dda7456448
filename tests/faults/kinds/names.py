"""Names are not found: the name server is silent, fails, knows nothing, lies, or says nonsense."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from tests.faults.kinds.fault import Fault
from tests.faults.scene import Scene

# In turns, the last one last: what was lied is believed for half a minute.
_MOODS = itertools.cycle(("silent", "servfail", "nxdomain", "garbage", "lying"))
_NEWCOMERS = 3
_NUMBERS = itertools.count(1)


@contextlib.asynccontextmanager
async def unnamed(scene: Scene) -> AsyncIterator[None]:
    """Let people come from servers whose names were never looked up before, while no name can be found."""
    assert scene.names is not None
    scene.names.mood = next(_MOODS)
    host = scene.town.hosts[0]
    port = urlsplit(host.origin).port
    people = [
        host.person(f"newcomer{number}", origin=f"http://new{number}.example:{port}")
        for number in itertools.islice(_NUMBERS, _NEWCOMERS)
    ]
    # Each knocks until she is let in, which may be when names are found again.
    knocking = [asyncio.create_task(scene.town.follow(person)) for person in people]
    try:
        yield
    finally:
        scene.names.mood = "true"
    async with asyncio.timeout(60):
        await asyncio.gather(*knocking)


NAMES = Fault(name="names-failing", around=unnamed, holds_s=(0.5, 2.5), named=True)
