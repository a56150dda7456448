"""Taking everything out of a backup, and out of the whole one on which it may rest; what is wrong in it is named."""

import contextlib
import io
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fedi_artisan import disk
from fedi_artisan.errors import ArtisanError, BadBackup, BadDatabase, BadInput
from fedi_artisan.resources import folder
from fedi_artisan.services.backups.adapting import Adapted, adapt
from fedi_artisan.services.backups.layout import (
    ABOUT,
    BASE_SUMS,
    CONFIG,
    DATABASE,
    LONGEST_ABOUT_BYTES,
    LONGEST_SUMS_BYTES,
    About,
    Base,
    is_photograph,
    read_sums,
)
from fedi_artisan.services.backups.reading import Entry, Reading
from fedi_artisan.services.backups.room import check_room
from fedi_artisan.services.backups.sealing import Keys, opened
from fedi_artisan.storage.db import migrations
from fedi_artisan.storage.snapshot import examine_copy, held

_LONGEST_CONFIG_BYTES = 1_000_000
_PIECE_BYTES = 1 << 18
_GZIP = 16 + zlib.MAX_WBITS

OnBytes = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a backup that is whole holds.

    Args:
        about: what it says about itself.
        config: its configuration file, as it fits where it is restored.
        photographs: how many are in it, and in the one that it needs.
    """

    about: About
    config: Adapted
    photographs: int


@dataclass(slots=True, kw_only=True)
class Unpacking:
    """What has been taken out of a backup so far.

    Args:
        place: where the data folder comes to be while it is not finished; None where nothing is kept but the database.
        database: where that is unpacked.
        on_bytes: is told of each piece that was read.
    """

    place: Path | None
    database: Path
    on_bytes: OnBytes
    about: About | None = None
    config: Adapted | None = None
    base_sums: Mapping[str, str] = field(default_factory=dict)
    photographs: set[str] = field(default_factory=set)
    has_database: bool = False

    @property
    def told(self) -> About:
        """What it says about itself: always its first entry."""
        if self.about is None:
            raise BadBackup(f"{ABOUT}: is missing")
        return self.about


def unpack(file: Path, keys: Keys, base: Path | None, unpacking: Unpacking) -> Looked:
    """Take everything out of a backup, and out of the one that it needs; return what it holds if it is right."""

    def take(_reading: Reading, entry: Entry) -> None:
        if entry.name == ABOUT:
            unpacking.about = About.read(entry.whole(LONGEST_ABOUT_BYTES))
            _check_room(file, unpacking)
        elif entry.name == CONFIG:
            unpacking.config = adapt(entry.whole(_LONGEST_CONFIG_BYTES))
        elif entry.name == DATABASE:
            _unpack_database(entry, unpacking)
        elif entry.name == BASE_SUMS:
            unpacking.base_sums = read_sums(entry.whole(LONGEST_SUMS_BYTES), BASE_SUMS)
        else:
            _take_file(entry, unpacking)

    with _naming(file):
        _read_through(file, keys, take, unpacking.on_bytes)
        about, config = unpacking.told, unpacking.config
        if config is None or not unpacking.has_database:
            raise BadBackup("the configuration or the database is not in it")
        schema = _check_database(unpacking)
        if about.base is None and unpacking.base_sums:
            raise BadBackup(f"{BASE_SUMS}: stands in a whole backup")
    if about.base is not None:
        _take_from_base(file, keys, base, unpacking, about.base)
    with _naming(file):
        _check_photographs(unpacking, schema)
    return Looked(about=about, config=config, photographs=len(unpacking.photographs))


def _take_from_base(file: Path, keys: Keys, whole: Path | None, unpacking: Unpacking, base: Base) -> None:
    """Take the photographs that a backup lacks out of the whole one on which it rests."""
    whole = whole or file.with_name(Path(base.name).name)
    if not whole.is_file():
        raise BadInput(
            "{file} holds what is new since {base}, and needs it: put it beside this file, or name it with --base",
            file=file.name,
            base=base.name,
        )
    wanted = unpacking.base_sums

    def take(reading: Reading, entry: Entry) -> None:
        if entry.name == ABOUT:
            found = About.read(entry.whole(LONGEST_ABOUT_BYTES))
            if found.id != base.id:
                raise BadBackup(f"is not the backup that {file.name} needs, but another one")
        elif entry.name in wanted:
            _take_file(entry, unpacking)
            if reading.sum_of(entry.name) != wanted[entry.name]:
                raise BadBackup(f"{entry.name}: is not as it was when {file.name} was made")

    with _naming(whole):
        _read_through(whole, keys, take, unpacking.on_bytes)
        lost = wanted.keys() - unpacking.photographs
        if lost:
            raise BadBackup(f"{min(lost)}: is not in it, but {file.name} needs it")


def _read_through(file: Path, keys: Keys, take: Callable[[Reading, Entry], None], on_bytes: OnBytes) -> None:
    """Hand every entry of a backup to *take*, and look at every byte."""
    with file.open("rb", buffering=0) as raw, opened(_Watched(raw, on_bytes), keys) as source:
        reading = Reading(source)
        for entry in reading.entries():
            take(reading, entry)


def _take_file(entry: Entry, unpacking: Unpacking) -> None:
    """Take out a photograph, or a file of the folders that are taken as they are."""
    if unpacking.place is not None:
        mode = 0o644 if entry.name.startswith(("media/", "theme/")) else disk.PRIVATE
        target = unpacking.place / entry.name
        disk.make_folder(target.parent, mode=disk.mode_around(mode))
        with disk.new_file(target, mode=mode) as made:
            for piece in entry.pieces:
                made.write(piece)
    for _ in entry.pieces:
        pass
    if is_photograph(entry.name):
        unpacking.photographs.add(entry.name)


def _unpack_database(entry: Entry, unpacking: Unpacking) -> None:
    """Unpack the database, up to the size that it is said to have."""
    most_bytes = unpacking.told.database_bytes
    unpacked_bytes, packed = 0, zlib.decompressobj(_GZIP)
    with disk.new_file(unpacking.database) as made:
        for piece in entry.pieces:
            rest = piece
            while rest and not packed.eof:
                try:
                    content = packed.decompress(rest, _PIECE_BYTES)
                except zlib.error as error:
                    raise BadBackup(f"{DATABASE}: cannot be unpacked: {error}") from error
                rest = packed.unconsumed_tail
                unpacked_bytes += len(content)
                if unpacked_bytes > most_bytes:
                    raise BadBackup(f"{DATABASE}: is larger than the backup says")
                made.write(content)
            if rest or packed.unused_data:
                raise BadBackup(f"{DATABASE}: something follows behind it")
    if not packed.eof:
        raise BadBackup(f"{DATABASE}: ends too early")
    unpacking.has_database = True


def _check_database(unpacking: Unpacking) -> int:
    """Return the schema of the database in it, if it is whole and known here."""
    try:
        schema = examine_copy(unpacking.database)
    except BadDatabase as error:
        raise BadBackup(f"{DATABASE}: {error}") from error
    if schema > _newest():
        raise BadBackup(
            f"it was made by fedi-artisan {unpacking.told.program}, which is newer than this one; install that version"
        )
    return schema


def _check_photographs(unpacking: Unpacking, schema: int) -> None:
    """Look whether all photographs are there of which the database speaks, as far as this program can read it.

    Raises:
        BadBackup: some are not, and the backup does not say so.
    """
    if schema != _newest() or unpacking.told.small:
        return
    try:
        told = held(unpacking.database)
    except BadDatabase as error:
        raise BadBackup(f"{DATABASE}: {error}") from error
    there = {entry.rpartition("/")[2] for entry in unpacking.photographs}
    missing = (told.public | told.originals) - there
    if len(missing) > unpacking.told.missing + unpacking.told.left_out:
        raise BadBackup(f"{min(missing)}: the database speaks of this photograph, but it is not in the backup")


def _newest() -> int:
    """Return the schema of this program."""
    return max(migrations(folder("migrations")))


def _check_room(file: Path, unpacking: Unpacking) -> None:
    """Raise DiskFull where it cannot fit."""
    photographs_bytes = 0 if unpacking.place is None else file.stat().st_size
    check_room(unpacking.database.parent, unpacking.told.database_bytes + photographs_bytes, "what is in this backup")


@contextlib.contextmanager
def _naming(file: Path) -> Iterator[None]:
    """Say of which file it is that something is wrong in it."""
    try:
        yield
    except BadBackup as error:
        raise BadBackup(f"{file.name}: {error}") from error
    except ArtisanError:
        raise
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        if error.filename == str(file):
            raise
        raise BadBackup(f"{file.name}: two files in it want the same place: {error.filename!r}") from error


class _Watched(io.BufferedReader):
    """A file that tells how much of it has been read. A class because everything else about it is that of a file."""

    def __init__(self, raw: io.FileIO, on_bytes: OnBytes) -> None:
        super().__init__(raw)
        self._on_bytes = on_bytes

    def read(self, size_bytes: int | None = -1, /) -> bytes:
        """Return the next *size_bytes*; fewer only at the end."""
        content = super().read(size_bytes)
        self._on_bytes(len(content))
        return content
