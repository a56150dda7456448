"""The network is gone, or other servers are silent."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from tests.faults.kinds.fault import Fault
from tests.faults.scene import Scene
from tests.faults.spaces import run

_FOR_EVER_S = 600.0


@contextlib.asynccontextmanager
async def gone(scene: Scene) -> AsyncIterator[None]:
    """Take the network down, for all."""
    del scene
    run("ip", "link", "set", "lo", "down")
    try:
        yield
    finally:
        run("ip", "link", "set", "lo", "up")


@contextlib.asynccontextmanager
async def silence(scene: Scene) -> AsyncIterator[None]:
    """Let the others say nothing, hang up, or stop in the middle of a word."""
    over, way = asyncio.Event(), scene.chance.choice(("hang", "hang up", "half"))

    async def door(request: web.Request) -> web.StreamResponse:
        if way == "hang":
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FOR_EVER_S):
                    await over.wait()
        if way == "half" and request.transport is not None:
            request.transport.write(b"HTTP/1.1 202 Acc")
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    for host in scene.town.hosts:
        host.door = door
    try:
        yield
    finally:
        over.set()
        for host in scene.town.hosts:
            host.door = None


GONE = Fault(name="network-gone", around=gone)
SILENCE = Fault(name="others-silent", around=silence, holds_s=(0.5, 3.0))
