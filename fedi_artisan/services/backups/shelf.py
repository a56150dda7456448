"""A folder in which backups lie: which there are, what the last whole one holds, and which may go.

Nothing is ever done to a file whose name is not that of a backup of this house.
"""

import contextlib
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from fedi_artisan import disk
from fedi_artisan.domain.backups import Keeping, Name, read_name, staying
from fedi_artisan.media.locks import is_taken

_log = logging.getLogger(__name__)

_LIST = ".list"
_PART = ".part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What is known of a whole backup without opening it, so that the next ones need not hold the same again.

    Args:
        id: its own.
        size_bytes: of its file.
        sealed_for: for whom it is encrypted; empty where it is not.
        photographs: the sum of each photograph in it, by the name of its entry.
    """

    id: str
    size_bytes: int
    sealed_for: tuple[str, ...]
    photographs: Mapping[str, str]


def found(folder: Path, house: str) -> list[Name]:
    """Return the backups of *house* in the folder, the oldest first."""
    with os.scandir(folder) as entries:
        names = [read_name(entry.name) for entry in entries if entry.is_file(follow_symlinks=False)]
    return sorted((name for name in names if name is not None and name.house == house), key=lambda name: name.at)


def base_for(
    folder: Path, house: str, *, sealed_for: Sequence[str], now: datetime, within: timedelta
) -> tuple[Name, Whole] | None:
    """Return the last whole backup, if the next one may leave out what is in it.

    It may not if the whole one is too old, was encrypted for others, or is not known well enough any more. One that was
    made while the clock was years ahead is none that counts.
    """
    wholes = [name for name in found(folder, house) if name.base is None and abs(now - name.at) < within]
    if not wholes:
        return None
    whole = _read_list(folder / f"{wholes[-1]}{_LIST}")
    if whole is None or whole.sealed_for != tuple(sealed_for):
        return None
    if (folder / str(wholes[-1])).stat().st_size != whole.size_bytes:
        return None
    return wholes[-1], whole


def write_list(folder: Path, name: Name, whole: Whole) -> None:
    """Write down beside a whole backup what is in it."""
    with writing(folder / f"{name}{_LIST}") as file:
        file.write(json.dumps(asdict(whole)).encode())


def _read_list(file: Path) -> Whole | None:
    """Return what was written down of a whole backup; None where it cannot be read, and the next is a whole one."""
    try:
        raw = json.loads(file.read_bytes())
        return Whole(
            id=str(raw["id"]),
            size_bytes=int(raw["size_bytes"]),
            sealed_for=tuple(map(str, raw["sealed_for"])),
            photographs={str(name): str(digest) for name, digest in raw["photographs"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def let_go(folder: Path, house: str, keeping: Keeping, *, but: str) -> list[str]:
    """Remove the backups that need not stay, *but* the one of this name; return the names of those that went.

    The one that was made a moment ago may look older than all others, where the clock went back.
    """
    names = found(folder, house)
    stays = staying(names, keeping)
    needed = {name.base for name in names if str(name) == but}
    gone = [name for name in names if name not in stays and str(name) != but and name.at not in needed]
    went: list[str] = []
    # What needs another goes before that one: whenever this is cut short, what is left can be restored.
    for name in sorted(gone, key=lambda name: name.base is None):
        if name.at in needed:
            continue
        try:
            (folder / str(name)).unlink(missing_ok=True)
            (folder / f"{name}{_LIST}").unlink(missing_ok=True)
        except OSError as error:
            # A place that lets nothing go takes new ones in all the same, and these are good.
            _log.warning("%s could not be removed: %s", name, error)
            needed.add(name.base)
        else:
            went.append(str(name))
    return went


@contextlib.contextmanager
def writing(target: Path) -> Iterator[BinaryIO]:
    """Give a file that gets the name *target* when the block has ended well and it is on the disk.

    Raises:
        OSError: it cannot be written there.
    """
    draft = target.with_name(f".{target.name}{_PART}")
    sweep(target)
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            is_taken(descriptor)
            yield file
            file.flush()
            os.fsync(descriptor)
            draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    disk.settle(target.parent)


def sweep(target: Path) -> None:
    """Remove what a killed process left of the file *target*, or of a backup beside it; nothing of a living one."""
    for draft in target.parent.glob(f".*{_PART}"):
        name = draft.name.removeprefix(".").removesuffix(_PART)
        if not draft.is_file() or (name != target.name and read_name(name.removesuffix(_LIST)) is None):
            continue
        with contextlib.suppress(FileNotFoundError), draft.open("rb") as file:
            if is_taken(file.fileno()):
                draft.unlink()
