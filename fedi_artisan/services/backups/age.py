"""The format of age, by its library: keys, and what passes encrypted and decrypted. Only this file knows pyrage.

The library fetches what it encrypts and delivers what it decrypts, so it works in a thread at the other end of a pipe.

Source: https://age-encryption.org/v1
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO, Self

import pyrage

from fedi_artisan.errors import BadBackup, BadInput
from fedi_artisan.services.backups.reading import Source
from fedi_artisan.services.backups.writing import Sink

MAGIC = b"age-encryption.org/"

# The library says nothing of its types.
Recipient = Any
Identity = Any


def recipient(text: str) -> Recipient:
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


def new_key(passphrase: str) -> tuple[Recipient, bytes]:
    """Return a key that was made just now: the half for which to encrypt, and the other half under *passphrase*."""
    key = pyrage.x25519.Identity.generate()
    return key.to_public(), pyrage.passphrase.encrypt(f"{key}\n".encode(), passphrase)


def identities_in(content: bytes, name: str, ask: Callable[[], str]) -> list[Identity]:
    """Return the keys in a file of age, which may be under a passphrase itself, or in one of ssh.

    Raises:
        BadInput: there are none, or the passphrase is wrong.
    """
    if content.startswith(MAGIC):
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


@contextlib.contextmanager
def encrypted(file: BinaryIO, recipients: Sequence[Recipient]) -> Iterator[Sink]:
    """Give where to write what goes into *file* encrypted."""
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
def decrypted(file: Source, identities: Sequence[Identity]) -> Iterator[Source]:
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
