"""Whose turn it is to change the stored files, among all processes that share a data folder.

Whoever stores a file keeps the turn until the database speaks of it. So who has the turn and finds a file of which
nothing speaks knows that nobody will: it was left by a killed process, or what showed it is gone.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from enum import StrEnum

from fedi_artisan.config import Config
from fedi_artisan.media.locks import is_taken

_LOOK_AGAIN_S = 0.05
# So long after a turn somebody else has surely seen that it is over.
LET_OTHERS_S = 2.5 * _LOOK_AGAIN_S


class Shelf(StrEnum):
    """What is changed: the public pictures, of which one photograph at a time is decoded, or the uploads."""

    PICTURES = "pictures"
    ORIGINALS = "originals"


@contextlib.asynccontextmanager
async def turn(config: Config, shelf: Shelf) -> AsyncIterator[None]:
    """Wait until nobody else changes this shelf of the data folder; the system ends the turn of a killed process."""
    with _lock(config, shelf) as lock:
        # A blocking wait would hold a thread, and could not be cancelled.
        while not is_taken(lock):  # noqa: ASYNC110 - other processes take their turn too; no event spans them
            await asyncio.sleep(_LOOK_AGAIN_S)
        yield


@contextlib.asynccontextmanager
async def nothing_goes(config: Config) -> AsyncIterator[None]:
    """See that no stored file is removed while the block lasts; whoever removes some at this moment is waited for."""
    with _lock(config, "removing") as lock:
        while not is_taken(lock):  # noqa: ASYNC110 - as above
            await asyncio.sleep(_LOOK_AGAIN_S)
        yield


@contextlib.contextmanager
def removing(config: Config) -> Iterator[bool]:
    """Give whether stored files may be removed now; if so, nobody who needs them to stay begins meanwhile."""
    with _lock(config, "removing") as lock:
        yield is_taken(lock, shared=True)


@contextlib.contextmanager
def only_backup(config: Config) -> Iterator[bool]:
    """Give whether we are the only ones who make a backup of this data folder, or ask whether somebody does."""
    with _lock(config, "backup") as lock:
        yield is_taken(lock)


@contextlib.contextmanager
def _lock(config: Config, name: str) -> Iterator[int]:
    """Give the open file by which processes that share a data folder speak about *name*."""
    config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(config.data_dir / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield lock
    finally:
        os.close(lock)
