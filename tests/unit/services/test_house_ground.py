"""What is wrong with what the house stands on is found: settings, disk, folder, database, and the machine."""

import contextlib
import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fedi_artisan.config import Config, parse, salvage
from fedi_artisan.domain.house import Check, Verdict
from fedi_artisan.services import house
from fedi_artisan.services.house.looks import bare
from fedi_artisan.services.house.world import Memory, World
from fedi_artisan.serving.lock import only_server
from tests.house import furnish
from tests.unit.services.test_house import told

OK, LOOK, BROKEN = Verdict.OK, Verdict.LOOK, Verdict.BROKEN
ORIGIN = "https://atelier.example"
_SOMEBODY = 65534


@pytest.fixture
async def config(tmp_path: Path) -> Config:
    """A data folder as `init` makes it."""
    made = parse({"origin": ORIGIN, "data_dir": str(tmp_path / "data")})
    made.data_dir.mkdir(mode=0o700)
    await furnish(made)
    return made


async def look(config: Config, name: str, world: World | None = None, **given: Any) -> Check:
    """Return what is found under a name."""
    looks = bare(config, world=world, **given)
    (check,) = await house.go_round([one for one in looks if one.name == name])
    return check


async def test_a_new_house_stands_well(config: Config) -> None:
    """Nothing is wrong with it."""
    found = await house.go_round(bare(config))
    assert {check.name: told(check) for check in found if check.verdict is not OK} == {}


# --- The disk


@contextlib.contextmanager
def small_disk(place: Path, options: str) -> Iterator[World]:
    """Give a world in which the folder lies on a small disk: a real one for the superuser, for others its figures."""
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "none", place], capture_output=True, check=False
        ).returncode
    )
    try:
        yield World() if mounted else World(statvfs=lambda path: figures(options))
    finally:
        if mounted:
            subprocess.run(["umount", place], check=True)


