"""What every place for photographs promises, and by which names they are known there.

A name is the hash of the content, so a name that is there once is right for ever.
"""

import re
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from fedi_artisan.domain.photos import PictureType
from fedi_artisan.errors import NotFound
from fedi_artisan.media.kinds import Kind

CHUNK_BYTES = 1 << 18
_NAME_DIGITS = 40


def _names(endings: Collection[str], digits: str) -> re.Pattern[str]:
    """Return the pattern of the names with one of *endings* behind as many hex *digits*."""
    return re.compile(rf"[0-9a-f]{digits}\.(?:{'|'.join(endings)})")


PUBLIC_NAMES = _names([kind.value for kind in PictureType], f"{{{_NAME_DIGITS}}}")
# The first originals were kept under all 64 digits of their hash.
ORIGINAL_NAMES = _names([kind.value for kind in Kind], f"{{{_NAME_DIGITS}}}(?:[0-9a-f]{{24}})?")


def name_of(sha256: str, ending: str) -> str:
    """Return the name of a file by its hash (in hex) and its *ending*, of a PictureType or of a Kind."""
    return f"{sha256[:_NAME_DIGITS]}.{ending}"


def is_old_original(name: str) -> bool:
    """Whether this is an original's name from before photographs stood by themselves: all 64 digits of its hash."""
    return len(name.partition(".")[0]) > _NAME_DIGITS


def check(name: str, names: re.Pattern[str]) -> str:
    """Return *name* as it is; so nothing outside a store can be named.

    Raises:
        NotFound: it is none of the *names* that are given there.
    """
    if not names.fullmatch(name):
        raise NotFound("There is no such picture.")
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One file in a store; *stored_at* is when it was put there last, in UTC."""

    name: str
    size_bytes: int
    stored_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A file that is open for reading: *size_bytes* of the whole of it, and *chunks* of what was asked for."""

    size_bytes: int
    chunks: AsyncIterator[bytes]


class Store(Protocol):
    """A place for files under names of their content: a folder, or a bucket.

    Every function may raise NotFound for a name that this store does not give, and StoreUnavailable where it is a
    bucket that cannot be reached.
    """

    async def put(self, file: Path, name: str) -> None:
        """Take over the finished local *file* under *name*; it is there to stay when this returns.

        The same name again does no harm, and makes it new in `list`.
        """

    async def path(self, name: str) -> Path | None:
        """Return where *name* lies on this machine, or None where files lie elsewhere.

        Raises:
            NotFound: it is not there.
        """

    async def size(self, name: str) -> int:
        """Return the size of *name* in bytes.

        Raises:
            NotFound: it is not there.
        """

    async def fetch(self, name: str, to: Path) -> None:
        """Copy *name* into the local file *to*, which is whole or not there at all.

        Raises:
            NotFound: it is not there.
        """

    def open(self, name: str, start: int = 0, end: int | None = None) -> AbstractAsyncContextManager[Content]:
        """Give what *name* holds from byte *start* up to but without byte *end*, read as it is asked for.

        Raises:
            NotFound: it is not there.
        """

    async def remove(self, names: Collection[str]) -> int:
        """Remove *names* and return how many went; a bucket does not tell which were there, and counts all."""

    def list(self) -> AsyncIterator[Stored]:
        """Yield every file; what was put or removed meanwhile may be missing or still be there."""
