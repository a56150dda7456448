"""How what is written stays: on the disk when the function returns, and whole, or as it was before."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

PRIVATE = 0o600
_READ_BY_ALL = 0o004


def settle(*places: Path) -> None:
    """See that files, or the names in folders, are on the disk: a file whose name is lost is lost.

    Raises:
        OSError: one is not there, or the disk fails.
    """
    for place in places:
        descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def make_folder(folder: Path, *, mode: int = 0o700) -> None:
    """Make a folder, and those above it, where they are missing; of this *mode*, whatever is usual here (umask(2))."""
    for step in (*reversed(folder.parents), folder):
        if not step.exists():
            # Another process may make it at the same moment.
            step.mkdir(mode=mode, exist_ok=True)
            step.chmod(mode)


def mode_around(mode: int) -> int:
    """Return the mode of a folder for files of this *mode*: open to all where these are, else to its owner alone."""
    return 0o755 if mode & _READ_BY_ALL else 0o700


@contextlib.contextmanager
def new_file(target: Path, *, mode: int = PRIVATE) -> Iterator[BinaryIO]:
    """Give a file that was not there before, and is on the disk when the block has ended; links are not followed.

    Raises:
        FileExistsError: it is there already.
        OSError: it cannot be written.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(target, flags, mode), "wb") as made:
        # What the process takes away from new files (umask(2)) is given back.
        os.fchmod(made.fileno(), mode)
        yield made
        made.flush()
        os.fsync(made.fileno())


def put(file: Path, content: bytes, *, mode: int = PRIVATE) -> None:
    """Write *file*; whoever reads it, even after a crash, finds the old one or the new one.

    Raises:
        OSError: it could not be written; the old one stands.
    """
    make_folder(file.parent, mode=mode_around(mode))
    # Always the same name: what a killed process left behind is written over.
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    with new_file(draft, mode=mode) as opened:
        opened.write(content)
    draft.replace(file)
    settle(file.parent)