def figures(options: str) -> Any:
    """Return what the system would say of a new disk of this kind."""
    given = dict(one.partition("=")[::2] for one in options.split(","))
    size = int(given.get("size", "10000000000"))
    files = int(given.get("nr_inodes", "1000000"))
    flag = os.ST_RDONLY if "ro" in given else 0
    return SimpleNamespace(f_bavail=size // 4096, f_frsize=4096, f_files=files, f_favail=files, f_flag=flag)


@pytest.mark.parametrize(
    ("name", "options", "verdict", "words"),
    [
        ("disk", "size=50000000", BROKEN, "df -h"),
        ("disk", "size=500000000", LOOK, "df -h"),
        ("disk", "size=2000000000,nr_inodes=300", BROKEN, "df -i"),
        ("disk", "size=2000000000,nr_inodes=3000", LOOK, "only"),
        ("disk", "size=2000000000,nr_inodes=30000", OK, "are free"),
        ("folder", "size=2000000000,ro", BROKEN, "can only be read"),
    ],
)
async def test_a_full_or_read_only_disk_is_found(
    tmp_path: Path, name: str, options: str, verdict: Verdict, words: str
) -> None:
    """Too few bytes, too few files, or none at all that could be written."""
    place = tmp_path / "data"
    place.mkdir(mode=0o700)
    with small_disk(place, options) as world:
        check = await look(parse({"origin": ORIGIN, "data_dir": str(place)}), name, world)
    assert (check.verdict, words in told(check)) == (verdict, True), told(check)


# --- The folder


async def test_a_missing_folder_is_found(tmp_path: Path) -> None:
    """Where the disk of the data folder is not there, nothing else is to blame."""
    check = await look(parse({"origin": ORIGIN, "data_dir": str(tmp_path / "gone")}), "folder")
    assert (check.verdict, "is not there" in told(check)) == (BROKEN, True), told(check)


@contextlib.contextmanager
def open_folder(mode: int) -> Iterator[Path]:
    """Give a folder at a place that every user can reach."""
    with tempfile.TemporaryDirectory() as made_in:
        Path(made_in).chmod(0o755)
        place = Path(made_in) / "data"
        place.mkdir(mode=mode)
        yield place


@contextlib.contextmanager
def as_somebody(place: Path, owner: int) -> Iterator[None]:
    """Be no superuser for a while, where one is; the folder belongs to *owner*."""
    if os.geteuid() != 0:
        yield
        return
    os.chown(place, owner, owner)
    os.seteuid(_SOMEBODY)
    try:
        yield
    finally:
        os.seteuid(0)


async def test_a_folder_that_cannot_be_written_is_found() -> None:
    """Whoever may not write into her own folder is told how to."""
    with open_folder(0o500) as place, as_somebody(place, _SOMEBODY):
        check = await look(parse({"origin": ORIGIN, "data_dir": str(place)}), "folder")
    assert (check.verdict, check.command) == (BROKEN, f"chmod u+rwx {place}"), told(check)


async def test_the_folder_of_another_is_found() -> None:
    """Who asks as another user than the server's is told as whom to ask."""
    with open_folder(0o700) as place, as_somebody(place, 0):
        check = await look(parse({"origin": ORIGIN, "data_dir": str(place)}), "folder")
        mine = place.stat().st_uid == os.geteuid()
    expected = (OK, "") if mine else (LOOK, "sudo -u root fedi-artisan doctor")
    assert (check.verdict, check.command) == expected, told(check)


async def test_files_of_another_user_are_found(config: Config) -> None:
    """After a command that was typed as another user, the server could not write any more."""
    if os.geteuid() != 0:
        assert (await look(config, "folder")).verdict is OK
        return
    os.chown(config.database, _SOMEBODY, _SOMEBODY)
    check = await look(config, "folder")
    assert (check.verdict, check.command) == (BROKEN, f"sudo chown -R root: {config.data_dir}"), told(check)


@pytest.mark.parametrize(("kind", "verdict"), [("nfs4", LOOK), ("cifs", LOOK), ("ext4", OK)])
async def test_a_network_disk_is_found(config: Config, kind: str, verdict: Verdict) -> None:
    """Databases come to harm on disks that are reached by a network; the innermost disk counts."""
    data = str(config.data_dir).replace(" ", "\\040")
    mounts = f"none / nfs rw 0 0\nserver:/home {data} {kind} rw 0 0\nnone {data}/media/deep sshfs rw 0 0\nbroken\n"
    check = await look(config, "folder", World(mounts=lambda: mounts))
    assert check.verdict is verdict, told(check)


async def test_open_secrets_are_found(config: Config, tmp_path: Path) -> None:
    """What every user of the machine can read is told, with the command that closes it; and only that."""
    file = tmp_path / "config.toml"
    file.write_text(f'origin = "{ORIGIN}"\n')
    file.chmod(0o644)
    assert (await look(config, "secrets", file=file)).verdict is OK
    file.write_text(f'origin = "{ORIGIN}"\n[media]\nbucket_secret = "x"\n')
    check = await look(config, "secrets", file=file)
    assert (check.verdict, check.command) == (BROKEN, f"chmod o= {file}"), told(check)
    file.chmod(0o640)
    config.data_dir.chmod(0o755)
    config.database.chmod(0o644)
    check = await look(config, "secrets", file=file)
    assert (check.verdict, check.command) == (BROKEN, f"chmod o= {config.database}"), told(check)
    config.database.chmod(0o600)
    for folder in (config.upgrades_dir, config.tls_dir):
        folder.mkdir(mode=0o755)
        check = await look(config, "secrets", file=file)
        assert (check.verdict, check.command) == (BROKEN, f"chmod o= {folder}"), told(check)
        folder.chmod(0o700)
    config.data_dir.chmod(0o755)
    config.database.chmod(0o644)
    config.data_dir.chmod(0o700)
    assert (await look(config, "secrets", file=file)).verdict is OK


# --- The database


def written_over(config: Config) -> None:
    """Damage a page of it."""
    with contextlib.closing(sqlite3.connect(config.database)) as opened:
        page = opened.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'works'").fetchone()[0]
        size = opened.execute("PRAGMA page_size").fetchone()[0]
    with config.database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 200)


def said_to_be(version: int) -> Callable[[Config], None]:
    """Give it another version."""

    def change(config: Config) -> None:
        run(config, f"PRAGMA user_version = {version}")

    return change


