"""What all walks through a file share: bounded steps, and putting a new file together from stretches of the old one."""

from collections.abc import Iterable
from io import BytesIO
from mmap import mmap
from typing import TypeAlias

from fedi_artisan.media.refusal import PhotoRefused, Refusal

Buffer: TypeAlias = bytes | mmap
# Bytes of our own, or a stretch of the file that is copied as it stands.
Part: TypeAlias = bytes | range

# A block of metadata beyond this is not looked at.
MOST_BLOCK_BYTES = 1_000_000
_PIECE_BYTES = 1 << 20


class NotLossless(Exception):
    """This file may be sound, but its metadata cannot be taken away without encoding its pixels anew."""


def damaged() -> PhotoRefused:
    """Return the failure for a file that is not what its beginning promised."""
    return PhotoRefused(Refusal.DAMAGED)


def join(content: Buffer, parts: Iterable[Part]) -> bytes:
    """Return *parts* as one file; stretches of *content* are copied in pieces, so that they stand in memory once."""
    out = BytesIO()
    for part in parts:
        if isinstance(part, bytes):
            out.write(part)
            continue
        for start in range(part.start, part.stop, _PIECE_BYTES):
            out.write(content[start : min(start + _PIECE_BYTES, part.stop)])
    return out.getvalue()


def bytes_at(content: Buffer, place: range) -> bytes:
    """Return the bytes of *content* at *place*."""
    return content[place.start : place.stop]


class Cursor:
    """Goes through a stretch of a file from left to right and never beyond its end; numbers have the big end first."""

    __slots__ = ("_content", "end", "place")

    def __init__(self, content: Buffer, stretch: range) -> None:
        self._content = content
        self.place = stretch.start
        self.end = stretch.stop

    def take(self, size_bytes: int) -> range:
        """Return where the next *size_bytes* stand, and step over them.

        Raises:
            PhotoRefused: there are not as many.
        """
        start = self.place
        if size_bytes > self.end - start:
            raise damaged()
        self.place = start + size_bytes
        return range(start, self.place)

    def bytes(self, size_bytes: int) -> bytes:
        """Return the next *size_bytes*, or raise as `take` does."""
        return bytes_at(self._content, self.take(size_bytes))

    def number(self, size_bytes: int) -> int:
        """Return the number in the next *size_bytes* (0 for none of them), or raise as `take` does."""
        return int.from_bytes(self.bytes(size_bytes), "big")

    @property
    def rest(self) -> range:
        """What has not been stepped over yet."""
        return range(self.place, self.end)
