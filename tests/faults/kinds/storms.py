"""Other servers are overrun: they answer 5xx and 429, with and without a word about when to come back."""

import contextlib
from collections.abc import AsyncIterator
from email.utils import format_datetime

from aiohttp import web

from fedi_artisan.domain.clock import utc_now
from tests.faults.kinds.fault import Fault
from tests.faults.scene import Scene

_STATUSES = (500, 502, 503, 503, 504, 429, 429, 520)
_LATERS = ("", "", "1", "120", "86400", "99999999999999999999", "-1", "soon", "Fri, 31 Dec 9999 23:59:59 GMT")


@contextlib.asynccontextmanager
async def storm(scene: Scene) -> AsyncIterator[None]:
    """Let most answers be such."""

    async def door(request: web.Request) -> web.StreamResponse | None:
        await request.read()
        if scene.chance.random() < 0.15:
            return None
        later = scene.chance.choice((*_LATERS, format_datetime(utc_now(), usegmt=True)))
        headers = {"Retry-After": later} if later else {}
        return web.Response(status=scene.chance.choice(_STATUSES), headers=headers, text="Too much at once.")

    for host in scene.town.hosts:
        host.door = door
    try:
        yield
    finally:
        for host in scene.town.hosts:
            host.door = None


STORM = Fault(name="5xx-storm", around=storm, holds_s=(0.5, 2.0))
