"""Restoring: into an empty folder, whole or not at all, and what the home says afterwards is new to everybody."""

import contextlib
import gzip
import io
import json
import os
import sqlite3
import tarfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from fedi_artisan.config import load
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.works import Draft
from fedi_artisan.errors import BadBackup, BadInput, DiskFull
from fedi_artisan.services import works as works_service
from fedi_artisan.services.backups.adapting import adapt
from fedi_artisan.services.backups.layout import DATABASE
from fedi_artisan.services.backups.orders import Made, Order
from fedi_artisan.services.backups.restoring import UNFINISHED, look, restore
from fedi_artisan.services.backups.writing import Writing
from fedi_artisan.storage import works
from tests.backups.furnished import NO_KEYS, Home
from tests.house import House


@pytest.fixture
async def made(home: Home, tmp_path: Path) -> Made:
    """A backup of the home."""
    return await home.back_up(Order(to=tmp_path / "one.tar"))


def rewritten(made: Made, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Return the backup as somebody else could write it: with other entries, and sums that hold."""
    with tarfile.open(made.file) as file:
        entries = {
            info.name: file.extractfile(info).read()  # type: ignore[union-attr]
            for info in file
            if info.name not in {"SHA256SUMS", "END"}
        }
    change(entries)
    sink = io.BytesIO()
    writing = Writing(sink, made.about.made_at, lambda _bytes: None)
    for name, content in entries.items():
        writing.put(name, content)
    writing.finish()
    forged = made.file.with_name("forged.tar")
    forged.write_bytes(sink.getvalue())
    return forged


def test_a_folder_with_something_in_it_is_left_alone(made: Made, home: Home, tmp_path: Path) -> None:
    """Nothing is restored over another server, nor into a folder of something else; an empty one is used."""
    before = home.files()
    for place in (home.folder, tmp_path, made.file):
        with pytest.raises(BadInput, match=r"is not empty|is a file"):
            restore(made.file, place, NO_KEYS)
    assert home.files() == before
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / UNFINISHED / "data").mkdir(parents=True)
    restore(made.file, tmp_path / "empty", NO_KEYS)
    assert Home(tmp_path / "empty").files() == before


def test_what_is_damaged_is_not_restored(made: Made, tmp_path: Path) -> None:
    """Of a damaged backup nothing stays in the folder, and the damaged file is named."""
    content = made.file.read_bytes()
    at = content.index(b"h1 { color: teal }")
    made.file.write_bytes(content[:at] + b"X" + content[at + 1 :])
    with pytest.raises(BadBackup, match=r"one\.tar: theme/static/été\.css: not as it was"):
        restore(made.file, tmp_path / "again", NO_KEYS)
    assert list((tmp_path / "again").iterdir()) == []
    # What fills the last block is summed up by nothing behind it.
    last = len(content) - 2 * tarfile.BLOCKSIZE - 1
    made.file.write_bytes(content[:last] + b"X" + content[last + 1 :])
    with pytest.raises(BadBackup, match="damaged"):
        look(made.file, NO_KEYS)
    made.file.write_bytes(content[: len(content) // 2])
    with pytest.raises(BadBackup, match="not whole"):
        look(made.file, NO_KEYS)
    made.file.write_bytes(b"")
    with pytest.raises(BadBackup):
        look(made.file, NO_KEYS)


def _damage(entries: dict[str, bytes]) -> None:
    content = bytearray(gzip.decompress(entries[DATABASE]))
    content[4096 * 8 : 4096 * 12] = b"\xff" * 4096 * 4
    entries[DATABASE] = gzip.compress(bytes(content))


def _newer(entries: dict[str, bytes]) -> None:
    content = bytearray(gzip.decompress(entries[DATABASE]))
    content[60:64] = (9999).to_bytes(4, "big")
    entries[DATABASE] = gzip.compress(bytes(content))


def _lose(entries: dict[str, bytes]) -> None:
    del entries[next(name for name in entries if name.startswith("media/"))]


def _without(name: str) -> Callable[[dict[str, bytes]], None]:
    return lambda entries: entries.__delitem__(name)


def _with(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda entries: entries.__setitem__(name, content)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_damage, "the database in it is damaged|malformed"),
        (_newer, r"made by fedi-artisan [0-9.]+, which is newer"),
        (_lose, "the database speaks of this photograph"),
        (_without(DATABASE), "the configuration or the database is not in it"),
        (_without("config.toml"), "the configuration or the database is not in it"),
        (_with(DATABASE, b"no gzip"), "cannot be unpacked"),
        (_with(DATABASE, gzip.compress(b"no database" * 99)), "file is not a database"),
        (_with(DATABASE, gzip.compress(bytes(100_000_000))), "larger than the backup says"),
        (_with("config.toml", b"= ="), r"config\.toml: cannot be read"),
        (_with("config.toml", b"x" * 1_000_001), "longer than such a file can be"),
        (_with("theme/static", b"a file"), "want the same place"),
        (_with("BASE-SHA256SUMS", b"0" * 64 + b"  tls/x\n"), "stands in a whole backup"),
    ],
)
def test_sums_that_hold_are_not_enough(
    made: Made, tmp_path: Path, change: Callable[[dict[str, bytes]], None], why: str
) -> None:
    """What somebody made up is refused although its sums hold: nobody serves from what cannot be served."""
    with pytest.raises(BadBackup, match=why):
        restore(rewritten(made, change), tmp_path / "again", NO_KEYS)
    assert list((tmp_path / "again").iterdir()) == []


def test_a_table_without_end_is_refused(made: Made, tmp_path: Path) -> None:
    """Where somebody made a table up out of nothing, counting what is in it would never end, and fill the disk."""
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS file FROM n"

    def invent(entries: dict[str, bytes]) -> None:
        database = tmp_path / "made up.sqlite3"
        database.write_bytes(gzip.decompress(entries[DATABASE]))
        with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as opened:
            opened.execute("DROP VIEW small_copies")
            opened.execute(f"CREATE VIEW small_copies AS {endless}")
        entries[DATABASE] = gzip.compress(database.read_bytes())
        about = json.loads(entries["about.json"]) | {"database_bytes": database.stat().st_size}
        entries["about.json"] = json.dumps(about).encode()

    with pytest.raises(BadBackup, match="interrupted"):
        look(rewritten(made, invent), NO_KEYS)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "/", "x" * 300, "forged.tar", "a/127.0.0.1-20260101T000000Z-whole.tar"]
)
def test_only_a_backup_is_looked_for_beside_it(made: Made, name: str) -> None:
    """What it says that it needs beside it is the name of a backup, or it is damaged."""

    def rest(entries: dict[str, bytes]) -> None:
        about = json.loads(entries["about.json"]) | {"base": {"name": name, "id": "x"}}
        entries["about.json"] = json.dumps(about).encode()

    with pytest.raises(BadBackup, match="not the name of a backup"):
        look(rewritten(made, rest), NO_KEYS)


def test_a_backup_that_says_it_is_huge_is_refused_at_once(made: Made, tmp_path: Path) -> None:
    """Where there is no room for what a backup says it holds, nothing is unpacked."""

    def boast(entries: dict[str, bytes]) -> None:
        entries["about.json"] = json.dumps(json.loads(entries["about.json"]) | {"database_bytes": 10**18}).encode()

    with pytest.raises(DiskFull, match="has room for"):
        restore(rewritten(made, boast), tmp_path / "again", NO_KEYS)


def test_no_link_is_followed(made: Made, tmp_path: Path) -> None:
    """A folder in which there is a link, or which is one that leads nowhere, is not written to."""
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "config.toml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadInput, match=r"is not empty|is a file"):
        restore(made.file, tmp_path / "again", NO_KEYS)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises((BadInput, FileExistsError)):
        restore(made.file, tmp_path / "link", NO_KEYS)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of somebody else")
def test_a_folder_of_somebody_else_gets_no_keys(made: Made, tmp_path: Path) -> None:
    """Its owner could exchange what is in it meanwhile."""
    (tmp_path / "again").mkdir()
    os.chown(tmp_path / "again", 990, 990)
    with pytest.raises(BadInput, match="belongs to somebody else"):
        restore(made.file, tmp_path / "again", NO_KEYS)
    assert list((tmp_path / "again").iterdir()) == []


@pytest.mark.parametrize("place", [".restoring/x", ".restoring", "config.toml", "a/config.toml", ".ssh"])
def test_the_data_folder_is_in_nobodys_way(place: str) -> None:
    """A configuration cannot have the data be lost with what is unfinished, or stand where it stands itself."""
    adapted = adapt(f'origin = "https://atelier.example"\ndata_dir = "{place}"\n'.encode())
    assert (str(adapted.data_dir), adapted.former) == ("data", place)


ABSOLUTE = b"""# Mine.
origin = "https://atelier.example" # for good
data_dir = '/var/lib/fedi-artisan' # here
listen = "127.0.0.1:8000"

[media] # far away
bucket = "photos"
bucket_region = "x"
bucket_key_id = "y"
"""


def test_the_configuration_fits_its_new_place() -> None:
    """A data folder elsewhere becomes one beside the file, and every other word stays; one beside it stays as it is."""
    adapted = adapt(ABSOLUTE)
    assert adapted.text == ABSOLUTE.decode().replace("'/var/lib/fedi-artisan' # here", '"data"')
    assert (adapted.former, str(adapted.data_dir), adapted.needs_secret) == ("/var/lib/fedi-artisan", "data", True)
    inside = b'origin = "https://atelier.example"\r\ndata_dir = "var/house"\r\n'
    adapted = adapt(inside)
    assert (adapted.text.encode(), str(adapted.data_dir), adapted.former) == (inside, "var/house", None)
    assert adapt(b'origin = "https://atelier.example"\n').text == 'origin = "https://atelier.example"\n'


@pytest.mark.parametrize(
    "text",
    [
        b'data_dir = """\n/var/lib"""\n',
        b'x = """\ndata_dir = 1\n"""\ndata_dir = "/var/lib"\n',
        b"data_dir = 7\n",
        b"\xff",
    ],
)
def test_a_configuration_that_cannot_be_changed_is_told(text: bytes) -> None:
    """Nothing is served from the old folder by mistake: what cannot be changed is told."""
    with pytest.raises(BadBackup, match=r"config\.toml"):
        adapt(text)


async def test_a_home_in_one_folder_stays_so(home: Home, tmp_path: Path) -> None:
    """Where configuration and data lie in the same folder, they do so again."""
    (home.folder / "data" / "config.toml").write_text(home.file.read_text() + 'data_dir = "."\n', encoding="utf-8")
    together = Home(home.folder / "data")
    made = await together.back_up(Order(to=tmp_path / "one.tar"))
    restore(made.file, tmp_path / "again", NO_KEYS)
    again = Home(tmp_path / "again")
    assert load(again.file).data_dir == again.folder
    assert (again.files(), again.tables()) == (together.files(), together.tables())


async def test_what_an_old_backup_says_later_is_new_to_others(home: Home, made: Made, tmp_path: Path) -> None:
    """In a home of before, edits have ids that were never used, and are newer than those of which nothing is known.

    Source: WIRE 8.1.
    """

    async def edit(house: House, title: str, later: timedelta) -> dict[str, object]:
        [uid] = [row["uid"] for row in await house.rows("SELECT uid FROM works WHERE slug = 'moon-jar'")]
        async with house.db.write() as tx:
            work = await works.get(tx, uid)
            await works_service.revise(tx, house.uris, work, Draft(title=title), utc_now() + later)
        [row] = await house.rows("SELECT body FROM activities WHERE type = 'Update' ORDER BY id DESC LIMIT 1")
        said: dict[str, object] = json.loads(row["body"])
        return said

    async with home.opened() as house:
        lost = [await edit(house, f"Version {number}", timedelta(seconds=number)) for number in range(3)]
    restore(made.file, tmp_path / "again", NO_KEYS)
    async with Home(tmp_path / "again").opened() as house:
        now = [await edit(house, f"Other {number}", timedelta(seconds=60 + number)) for number in range(3)]
    assert len({str(said["id"]) for said in (*lost, *now)}) == 6
    moments = [said["object"]["updated"] for said in (*lost, *now)]  # type: ignore[index]
    assert moments == sorted(set(moments))
