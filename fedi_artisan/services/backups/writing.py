"""Writing a backup: one entry after another, with the sum of each and of all."""

import contextlib
import hashlib
import tarfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol

from fedi_artisan.errors import BadBackup
from fedi_artisan.services.backups.layout import END, SUMS, written_sums

_BLOCK_BYTES = tarfile.BLOCKSIZE

Write = Callable[[bytes], None]


class Sink(Protocol):
    """Where bytes go, one after another."""

    def write(self, content: bytes, /) -> int:
        """Take all of *content*."""
        ...


class Writing:
    """A backup while it is being written. A class because its sums grow with every entry.

    Args:
        sink: takes the bytes.
        made_at: the moment that every entry bears.
        on_bytes: is told of each piece how many bytes it has.
    """

    def __init__(self, sink: Sink, made_at: datetime, on_bytes: Callable[[int], None]) -> None:
        self._sink = sink
        self._made_at = made_at
        self._on_bytes = on_bytes
        self._digest = hashlib.sha256()
        self.sums: dict[str, str] = {}

    @contextlib.contextmanager
    def entry(self, name: str, size_bytes: int) -> Iterator[Write]:
        """Give the function that writes the entry *name*; it must be given *size_bytes* altogether.

        Raises:
            BadBackup: it was given more, or less.
        """
        self._put(header(name, size_bytes, self._made_at))
        digest, written_bytes = hashlib.sha256(), 0

        def write(content: bytes) -> None:
            nonlocal written_bytes
            written_bytes += len(content)
            if written_bytes > size_bytes:
                raise BadBackup(f"{name}: grew while it was read")
            digest.update(content)
            self._put(content)
            self._on_bytes(len(content))

        yield write
        if written_bytes < size_bytes:
            raise BadBackup(f"{name}: shrank while it was read")
        self._put(bytes(-size_bytes % _BLOCK_BYTES))
        self.sums[name] = digest.hexdigest()

    def put(self, name: str, content: bytes) -> None:
        """Write an entry whole."""
        with self.entry(name, len(content)) as write:
            write(content)

    def finish(self) -> None:
        """Write the sums, and the end."""
        self.put(SUMS, written_sums(self.sums))
        self.put(END, end_mark(self._digest.hexdigest()))
        self._put(bytes(2 * _BLOCK_BYTES))

    def _put(self, content: bytes) -> None:
        self._digest.update(content)
        self._sink.write(content)


def end_mark(sum_before: str) -> bytes:
    """Return what stands in the last entry."""
    return f"{sum_before}  every byte before this entry\n".encode()


def header(name: str, size_bytes: int, made_at: datetime, *, in_one_block: bool = False) -> bytes:
    """Return what stands before an entry, a file of its owner alone.

    That is *in_one_block* whatever the size, or in the form that holds names of any length.
    """
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size_bytes, int(made_at.timestamp()), 0o600
    return info.tobuf(tarfile.GNU_FORMAT if in_one_block else tarfile.PAX_FORMAT)
