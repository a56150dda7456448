"""Too few open files, and too little memory for the process that reads photographs."""

import asyncio
import contextlib
import os
import resource
import signal
from collections.abc import AsyncIterator
from pathlib import Path

from tests.faults.kinds.fault import Fault
from tests.faults.photo_children import find_children
from tests.faults.scene import Scene

_LOOKS_EVERY_S = 0.01


@contextlib.asynccontextmanager
async def few_files(scene: Scene) -> AsyncIterator[None]:
    """Let the server open hardly anything more than it has open."""
    process = scene.server.process
    assert process is not None
    usual = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    opened = _largest_open(process.pid)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (opened + scene.chance.choice((1, 2, 4)), usual[1]))
    try:
        yield
    finally:
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, usual)


def _largest_open(pid: int) -> int:
    """Return the highest number under which a process has a file open."""
    return max(int(one.name) for one in Path(f"/proc/{pid}/fd").iterdir())


@contextlib.asynccontextmanager
async def no_memory(scene: Scene) -> AsyncIterator[None]:
    """Kill each process that reads a photograph, as the system does with the first to go where memory is short."""

    async def kill() -> None:
        while True:
            for child in find_children(scene.config.data_dir):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child.pid, signal.SIGKILL)
            await asyncio.sleep(_LOOKS_EVERY_S)

    killing = asyncio.create_task(kill())
    try:
        yield
    finally:
        killing.cancel()


FILES = Fault(name="few-files", around=few_files)
CHILD = Fault(name="photo-memory", around=no_memory, holds_s=(0.5, 2.0))
