"""The data folder: whether it can be written, by whom it can be read, and on what kind of disk it lies."""

import asyncio
import os
import pwd
import re
import shlex
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fedi_artisan.config import Config
from fedi_artisan.domain.house import Finding, Sentence, Size, Verdict, said
from fedi_artisan.services.house.running import LOCK
from fedi_artisan.services.house.world import House

# Below the one a day of photographs may not fit any more; below the other even a message may not.
_LITTLE_BYTES = 1_000_000_000
_NOTHING_BYTES = 100_000_000
# Each photograph is about twenty files.
_FEW_FILES = 10_000
_HARDLY_ANY_FILES = 500
# SQLite asks for locks and for memory that several processes share, which these do not give, or not to be relied on
# (sqlite.org/wal.html, sqlite.org/faq.html#q5).
_OF_A_NETWORK = frozenset(
    {"9p", "afs", "ceph", "cifs", "davfs", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"}
    | {"glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs", "virtiofs"}
)
_ESCAPED = re.compile(r"\\([0-7]{3})")
_WITH_SECRETS = re.compile(r"^\s*\w*(?:secret|password|token|passphrase)\w*\s*=", re.MULTILINE)


async def disk(house: House) -> Finding:
    """Look how much room there is for the data folder: for bytes, and for files."""
    config = house.config
    if not await asyncio.to_thread(config.data_dir.is_dir):
        return Finding(Verdict.UNKNOWN, (_not_there(config.data_dir),))
    found = await asyncio.to_thread(house.world.statvfs, config.data_dir)
    free_bytes = found.f_bavail * found.f_frsize
    facts: tuple[Sentence, ...] = (
        said("{free} are free.", free=Size(free_bytes)),
        said("The database takes {size}.", size=Size(await asyncio.to_thread(_size_bytes, config.database))),
    )
    # Some file systems know no such limit, and say 0 of 0.
    files = found.f_favail if found.f_files else _FEW_FILES
    if files < _FEW_FILES:
        facts += (said("There is room for only {count} more files, however small.", count=files),)
    if free_bytes >= _LITTLE_BYTES and files >= _FEW_FILES:
        return Finding(Verdict.OK, facts)
    full = free_bytes < _NOTHING_BYTES or files < _HARDLY_ANY_FILES
    advice = said(
        "Make room, or have your disk enlarged: on a full one nothing can be published or received. See with:"
    )
    command = f"df -h {shlex.quote(str(config.data_dir))}"
    if files < _FEW_FILES:
        command = f"df -i {shlex.quote(str(config.data_dir))}"
    return Finding(Verdict.BROKEN if full else Verdict.LOOK, facts, advice, command)


def _size_bytes(database: Path) -> int:
    """Return how much room the database takes, with what SQLite keeps beside it."""
    files = (database.with_name(database.name + ending) for ending in ("", "-wal", "-shm"))
    return sum(file.stat().st_size for file in files if _is_there(file))


def _is_there(path: Path) -> bool:
    """Whether there is such a file, as far as one may see."""
    try:
        path.stat()
    except OSError:
        return False
    return True


def _not_there(place: Path) -> Sentence:
    return said("The folder {folder} is not there.", folder=str(place))


async def folder(house: House) -> Finding:
    """Look whether the data folder can be written, belongs to one user, and lies on a disk of this machine."""
    return await asyncio.to_thread(_folder, house)


def _folder(house: House) -> Finding:
    place = house.config.data_dir
    facts = (said("Everything lies in {folder}.", folder=str(place)),)
    if not place.is_dir():
        advice = said(
            "Is its disk missing, or was it moved? Put it back, or say in the settings where it is: data_dir."
        )
        return Finding(Verdict.BROKEN, (_not_there(place),), advice)
    refused = _unwritable(house) or _strange_owner(house.config)
    if refused is not None:
        return refused
    kind = _kind_of_disk(place, house.world.mounts())
    if kind in _OF_A_NETWORK:
        far = said("It lies on a disk that is reached by a network ({kind}), where databases come to harm.", kind=kind)
        advice = said(
            "Stop the server, move the folder to a disk of this machine, and name it in the settings: data_dir."
        )
        return Finding(Verdict.LOOK, (*facts, far), advice)
    return Finding(Verdict.OK, facts)


def _strange_owner(config: Config) -> Finding | None:
    """Return what is wrong where part of the folder belongs to somebody else: a command was typed as another user."""
    owner = config.data_dir.stat().st_uid
    for path in _belongings(config):
        other = path.stat().st_uid
        if other != owner:
            fact = said(
                "{path} belongs to {other}, but the folder to {owner}: the server may not be able to write it.",
                path=str(path),
                other=_user(other),
                owner=_user(owner),
            )
            command = f"sudo chown -R {_user(owner)}: {shlex.quote(str(config.data_dir))}"
            return Finding(Verdict.BROKEN, (fact,), said("Give everything in it back to one user:"), command)
    return None


def _belongings(config: Config) -> Iterator[Path]:
    """Yield what lies in the data folder, as far as it is there."""
    database = config.database
    names = [database, *(database.with_name(database.name + ending) for ending in ("-wal", "-shm"))]
    names += [config.media_dir, config.originals_dir, config.incoming_dir, config.data_dir / LOCK]
    return (path for path in names if _is_there(path))


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _unwritable(house: House) -> Finding | None:
    """Return why nothing can be written into the data folder, after having tried; None where it can."""
    place = house.config.data_dir
    if house.world.statvfs(place).f_flag & os.ST_RDONLY:
        fact = said("Its disk can only be read: nothing is received or published any more.")
        advice = said(
            "Disks often become so when they fail. Look what the machine says of it, and have a copy at hand:"
        )
        return Finding(Verdict.BROKEN, (fact,), advice, "sudo dmesg | tail -50")
    try:
        with tempfile.NamedTemporaryFile(dir=place, prefix=".doctor-"):
            return None
    except PermissionError:
        owner = place.stat().st_uid
        if owner != os.geteuid():
            fact = said("It belongs to {owner}, and you are {you}.", owner=_user(owner), you=_user(os.geteuid()))
            command = f"sudo -u {_user(owner)} fedi-artisan doctor"
            return Finding(Verdict.LOOK, (fact,), said("Ask once more as the user who runs the server:"), command)
        fact = said("Nothing can be written into {folder}.", folder=str(place))
        command = f"chmod u+rwx {shlex.quote(str(place))}"
        return Finding(Verdict.BROKEN, (fact,), said("Allow its owner to write into it:"), command)
    except OSError as error:
        fact = said("Nothing can be written into {folder}: {why}.", folder=str(place), why=error.strerror or str(error))
        return Finding(Verdict.BROKEN, (fact,), said("Look whether its disk is full, or fails."))


def _kind_of_disk(place: Path, mounts: str) -> str:
    """Return on which kind of file system *place* lies, as *mounts* has it; empty where it does not say (fstab(5))."""
    best: tuple[int, str] = (-1, "")
    for line in mounts.splitlines():
        words = line.split(" ")
        if len(words) > 2:  # noqa: PLR2004 - what is mounted, where, and its kind
            where = Path(_ESCAPED.sub(lambda found: chr(int(found[1], 8)), words[1]))
            if place.is_relative_to(where):
                best = max(best, (len(where.parts), words[2]), key=lambda one: one[0])
    return best[1]


async def secrets(house: House) -> Finding:
    """Look whether other users of this machine can read what nobody else should: keys, messages, originals."""
    return await asyncio.to_thread(_secrets, house)


def _secrets(house: House) -> Finding:
    config, open_to_all = house.config, []
    if config.data_dir.is_dir() and config.data_dir.stat().st_mode & stat.S_IXOTH:
        database, folders = config.database, (config.originals_dir, config.tls_dir, config.upgrades_dir)
        private = (database, database.with_name(database.name + "-wal"), *folders)
        open_to_all += [path for path in private if _is_there(path) and path.stat().st_mode & stat.S_IROTH]
    if house.file is not None and _tells_secrets(house.file):
        open_to_all.append(house.file)
    if not open_to_all:
        return Finding(Verdict.OK, (said("Nobody else on this machine can read your keys and messages."),))
    named = " ".join(map(str, open_to_all))
    facts = (said("Every user of this machine can read {paths}: your keys, or what is private.", paths=named),)
    command = f"chmod o= {shlex.join(map(str, open_to_all))}"
    return Finding(Verdict.BROKEN, facts, said("Close it to them:"), command)


def _tells_secrets(file: Path) -> bool:
    """Whether everybody can read a file of settings in which a secret stands."""
    try:
        return bool(file.stat().st_mode & stat.S_IROTH and _WITH_SECRETS.search(file.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return False
