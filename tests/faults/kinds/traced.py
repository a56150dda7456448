"""System calls of the server that take longer, or fail: strace does that from outside."""

import asyncio
import contextlib
import shutil
import signal
from collections.abc import AsyncIterator

from tests.faults.scene import Scene

_ATTACHES_WITHIN_S = 10.0


class NotInstalled(RuntimeError):
    """Strace is missing."""


@contextlib.asynccontextmanager
async def traced(scene: Scene, *injected: str) -> AsyncIterator[None]:
    """Have system calls of the server go as *injected*, `fdatasync:error=EIO` for example, while the block lasts."""
    if shutil.which("strace") is None:
        raise NotInstalled("strace is missing: install the package strace (make test does)")
    assert scene.server.process is not None
    names = ",".join(dict.fromkeys(one.partition(":")[0] for one in injected))
    process = await asyncio.create_subprocess_exec(
        *("strace", "-f", "-p", str(scene.server.process.pid), "-o", "/dev/null", "-e", f"trace={names}"),
        *(part for one in injected for part in ("-e", f"inject={one}")),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(_ATTACHES_WITHIN_S):
            said = await process.stderr.readline()
        if b"attached" not in said:
            raise RuntimeError(f"strace could not attach: {said.decode().strip()}")
        yield
    finally:
        if process.returncode is None:
            # It lets go, and the server goes on.
            process.send_signal(signal.SIGINT)
        await process.communicate()
