"""Encrypted backups, in the format of age, so that its own program opens them as well. Only this file knows pyrage.

For those who have a key, a backup is the tar file as age encrypts it. For who knows a passphrase it is a tar of two
files: `key.age`, a key that was made for this backup alone, under the passphrase; and `backup.tar.age`, which that key
opens: `age -d -i key.age backup.tar.age`. However much passes, it goes through a few hundred kilobytes of memory.

Source: https://age-encryption.org/v1
"""

import contextlib
import os
import tarfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Self

import pyrage

from fedi_artisan.errors import BadBackup, BadInput
from fedi_artisan.services.backups.reading import Source
from fedi_artisan.services.backups.writing import Sink, header

SHORTEST_PASSPHRASE = 12
_MAGIC = b"age-encryption.org/"
_KEY, _PAYLOAD = "key.age", "backup.tar.age"
_BLOCK_BYTES = tarfile.BLOCKSIZE
_LONGEST_KEY_BYTES = 100_000

# The library says nothing of its types.
_Recipient = Any
_Identity = Any


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
            _recipient(text)


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
        with _encrypted(file, [_recipient(text) for text in seal.recipients]) as sink:
            yield sink
    else:
        key = pyrage.x25519.Identity.generate()
        kept = pyrage.passphrase.encrypt(f"{key}\n".encode(), seal.passphrase)
        file.write(header(_KEY, len(kept), made_at, in_one_block=True) + kept + bytes(-len(kept) % _BLOCK_BYTES))
        begins_at = file.tell()
        # How long it will be is not known yet: the header is written again.
        file.write(header(_PAYLOAD, 0, made_at, in_one_block=True))
        with _encrypted(file, [key.to_public()]) as sink:
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
    if beginning.startswith(_MAGIC):
        with _decrypted(file, _identities(keys)) as source:
            yield source
    elif beginning.startswith(_KEY.encode() + b"\0"):
        identity = _key_inside(file, keys)
        size_bytes = _size_in(file.read(_BLOCK_BYTES), _PAYLOAD)
        with _decrypted(_Part(file, size_bytes), [identity]) as source:
            yield source
        if file.read() != bytes(-size_bytes % _BLOCK_BYTES + 2 * _BLOCK_BYTES):
            raise BadBackup("something follows behind its end, or the end itself is cut off")
    else:
        yield file


def _recipient(text: str) -> _Recipient:
    """Return the key for which to encrypt.

    Raises:
        BadInput: it is none.
    """
    try:
        if text.startswith("ssh-"):
            return pyrage.ssh.Recipient.from_str(text)
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise BadInput(f"{text}: is no key to encrypt for; `age-keygen` makes one, which begins with age1") from error


def _identities(keys: Keys) -> list[_Identity]:
    """Return the keys in the files.

    Raises:
        BadInput: there are none.
    """
    if not keys.files:
        raise BadInput("this backup is encrypted: name the file of your key with --identity")
    return [identity for file in keys.files for identity in _identities_in(file.read_bytes(), str(file), keys.ask)]


def _identities_in(content: bytes, name: str, ask: Callable[[], str]) -> list[_Identity]:
    """Return the keys in a file of age, which may be under a passphrase itself, or in one of ssh.

    Raises:
        BadInput: there are none, or the passphrase is wrong.
    """
    if content.startswith(_MAGIC):
        try:
            content = pyrage.passphrase.decrypt(content, ask())
        except pyrage.DecryptError as error:
            raise BadInput(f"{name}: the passphrase is wrong") from error
    try:
        if b"-----BEGIN" in content:
            return [pyrage.ssh.Identity.from_buffer(content)]
        lines = (line.strip() for line in content.decode().splitlines())
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (pyrage.IdentityError, ValueError) as error:
        # Nothing of the file is told: it may be the secret itself, with a letter too many.
        raise BadInput(f"{name}: holds no key that could be read") from error
    if not found:
        raise BadInput(f"{name}: holds no key")
    return list(found)


