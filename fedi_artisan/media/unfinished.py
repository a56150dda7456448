"""Files that are still being written: each is locked by its process, so that only leftovers are swept."""

import contextlib
import io
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from fedi_artisan.media.locks import is_taken

_ENDING = ".part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A new local file that nobody else writes or sweeps, until `discard` or the end of its `with` block.

    Whoever puts *path* into a store takes the file away; otherwise it is removed then. *file* is open for reading and
    writing, without a buffer: what was written is in the file, also for a child that reads it.
    """

    path: Path
    file: io.FileIO = field(repr=False)

    def write(self, content: bytes | memoryview) -> None:
        """Write all of *content*; a single write may take only a part."""
        rest = memoryview(content)
        while rest:
            rest = rest[self.file.write(rest) or 0 :]

    def discard(self) -> None:
        """Let go of the file, and remove it if it is still there; doing so twice does no harm."""
        if not self.file.closed:
            self.path.unlink(missing_ok=True)
            self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.discard()


def begin(folder: Path) -> Unfinished:
    """Return a new file in *folder*, which only its owner can read."""
    while True:
        path = folder / f"{secrets.token_hex(16)}{_ENDING}"
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "r+b", buffering=0)
        # Between its making and its locking a sweep may have taken it for a leftover.
        if is_taken(file.fileno()) and os.fstat(file.fileno()).st_nlink:
            return Unfinished(path=path, file=file)
        file.close()


def sweep(folder: Path) -> int:
    """Remove what killed processes left unfinished in *folder* and return how many files; none of a living one."""
    swept = 0
    for path in folder.glob(f"*{_ENDING}"):
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            # While it is locked here, `begin` cannot give it away; one that was put into a store has gone from here.
            if is_taken(file.fileno()):
                path.unlink()
                swept += 1
    return swept
