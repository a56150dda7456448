"""The disk is full, can only be read, is slow, stands still, or fails now and then."""

import contextlib
import signal
from collections.abc import AsyncIterator

from tests.faults.kinds.fault import Fault
from tests.faults.kinds.traced import traced
from tests.faults.scene import Scene

_SLOW_US = (30_000, 400_000)


@contextlib.asynccontextmanager
async def full(scene: Scene) -> AsyncIterator[None]:
    """Fill it wholly, or so far that a little of what comes next still fits: half a photograph, some rows."""
    scene.disk.fill(leaving_bytes=scene.chance.choice((0, 0, 5_000, 40_000, 200_000)))
    try:
        yield
    finally:
        scene.disk.clear()


@contextlib.asynccontextmanager
async def read_only(scene: Scene) -> AsyncIterator[None]:
    """Let it break off while files are open, as ext4 does; it is repaired while the server is stopped."""
    if scene.disk.image is None:
        # In memory there is no such thing: what writes fails by itself.
        calls = ("pwrite64", "fdatasync", "fsync", "ftruncate", "mkdir", "rename", "unlink")
        async with traced(scene, *(f"{call}:error=EROFS" for call in calls)):
            yield
        return
    scene.disk.break_off()
    try:
        yield
        await scene.server.end(signal.SIGTERM)
    finally:
        await scene.server.end(signal.SIGKILL)
        scene.disk.repair()
    await scene.server.start()


@contextlib.asynccontextmanager
async def slow(scene: Scene) -> AsyncIterator[None]:
    """Let everything that must be on the disk take long to get there."""
    late_us = scene.chance.randint(*_SLOW_US)
    async with traced(scene, f"fdatasync:delay_exit={late_us}", f"fsync:delay_exit={late_us}"):
        yield


@contextlib.asynccontextmanager
async def frozen(scene: Scene) -> AsyncIterator[None]:
    """Let everybody who writes to it wait."""
    if scene.disk.image is None:
        async with traced(scene, "fdatasync:delay_enter=1500000", "pwrite64:delay_enter=300000"):
            yield
        return
    scene.disk.freeze()
    try:
        yield
    finally:
        scene.disk.thaw()


@contextlib.asynccontextmanager
async def failing(scene: Scene) -> AsyncIterator[None]:
    """Let it fail now and then, at writing or at keeping what was written."""
    call, every = scene.chance.choice(("pwrite64", "fdatasync", "fsync")), scene.chance.choice((1, 2, 7))
    async with traced(scene, f"{call}:error=EIO:when={every}+{every}"):
        yield


FULL = Fault(name="full-disk", around=full)
READ_ONLY = Fault(name="read-only-disk", around=read_only)
SLOW = Fault(name="slow-disk", around=slow)
FROZEN = Fault(name="frozen-disk", around=frozen)
FAILING = Fault(name="failing-disk", around=failing)
