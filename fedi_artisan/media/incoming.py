"""How a photograph comes in: onto the disk as it is, never more than is allowed, and nothing is left of a failure."""

import contextlib
import hashlib
import os
import stat
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from fedi_artisan.config import Config
from fedi_artisan.domain.texts import say
from fedi_artisan.errors import BadPhoto, TooLarge, Words, of_system
from fedi_artisan.media import unfinished
from fedi_artisan.media.kinds import GIVE_INSTEAD, HEAD_BYTES
from fedi_artisan.media.threads import to_its_end
from fedi_artisan.media.unfinished import Unfinished

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A copy of what was given, on the disk but not yet under a name of its own; `discard` or a `with` block ends it.

    *sha256* is its hash in hex, *head* how it begins (HEAD_BYTES, or all of a smaller file).
    """

    file: Path
    sha256: str
    head: bytes
    size_bytes: int
    unfinished: Unfinished = field(repr=False)

    def discard(self) -> None:
        """Let go of it, and remove it if no store has taken it over; doing so twice does no harm."""
        self.unfinished.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.discard()


class _Copying:
    """Writes what comes into an unfinished file; a class because hash, size and beginning grow with it."""

    def __init__(self, copy: Unfinished, name: str, most_bytes: int) -> None:
        self._copy, self._name, self._most_bytes = copy, name, most_bytes
        self._digest, self._head, self._size_bytes = hashlib.sha256(), b"", 0

    def write(self, chunk: bytes) -> None:
        """Write the next bytes.

        Raises:
            TooLarge: there are more than may be.
        """
        self._size_bytes += len(chunk)
        if self._size_bytes > self._most_bytes:
            most = self._most_bytes / 1_000_000
            raise TooLarge(
                "this photograph is larger than {most:g} MB. Save it again, smaller.", of=self._name, most=most
            )
        self._head += chunk[: HEAD_BYTES - len(self._head)]
        self._digest.update(chunk)
        self._copy.write(chunk)

    def end(self) -> Upload:
        """Return what was written."""
        return Upload(
            file=self._copy.path,
            sha256=self._digest.hexdigest(),
            head=self._head,
            size_bytes=self._size_bytes,
            unfinished=self._copy,
        )


def begin(config: Config) -> Unfinished:
    """Return a new file to write into, which only its owner can read."""
    config.incoming_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return unfinished.begin(config.incoming_dir)


async def receive_file(config: Config, path: Path) -> Upload:
    """Copy the file *path*, so that it can no longer change; whoever is cancelled leaves nothing behind.

    Raises:
        BadPhoto: it cannot be read.
        TooLarge: it has more than `limits.photo_bytes`.
        DiskFull: the disk takes no more.
    """
    with told_when_full(), _removed_on_failure(begin(config)) as copy:
        return await to_its_end(_copied, copy, path, config.limits.photo_bytes)


async def receive_stream(config: Config, name: str, chunks: AsyncIterator[bytes]) -> Upload:
    """Write what comes in *chunks* to the disk, one at a time; *name* is what people call the file.

    Raises:
        TooLarge: it has more than `limits.photo_bytes`; what is beyond is not asked for.
        DiskFull: the disk takes no more.
    """
    with told_when_full(), _removed_on_failure(begin(config)) as copy:
        copying = _Copying(copy, name, config.limits.photo_bytes)
        async for chunk in chunks:
            await to_its_end(copying.write, chunk)
        return copying.end()


def sweep(config: Config) -> int:
    """Remove what killed processes left unfinished and return how many files; none that a living one writes."""
    return sum(map(unfinished.sweep, (config.incoming_dir, config.media_dir, config.originals_dir)))


def _copied(copy: Unfinished, path: Path, most_bytes: int) -> Upload:
    """Return *copy* with all of the file *path* in it."""
    try:
        # Without waiting: a named pipe would let us hang before we could see what it is.
        source = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the name is impossible"
        raise BadPhoto("this file cannot be opened: {reason}.", of=path.name, reason=reason) from error
    try:
        if not stat.S_ISREG(os.fstat(source).st_mode):
            raise BadPhoto(GIVE_INSTEAD, of=path.name, kind=Words(say("not a file")))
        copying = _Copying(copy, path.name, most_bytes)
        while chunk := os.read(source, _CHUNK_BYTES):
            copying.write(chunk)
        return copying.end()
    finally:
        os.close(source)


@contextlib.contextmanager
def told_when_full() -> Iterator[None]:
    """Say in our own words that the disk is full, or fails.

    Raises:
        DiskFull, OutOfOrder: it did, somewhere in the block.
    """
    try:
        yield
    except OSError as error:
        failure = of_system(error)
        if failure is not None:
            raise failure from error
        raise


@contextlib.contextmanager
def _removed_on_failure(copy: Unfinished) -> Iterator[Unfinished]:
    """Give *copy*; it outlives the block only without a failure."""
    try:
        yield copy
    except BaseException:
        copy.discard()
        raise