def _key_inside(file: BinaryIO, keys: Keys) -> _Identity:
    """Return the key that stands under a passphrase at the beginning of the file."""
    size_bytes = _size_in(file.read(_BLOCK_BYTES), _KEY)
    if size_bytes > _LONGEST_KEY_BYTES:
        raise BadBackup(f"{_KEY}: is longer than a key can be")
    content = file.read(size_bytes)
    if not content.startswith(_MAGIC) or any(file.read(-size_bytes % _BLOCK_BYTES)):
        raise BadBackup(f"{_KEY}: is no key, or is damaged")
    [identity] = _identities_in(content, _KEY, keys.ask)
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


@contextlib.contextmanager
def _encrypted(file: BinaryIO, recipients: Sequence[_Recipient]) -> Iterator[Sink]:
    """Give where to write what goes into *file* encrypted. The library fetches what it encrypts, so it reads a pipe."""
    failures: list[Exception] = []
    read_end, write_end = os.pipe()

    def encrypt() -> None:
        with os.fdopen(read_end, "rb") as taken, _Noting(file, failures) as noting:
            pyrage.encrypt_io(taken, noting, recipients)

    worker = _Worker(encrypt, failures)
    try:
        with os.fdopen(write_end, "wb", buffering=1 << 16) as given:
            yield given
    except BrokenPipeError:
        worker.join()
        # Why nobody reads any more is what is to be told.
        if not failures:
            raise
    finally:
        worker.join()
    if failures:
        raise failures[0]


@contextlib.contextmanager
def _decrypted(file: "BinaryIO | _Part", identities: Sequence[_Identity]) -> Iterator[Source]:
    """Give what is encrypted in *file*."""
    failures: list[Exception] = []
    read_end, write_end = os.pipe()

    def decrypt() -> None:
        with os.fdopen(write_end, "wb", buffering=0) as given:
            pyrage.decrypt_io(file, given, identities)

    worker = _Worker(decrypt, failures)
    try:
        with os.fdopen(read_end, "rb", buffering=1 << 16) as taken:
            yield _Decrypted(taken, worker, failures)
    finally:
        # Where nobody reads any more, it ends as well.
        worker.join()


class _Worker(threading.Thread):
    """A thread that keeps its failure for whoever waits for it. A class because that is how threads are told apart."""

    def __init__(self, work: Callable[[], None], failures: list[Exception]) -> None:
        super().__init__(name="age", daemon=True)
        self._work = work
        self._failures = failures
        self.start()

    def run(self) -> None:
        """Work."""
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 - it is raised where the thread is waited for
            self._failures.append(error)


class _Noting:
    """A file for the library, which tells of a failure in words alone: the failure itself is noted here."""

    def __init__(self, file: BinaryIO, failures: list[Exception]) -> None:
        self._file = file
        self._failures = failures

    def write(self, content: bytes) -> int:
        """Write *content*."""
        try:
            return self._file.write(content)
        except OSError as error:
            self._failures.append(error)
            raise

    def flush(self) -> None:
        """Do nothing: whoever has the file does so at the end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        """Leave the file open."""


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


class _Decrypted:
    """What the thread has decrypted; where that ends too early, why."""

    def __init__(self, taken: BinaryIO, worker: _Worker, failures: list[Exception]) -> None:
        self._taken = taken
        self._worker = worker
        self._failures = failures

    def read(self, size_bytes: int) -> bytes:
        """Return the next *size_bytes*; fewer only at the end."""
        content = self._taken.read(size_bytes)
        if len(content) < size_bytes:
            self._worker.join()
            if self._failures:
                raise _told(self._failures[0]) from self._failures[0]
        return content


def _told(failure: Exception) -> Exception:
    """Return in our own words why something could not be decrypted."""
    if isinstance(failure, pyrage.DecryptError):
        if "matching" in str(failure):
            return BadInput("none of the keys opens this backup: it was encrypted for another")
        return BadBackup(f"its encryption is damaged: {failure}")
    if isinstance(failure, OSError) and failure.errno is None:
        return BadBackup("what is encrypted is not as it was when the backup was made, or the file is not whole")
    return failure
