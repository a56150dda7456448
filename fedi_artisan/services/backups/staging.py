"""What goes into a backup, gathered so that it stands still: of the database and the small files copies are taken."""

import gzip
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fedi_artisan.config import Config
from fedi_artisan.errors import NotFound
from fedi_artisan.media.store import Stores
from fedi_artisan.media.stored import ORIGINAL_NAMES, Store, is_old_original
from fedi_artisan.services.backups.layout import (
    CONFIG,
    DATABASE,
    FOLDERS,
    is_loose,
    original_entry,
    public_entry,
)
from fedi_artisan.services.backups.room import check_room
from fedi_artisan.storage.snapshot import forget_passing, held, snapshot

_PIECE_BYTES = 1 << 18
# Much is gained by a little of it, and a slow machine is not held up for long.
_COMPRESSION = 3
# The copy of the database, and the same packed, lie beside it for a moment.
_ROOM_TIMES = 1.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Loose:
    """A file that is copied as it is: under which name it stands in the backup, and where it lies now."""

    entry: str
    file: Path

    @property
    def size_bytes(self) -> int:
        """How large it is."""
        return self.file.stat().st_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """A photograph's file in one of the stores, and under which name it stands in the backup."""

    entry: str
    store: Store
    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All that goes into a backup.

    Args:
        loose: configuration, database, and the folders that are taken as they are.
        photographs: in the order in which they are written.
        schema: of the database; *database_bytes* is how large it is when it is unpacked.
        left_out: how many photographs lie in a bucket, and are not to be in it.
        missing: names of photographs that something speaks of, and that are not there.
        unnamed: files whose names no backup can hold.
    """

    loose: tuple[Loose, ...]
    photographs: tuple[Photograph, ...]
    schema: int
    database_bytes: int
    left_out: int
    missing: tuple[str, ...]
    unnamed: tuple[str, ...]


async def gather(
    config: Config,
    file: Path,
    stores: Stores,
    *,
    small: bool,
    with_bucket: bool,
) -> Contents:
    """Return what goes into a backup; copies lie in the folder for it until it is cleared.

    Args:
        config: all settings, of the configuration file *file*.
        file: itself.
        stores: where photographs lie.
        small: whether to leave out what can be made anew of the rest.
        with_bucket: whether photographs in a bucket are to be in it.

    Raises:
        BadDatabase: it is damaged.
        DiskFull: there is no room for its copy.
    """
    place = config.backing_up_dir
    clear(place)
    place.mkdir(mode=0o700)
    # Nor may the copy fill the disk on which the house lives.
    check_room(config.data_dir, int(config.database.stat().st_size * _ROOM_TIMES), "a copy of the database")
    copy = place / config.database.name
    # This process does nothing else: whoever waits here keeps nobody waiting.
    snapshot(config.database, copy)
    forget_passing(copy, pictures=small)
    told, database_bytes = held(copy), copy.stat().st_size
    packed = _pack(copy, place / DATABASE)
    loose, unnamed = _copy_loose(config, file, place)
    originals = await _originals(config, stores, told.originals)
    public = () if small else sorted(told.public)
    left_out = 0
    if config.media.originals_bucket is not None and not with_bucket:
        left_out, originals = left_out + len(originals), ()
    if config.media.bucket is not None and not with_bucket:
        left_out, public = left_out + len(public), ()
    photographs: list[Photograph] = []
    missing = await _list(photographs, stores.originals, originals, original_entry)
    missing += await _list(photographs, stores.public, public, public_entry)
    return Contents(
        loose=(Loose(entry=CONFIG, file=place / CONFIG), Loose(entry=DATABASE, file=packed), *loose),
        photographs=tuple(photographs),
        schema=told.schema,
        database_bytes=database_bytes,
        left_out=left_out,
        missing=tuple(missing),
        unnamed=unnamed,
    )


async def _list(
    photographs: list[Photograph], store: Store, names: Sequence[str], entry_of: Callable[[str], str]
) -> list[str]:
    """Add what is in the store under these names to *photographs*; return the names of those that are not."""
    missing = []
    for name in names:
        try:
            size_bytes = await store.size(name)
        except NotFound:
            missing.append(name)
        else:
            photographs.append(Photograph(entry=entry_of(name), store=store, name=name, size_bytes=size_bytes))
    return missing


def clear(place: Path) -> None:
    """Remove the copies, also those that a killed process left."""
    if place.exists():
        shutil.rmtree(place)


def read(file: Path) -> Iterator[bytes]:
    """Yield what a file holds, in pieces."""
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE_BYTES):
            yield piece


def _pack(copy: Path, packed: Path) -> Path:
    """Compress the database and remove the unpacked copy; return where it lies."""
    with packed.open("xb") as to, gzip.GzipFile("", "wb", compresslevel=_COMPRESSION, fileobj=to, mtime=0) as packing:
        for piece in read(copy):
            packing.write(piece)
    copy.unlink()
    return packed


async def _originals(config: Config, stores: Stores, used: frozenset[str]) -> Sequence[str]:
    """Return the names of the originals that are to be in it.

    Those under the long names of former times belong to something, but nothing tells to what.
    """
    if config.media.originals_bucket is not None:
        return sorted(used)
    old = {stored.name async for stored in stores.originals.list() if is_old_original(stored.name)}
    return sorted(name for name in used | old if ORIGINAL_NAMES.fullmatch(name))


def _copy_loose(config: Config, file: Path, place: Path) -> tuple[tuple[Loose, ...], tuple[str, ...]]:
    """Copy the configuration and the folders that are taken as they are; return them, and which could not be named."""
    shutil.copyfile(file, place / CONFIG)
    found, unnamed = [], []
    for folder in FOLDERS:
        for source in _files(config.data_dir / folder):
            entry = f"{folder}/{source.relative_to(config.data_dir / folder).as_posix()}"
            if not is_loose(entry):
                unnamed.append(entry)
                continue
            copy = place / entry
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(source, copy)
            except FileNotFoundError:
                continue  # removed a moment ago, or a link that leads nowhere
            found.append(Loose(entry=entry, file=copy))
    return tuple(found), tuple(unnamed)


def _files(folder: Path) -> Iterator[Path]:
    """Yield all plain files below *folder*, and what links to some; links to folders are not followed."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(parent, name) for name in sorted(names) if Path(parent, name).is_file())
