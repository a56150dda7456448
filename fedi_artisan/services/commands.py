"""Commands of this program, run in processes of their own."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from pathlib import Path

ENDS_WITHIN_S = 15.0


@contextlib.asynccontextmanager
async def command(file: Path, *words: str, complaints: int = DEVNULL) -> AsyncIterator[Process]:
    """Run `fedi-artisan` with the configuration *file* while the block lasts; then it is asked to end, and ended.

    Args:
        file: the configuration.
        words: the command and its options.
        complaints: where that goes which it has to say of failures; what else it says goes nowhere.

    Raises:
        OSError: the process could not be started.
    """
    # Whoever is cancelled while asyncio starts a process waits for ever (media/darkroom.py): this start is not.
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "fedi_artisan", "--config", str(file), *words),
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=complaints,
        )
    )
    try:
        yield await asyncio.shield(starting)
    finally:
        await _end(await starting)


async def _end(process: Process) -> None:
    """Have a process end in order, and else at once; it may have gone already."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(ENDS_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
