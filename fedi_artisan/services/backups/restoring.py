"""Restoring a backup: everything is looked at before anything takes its place."""

import os
import shutil
import tempfile
from pathlib import Path

from fedi_artisan import disk
from fedi_artisan.errors import BadInput
from fedi_artisan.services.backups.adapting import Adapted
from fedi_artisan.services.backups.layout import CONFIG
from fedi_artisan.services.backups.sealing import Keys
from fedi_artisan.services.backups.unpacking import Looked, OnBytes, Unpacking, unpack

UNFINISHED = ".restoring"
_DATABASE = "fedi-artisan.sqlite3"


def look(file: Path, keys: Keys, *, base: Path | None = None, on_bytes: OnBytes = lambda _bytes: None) -> Looked:
    """Look whether a backup can be restored, and restore nothing.

    Raises:
        BadBackup: it cannot; the text names what is wrong in it.
        BadInput: it cannot be opened with these keys, or the whole one that it needs is missing.
    """
    with tempfile.TemporaryDirectory(prefix="fedi-artisan-") as place:
        unpacking = Unpacking(place=None, database=Path(place, _DATABASE), on_bytes=on_bytes)
        return unpack(file, keys, base, unpacking)


def restore(
    file: Path, into: Path, keys: Keys, *, base: Path | None = None, on_bytes: OnBytes = lambda _bytes: None
) -> Looked:
    """Restore a backup into a folder that is empty, or not there; nothing is in it before everything was looked at.

    Args:
        file: the backup.
        into: the folder, which then holds the configuration file and the data folder.
        keys: that open it, if it is encrypted.
        base: the whole backup that it needs, if that is not beside it under its name.
        on_bytes: is told of each piece of the files how many bytes it has.

    Raises:
        BadBackup, BadInput: as `look`; or the folder is not empty.
        DiskFull: there is no room for it.
        OSError: something cannot be written.
    """
    _check_empty(into)
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = into / UNFINISHED
    if place.exists():
        shutil.rmtree(place)
    place.mkdir(mode=0o700)
    try:
        data = place / "data"
        data.mkdir(mode=0o700)
        unpacking = Unpacking(place=data, database=data / _DATABASE, on_bytes=on_bytes)
        looked = unpack(file, keys, base, unpacking)
        disk.settle(*(Path(parent) for parent, _, _ in os.walk(place)))
        _move_in(place, into, looked.config)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    disk.settle(into)
    return looked


def _check_empty(into: Path) -> None:
    """Raise BadInput unless the folder is empty, or not there; what a restoring left that was cut short is nothing."""
    if not into.exists():
        return
    if into.is_dir() and into.stat().st_uid != os.geteuid():
        # Whoever owns it could exchange what is in it while keys are written there.
        raise BadInput(f"{into}: belongs to somebody else. Name a new folder, or restore as its owner")
    if not into.is_dir():
        raise BadInput(f"{into}: is a file. Name a new folder")
    if any(one.name != UNFINISHED for one in into.iterdir()):
        raise BadInput(f"{into}: is not empty. Name a new folder; nothing is ever written over another server")


def _move_in(place: Path, into: Path, config: Adapted) -> None:
    """Give everything its place; the configuration last, so that where it is everything it speaks of is there."""
    data = into / config.data_dir
    data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if data == into:
        for one in sorted((place / "data").iterdir()):
            one.replace(into / one.name)
    else:
        (place / "data").replace(data)
    disk.put(into / CONFIG, config.text.encode())
