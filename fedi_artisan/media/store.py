"""Where pictures lie on the disk, under which names, and how they get there whole or not at all.

`media/ab/abcd….jpg` is what the world may see, `originals/….jpg` what the artisan gave. A name is the hash of the
content, so a name that is there once is right for ever.
"""

import contextlib
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fedi_artisan.config import Config
from fedi_artisan.errors import BadPhoto, NotFound, TooLarge
from fedi_artisan.media.kinds import HEAD_BYTES

_NAME = re.compile(r"[0-9a-f]{40}\.jpg")
_NAME_DIGITS = 40
_UNFINISHED = ".part"
_CHUNK_BYTES = 1 << 20
_PUBLIC, _PRIVATE = 0o644, 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A copy of what was given, on the disk but not yet under a name of its own.

    *sha256* is its hash in hex, *head* how it begins (HEAD_BYTES, or all of a smaller file).
    """

    file: Path
    sha256: str
    head: bytes


def path_of(config: Config, name: str) -> Path:
    """Return where the picture *name* lies, or would lie.

    Raises:
        NotFound: *name* is not one that this store gives; so nothing outside it can be named.
    """
    if not _NAME.fullmatch(name):
        raise NotFound("There is no such picture.")
    return config.media_dir / name[:2] / name


def put(config: Config, jpeg: bytes) -> str:
    """Store a picture for the world to see and return its name; it is on the disk when this returns."""
    name = f"{hashlib.sha256(jpeg).hexdigest()[:_NAME_DIGITS]}.jpg"
    target = path_of(config, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _unfinished(config.media_dir, _PUBLIC) as (file, descriptor):
        _write(descriptor, jpeg)
        os.fsync(descriptor)
        file.replace(target)
    _sync_folders(target.parent, config.media_dir, config.data_dir)
    return name


def receive(config: Config, path: Path) -> Upload:
    """Copy the file *path*, so that it can no longer change; `keep` or `discard` must follow.

    Raises:
        BadPhoto: it cannot be read.
        TooLarge: it has more than `limits.photo_bytes`.
    """
    folder = _originals(config)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        # Without waiting: a named pipe would let us hang before we could see what it is.
        source = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the name is impossible"
        raise BadPhoto(f"{path.name}: this file cannot be opened: {reason}.") from error
    try:
        if not stat.S_ISREG(os.fstat(source).st_mode):
            raise BadPhoto(f"{path.name}: this is not a file. Give a photograph as JPEG, PNG or WebP.")
        with _unfinished(folder, _PRIVATE) as (file, copy):
            sha256, head = _copy(source, copy, path.name, config.limits.photo_bytes)
            return Upload(file=file, sha256=sha256, head=head)
    finally:
        os.close(source)


def keep(config: Config, upload: Upload, ending: str) -> str:
    """Give *upload* its name among the originals, which are never served, and return that name."""
    name = f"{upload.sha256}.{ending}"
    descriptor = os.open(upload.file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    target = _originals(config) / name
    upload.file.replace(target)
    _sync_folders(target.parent, config.data_dir)
    return name


def discard(upload: Upload) -> None:
    """Remove *upload* if it has not been kept."""
    upload.file.unlink(missing_ok=True)


def sweep(config: Config) -> None:
    """Remove what a killed process left unfinished; only for the one process that now writes here."""
    for folder in (config.media_dir, _originals(config)):
        for file in folder.glob(f"*{_UNFINISHED}"):
            file.unlink(missing_ok=True)


def _originals(config: Config) -> Path:
    """Return the folder of the untouched uploads."""
    return config.data_dir / "originals"


@contextlib.contextmanager
def _unfinished(folder: Path, mode: int) -> Iterator[tuple[Path, int]]:
    """Give a new file in *folder*, open for writing; a failure within the block removes it."""
    file = folder / f"{secrets.token_hex(16)}{_UNFINISHED}"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        yield file, descriptor
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def _copy(source: int, copy: int, name: str, most_bytes: int) -> tuple[str, bytes]:
    """Copy one open file into another and return the hash (hex) and the beginning of what it holds."""
    digest, head, size = hashlib.sha256(), b"", 0
    while chunk := os.read(source, _CHUNK_BYTES):
        size += len(chunk)
        if size > most_bytes:
            raise TooLarge(
                f"{name}: this photograph is larger than {most_bytes / 1_000_000:g} MB. Save it again, smaller."
            )
        head = head or chunk[:HEAD_BYTES]
        digest.update(chunk)
        _write(copy, chunk)
    return digest.hexdigest(), head


def _write(descriptor: int, content: bytes) -> None:
    """Write all of *content*; a single write may take only a part."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync_folders(*folders: Path) -> None:
    """See that the names in *folders* are on the disk: a file whose name is lost is lost."""
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
