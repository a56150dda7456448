"""Photographs in a folder of this machine."""

import contextlib
import errno
import os
import re
import shutil
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from fedi_artisan import disk
from fedi_artisan.errors import NotFound
from fedi_artisan.media import unfinished
from fedi_artisan.media.stored import CHUNK_BYTES, Content, Stored, check
from fedi_artisan.media.threads import to_its_end


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A store in the folder *root*.

    Args:
        root: it need not exist yet.
        names: those that it gives.
        mode: who may read its files.
        spread: whether files lie in folders below, by the first two digits of their names.
    """

    root: Path
    names: re.Pattern[str]
    mode: int
    spread: bool

    def place(self, name: str) -> Path:
        """Return where *name* lies, or would lie.

        Raises:
            NotFound: this folder gives no such name.
        """
        check(name, self.names)
        return self.root / name[:2] / name if self.spread else self.root / name

    def put_now(self, file: Path, name: str) -> None:
        """Do what `put` does, and wait for it."""
        target = self.place(name)
        is_new = not target.parent.exists()
        # A web server in front may be the one who reads public pictures.
        disk.make_folder(target.parent, mode=disk.mode_around(self.mode))
        with file.open("rb") as opened:
            os.fchmod(opened.fileno(), self.mode)
            os.utime(opened.fileno())
            os.fsync(opened.fileno())
        try:
            file.replace(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._bring(file, target)
        disk.settle(target.parent)
        if is_new:
            disk.settle(self.root, self.root.parent)

    async def put(self, file: Path, name: str) -> None:
        """Take over *file* under *name*; both the file and its name are on the disk when this returns."""
        await to_its_end(self.put_now, file, name)

    async def path(self, name: str) -> Path | None:
        """Return where *name* lies."""
        await self.size(name)
        return self.place(name)

    async def size(self, name: str) -> int:
        """Return the size of *name* in bytes."""
        with _telling():
            return (await to_its_end(os.stat, self.place(name))).st_size

    async def fetch(self, name: str, to: Path) -> None:
        """Copy *name* into the file *to*."""
        place = self.place(name)
        with _telling():
            await to_its_end(_copy, place, to)

    @contextlib.asynccontextmanager
    async def open(self, name: str, start: int = 0, end: int | None = None) -> AsyncIterator[Content]:
        """Give what *name* holds from *start* to *end*."""
        place = self.place(name)
        with contextlib.ExitStack() as closing:
            with _telling():
                file, size_bytes = await to_its_end(_open, closing, place)
            file.seek(start)
            yield Content(size_bytes=size_bytes, chunks=_read(file, (size_bytes if end is None else end) - start))

    async def remove(self, names: Collection[str]) -> int:
        """Remove *names* and return how many of them there were."""
        places = [self.place(name) for name in names]
        return await to_its_end(lambda: sum(map(_unlink, places)))

    async def list(self) -> AsyncIterator[Stored]:
        """Yield every file."""
        folders = await to_its_end(self._folders)
        for folder in folders:
            for stored in await to_its_end(self._listed, folder):
                yield stored

    def _folders(self) -> Sequence[Path]:
        """Return the folders in which files lie."""
        if not self.spread:
            return [self.root]
        with contextlib.suppress(FileNotFoundError), os.scandir(self.root) as entries:
            return [Path(entry.path) for entry in entries if entry.is_dir()]
        return []

    def _listed(self, folder: Path) -> Sequence[Stored]:
        """Return what lies in one folder under a name that this store gives."""
        found = []
        with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
            for entry in entries:
                if self.names.fullmatch(entry.name) and self.place(entry.name) == Path(entry.path):
                    with contextlib.suppress(FileNotFoundError):
                        stat = entry.stat()
                        at = datetime.fromtimestamp(stat.st_mtime, UTC)
                        found.append(Stored(name=entry.name, size_bytes=stat.st_size, stored_at=at))
        return found

    def _bring(self, file: Path, target: Path) -> None:
        """Move *file* here from another disk: it takes its name only when it is whole."""
        with file.open("rb") as source, unfinished.begin(self.root) as copy:
            shutil.copyfileobj(source, copy.file, CHUNK_BYTES)
            os.fchmod(copy.file.fileno(), self.mode)
            os.fsync(copy.file.fileno())
            copy.path.replace(target)
        file.unlink()


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    """Say in our own words that a file is not there."""
    try:
        yield
    except FileNotFoundError:
        raise NotFound("There is no such picture.") from None


def _copy(place: Path, to: Path) -> None:
    """Copy the file *place* to *to*; a failure leaves nothing."""
    with place.open("rb") as source:
        try:
            with to.open("wb") as copy:
                shutil.copyfileobj(source, copy, CHUNK_BYTES)
        except OSError:
            to.unlink(missing_ok=True)
            raise


def _open(closing: contextlib.ExitStack, place: Path) -> tuple[BinaryIO, int]:
    """Return the file *place* and its size in bytes; it is open as long as *closing*."""
    file = closing.enter_context(place.open("rb"))
    return file, os.fstat(file.fileno()).st_size


async def _read(file: BinaryIO, length_bytes: int) -> AsyncIterator[bytes]:
    """Yield up to *length_bytes* of an open file."""
    while length_bytes > 0:
        chunk = await to_its_end(file.read, min(CHUNK_BYTES, length_bytes))
        if not chunk:
            return
        length_bytes -= len(chunk)
        yield chunk


def _unlink(place: Path) -> bool:
    """Remove a file and return whether it was there."""
    try:
        place.unlink()
    except FileNotFoundError:
        return False
    return True
