"""The server is killed, without a word, at any moment; sometimes once more while it starts."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator

from tests.faults.kinds.fault import Fault
from tests.faults.scene import Scene

_ONCE_MORE = 0.25
_LONGEST_START_S = 1.2


@contextlib.asynccontextmanager
async def killed(scene: Scene) -> AsyncIterator[None]:
    """Kill it; start it again at the end."""
    await scene.server.end(signal.SIGKILL)
    if scene.chance.random() < _ONCE_MORE:
        await scene.server.start()
        await asyncio.sleep(scene.chance.uniform(0, _LONGEST_START_S))
        await scene.server.end(signal.SIGKILL)
    yield
    await scene.server.start()


KILL = Fault(name="kill", around=killed, holds_s=(0, 0.1))