def run(config: Config, sql: str) -> None:
    """Do something in the database that nobody should."""
    with contextlib.closing(sqlite3.connect(config.database, isolation_level=None)) as opened:
        opened.execute(sql)


STRAY = "UPDATE keys SET artisan_id = 999 WHERE artisan_id IS NOT NULL"


def put(config: Config, content: bytes) -> None:
    """Put something else in its place."""
    config.database.write_bytes(content)


def grow(config: Config) -> None:
    """Leave a large log beside it, which takes no room."""
    with config.database.with_name(f"{config.database.name}-wal").open("wb") as log:
        log.truncate(300_000_000)


DATABASES: dict[str, tuple[Callable[[Config], None], Verdict, str]] = {
    "damaged": (written_over, BROKEN, "malformed"),
    "something else": (lambda config: put(config, b"not a database at all" * 100), BROKEN, "cannot be read"),
    "cut off": (lambda config: put(config, config.database.read_bytes()[:10_000]), BROKEN, "last copy"),
    "gone": (lambda config: config.database.unlink(), BROKEN, "there is no database yet"),
    "older": (said_to_be(1), BROKEN, "fedi-artisan migrate"),
    "newer": (said_to_be(9999), BROKEN, "newer version"),
    "strays": (lambda config: run(config, STRAY), LOOK, "in keys"),
    "a log that grows": (grow, LOOK, "300"),
}


@pytest.mark.parametrize("fault", DATABASES)
async def test_what_is_wrong_with_the_database_is_found(config: Config, fault: str) -> None:
    """Damage, another schema, rows that belong to nobody, and a log that is never tidied."""
    change, verdict, words = DATABASES[fault]
    change(config)
    check = await look(config, "database")
    assert (check.verdict, words in told(check)) == (verdict, True), told(check)


# --- The machine


def same(memory: Memory | None) -> Memory | None:
    """Return what was given."""
    return memory


async def test_little_memory_is_found(config: Config) -> None:
    """Less than a photograph may take; swap counts as well; a machine that says nothing is no fault."""
    for memory, verdict in ((Memory(200_000_000, 0), LOOK), (Memory(200_000_000, 10**9), OK), (None, Verdict.UNKNOWN)):
        check = await look(config, "memory", World(memory=partial(same, memory)))
        assert check.verdict is verdict, told(check)


async def test_few_files_are_found(config: Config) -> None:
    """How many files the running server may have open is told by the system; of no server nothing is told."""
    world = World(memory=lambda: Memory(10**9, 0), open_files_of=lambda process: 256)
    assert (await look(config, "memory", world)).verdict is OK
    with only_server(config):
        check = await look(config, "memory", world)
        assert (await look(config, "memory")).verdict is OK
    assert (check.verdict, check.command.startswith("LimitNOFILE=")) == (LOOK, True), told(check)


# --- The settings


@pytest.mark.parametrize(
    ("written", "addressed", "words"),
    [
        (f'origin = "{ORIGIN}"\nlisten_on = "x:1"', True, "listen_on: there is no such setting (did you mean listen?"),
        (f'origin = "{ORIGIN}"\n[media]\nquota = 5', True, "did you mean quota_bytes?"),
        (f'origin = "{ORIGIN}/"', False, "no trailing slash"),
        ('data_dir = "data"', False, "origin: is missing"),
        (f'origin = "{ORIGIN}"\n[media]\nbucket = "photographs"', True, "media.bucket_key_id: is missing"),
    ],
)
async def test_settings_that_cannot_be_used_are_told_with_all_the_rest(
    config: Config, tmp_path: Path, written: str, addressed: bool, words: str
) -> None:
    """What is wrong is told, and what was probably meant; the rest is used, so that all else can be looked at."""
    file = tmp_path / "config.toml"
    file.write_text(written)
    salvaged = salvage(file)
    assert (salvaged.addressed, salvaged.config.data_dir) == (addressed, config.data_dir)
    check = await look(salvaged.config, "settings", file=file, problems=salvaged.problems)
    assert (check.verdict, words in told(check)) == (BROKEN, True), told(check)
    assert (await look(salvaged.config, "database")).verdict is OK
