"""When and whom to kill: moments by the clock or by what is seen from outside, and one victim or several."""

import asyncio
import contextlib
import os
import random
import signal
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from fedi_artisan.config import Config
from tests.faults.photo_children import find_children

_LONGEST_WAIT_S = 6.0
_LOOKS_EVERY_S = 0.005
_ONE_COMMAND, _ALL_AT_ONCE, _WITH_CHILDREN = 0.5, 0.8, 0.2


async def wait_for_moment(config: Config, processes: Sequence[Process], chance: random.Random) -> None:
    """Wait for a moment of chance: by the clock alone, or shortly after something was seen to begin."""
    begun_ns = time.time_ns()
    # What is waited for, and how long after it at most: any moment; a child begins; its pictures are being written;
    # an upload was stored; pictures are being stored or removed.
    moments: tuple[tuple[Callable[[], bool], float], ...] = (
        (lambda: True, 2.5),
        (lambda: bool(find_children(config.data_dir)), 0.8),
        (lambda: _is_writing(config) and bool(find_children(config.data_dir)), 0.4),
        (lambda: _stored_since(begun_ns, config.originals_dir), 0.05),
        (lambda: _stored_since(begun_ns, *config.media_dir.glob("??")), 0.05),
    )
    has_come, longest_s = chance.choice(moments)
    after_s = chance.uniform(0, longest_s)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LONGEST_WAIT_S):
            # What is waited for is done by other processes, which tell nobody.
            while not has_come() and any(process.returncode is None for process in processes):  # noqa: ASYNC110
                await asyncio.sleep(_LOOKS_EVERY_S)
    await asyncio.sleep(after_s)


def _is_writing(config: Config) -> bool:
    """Whether some file is not finished."""
    return config.incoming_dir.exists() and any(config.incoming_dir.iterdir())


def _stored_since(begun_ns: int, *folders: Path) -> bool:
    """Whether a file came into one of these folders since then, or went from it."""
    return any(folder.exists() and folder.stat().st_mtime_ns > begun_ns for folder in folders)


def strike(
    config: Config, server: Process | None, commands: Sequence[Process], chance: random.Random, struck: Counter[str]
) -> list[Process]:
    """Kill one of the commands, the server, or all at once, sometimes their children too; return who was killed."""
    living = [process for process in commands if process.returncode is None]
    choice = chance.random()
    if living and choice < _ONE_COMMAND:
        victims = [chance.choice(living)]
    elif living and choice < _ALL_AT_ONCE:
        victims = [*living, *([server] if server else [])]
    else:
        victims = [server] if server else living
    pids = {victim.pid for victim in victims}
    children = [child.pid for child in find_children(config.data_dir) if child.parent in pids]
    for victim in victims:
        victim.kill()
        struck["the server" if victim is server else "commands"] += 1
    if chance.random() < _WITH_CHILDREN:
        for pid in children:
            # Without its parent it may have ended by itself.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                struck["children with them"] += 1
    return victims
