"""Encrypted backups, in the format of age, so that its own program opens them as well.

For those who have a key, a backup is the tar file as age encrypts it. For who knows a passphrase it is a tar of two
files: `key.age`, a key that was made for this backup alone, under the passphrase; and `backup.tar.age`, which that key
opens: `age -d -i key.age backup.tar.age`. However much passes, it goes through a few hundred kilobytes of memory.

Source: https://age-encryption.org/v1
"""

import contextlib
import os
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from fedi_artisan.errors import BadBackup, BadInput
from fedi_artisan.services.backups import age
from fedi_artisan.services.backups.reading import Source
from fedi_artisan.services.backups.writing import Sink, header

SHORTEST_PASSPHRASE = 12
_KEY, _PAYLOAD = "key.age", "backup.tar.age"
_BLOCK_BYTES = tarfile.BLOCKSIZE
_LONGEST_KEY_BYTES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """For whom a backup is encrypted: for the keys of *recipients*, or for who knows *passphrase*."""

    recipients: tuple[str, ...] = ()
    passphrase: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be used before anything is written.

        Raises:
            BadInput: a recipient is none, or the passphrase is short.
        """
        if self.passphrase is not None and len(self.passphrase) < SHORTEST_PASSPHRASE:
            raise BadInput(
                f"the passphrase must have {SHORTEST_PASSPHRASE} characters at least; several words are best"
            )
        for text in self.recipients:
            age.recipient(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """How a sealed backup can be opened: with the keys in files, or with a passphrase, asked for when it is needed."""

    files: tuple[Path, ...] = ()
    ask: Callable[[], str]


@contextlib.contextmanager
def sealed(file: BinaryIO, seal: Seal | None, made_at: datetime) -> Iterator[Sink]:
    """Give where a backup is to be written so that *file* holds it, encrypted if there is a *seal*.

    Raises:
        OSError: the file takes no more.
    """
    if seal is None:
        yield file
    elif seal.passphrase is None:
        with age.encrypted(file, [age.recipient(text) for text in seal.recipients]) as sink:
            yield sink
    else:
        recipient, kept = age.new_key(seal.passphrase)
        file.write(header(_KEY, len(kept), made_at, in_one_block=True) + kept + bytes(-len(kept) % _BLOCK_BYTES))
        begins_at = file.tell()
        # How long it will be is not known yet: the header is written again.
        file.write(header(_PAYLOAD, 0, made_at, in_one_block=True))
        with age.encrypted(file, [recipient]) as sink:
            yield sink
        size_bytes = file.tell() - begins_at - _BLOCK_BYTES
        file.write(bytes(-size_bytes % _BLOCK_BYTES + 2 * _BLOCK_BYTES))
        file.seek(begins_at)
        file.write(header(_PAYLOAD, size_bytes, made_at, in_one_block=True))
        file.seek(0, os.SEEK_END)


@contextlib.contextmanager
def opened(file: BinaryIO, keys: Keys) -> Iterator[Source]:
    """Give what is in the backup *file*, whether it is encrypted or not.

    Raises:
        BadInput: none of the keys opens it, or the passphrase is wrong.
        BadBackup: what is encrypted is damaged.
    """
    beginning = file.read(_BLOCK_BYTES)
    file.seek(0)
    if beginning.startswith(age.MAGIC):
        with age.decrypted(file, _identities(keys)) as source:
            yield source
    elif beginning.startswith(_KEY.encode() + b"\0"):
        identity = _key_inside(file, keys)
        size_bytes = _size_in(file.read(_BLOCK_BYTES), _PAYLOAD)
        with age.decrypted(_Part(file, size_bytes), [identity]) as source:
            yield source
        end = bytes(-size_bytes % _BLOCK_BYTES + 2 * _BLOCK_BYTES)
        # One byte more shows that something follows; there may be gigabytes of it.
        if file.read(len(end) + 1) != end:
            raise BadBackup("something follows behind its end, or the end itself is cut off")
    else:
        yield file


def _identities(keys: Keys) -> list[age.Identity]:
    """Return the keys in the files.

    Raises:
        BadInput: there are none.
    """
    if not keys.files:
        raise BadInput("this backup is encrypted: name the file of your key with --identity")
    return [identity for file in keys.files for identity in age.identities_in(file.read_bytes(), str(file), keys.ask)]


def _key_inside(file: BinaryIO, keys: Keys) -> age.Identity:
    """Return the key that stands under a passphrase at the beginning of the file."""
    size_bytes = _size_in(file.read(_BLOCK_BYTES), _KEY)
    if size_bytes > _LONGEST_KEY_BYTES:
        raise BadBackup(f"{_KEY}: is longer than a key can be")
    content = file.read(size_bytes)
    if not content.startswith(age.MAGIC) or any(file.read(-size_bytes % _BLOCK_BYTES)):
        raise BadBackup(f"{_KEY}: is no key, or is damaged")
    [identity] = age.identities_in(content, _KEY, keys.ask)
    return identity


def _size_in(block: bytes, name: str) -> int:
    """Return the size that the header of the file *name* tells."""
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
    except (tarfile.HeaderError, ValueError) as error:
        raise BadBackup(f"{name}: the file is damaged before it, or is not whole") from error
    if info.size < 0 or info.name != name or info.type != tarfile.REGTYPE or info.tobuf(tarfile.GNU_FORMAT) != block:
        raise BadBackup(f"{info.name!r}: stands where no backup has it")
    return info.size


class _Part:
    """The next *size_bytes* of a file, as a file of its own."""

    def __init__(self, file: BinaryIO, size_bytes: int) -> None:
        self._file = file
        self._left_bytes = size_bytes

    def read(self, size_bytes: int = -1) -> bytes:
        """Return up to *size_bytes*."""
        most_bytes = self._left_bytes if size_bytes < 0 else min(size_bytes, self._left_bytes)
        content = self._file.read(most_bytes)
        self._left_bytes -= len(content)
        return content
