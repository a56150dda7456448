"""Databases of earlier versions become ones of this version; whatever happens on the way, nothing is lost."""

import asyncio
import contextlib
import gzip
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from fedi_artisan.app import build
from fedi_artisan.config import Config, parse
from fedi_artisan.errors import BadDatabase
from fedi_artisan.resources import folder
from fedi_artisan.services.upgrades import KEPT_COPIES, upgrade
from fedi_artisan.storage.db import migrations
from tests.house import free_socket, running
from tests.neighbour import ACTIVITY_JSON
from tests.unit.storage.conftest import NOW

SCHEMAS = Path(__file__).parents[2] / "data" / "schemas"
RELEASED = {int(file.name[:4]): file for file in sorted(SCHEMAS.glob("*.sqlite3.gz"))}
NEWEST = max(migrations(folder("migrations")))


def bring(data_dir: Path, schema: int) -> Config:
    """Return the settings of a house whose database stands at *schema*, as the release before it left it."""
    release = max(number for number in RELEASED if number <= schema)
    config = parse({"origin": "http://127.0.0.1:8000", "data_dir": str(data_dir)})
    data_dir.mkdir()
    config.database.write_bytes(gzip.decompress(RELEASED[release].read_bytes()))
    with contextlib.closing(sqlite3.connect(config.database, isolation_level=None)) as old:
        old.execute("PRAGMA journal_mode = WAL").fetchone()
        for number in range(release + 1, schema + 1):
            sql = migrations(folder("migrations"))[number].read_text(encoding="utf-8")
            old.executescript(f"BEGIN;{sql}PRAGMA user_version = {number};COMMIT;")
    return config


def rows(database: Path, sql: str) -> list[Any]:
    """Return rows of a database that nobody uses."""
    with contextlib.closing(sqlite3.connect(database)) as opened:
        return opened.execute(sql).fetchall()


def everything(database: Path) -> list[str]:
    """Return all that is in a database that nobody uses, as far as it is no index of words."""
    tables = rows(database, "SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    return [str(tables), *(str(rows(database, f"SELECT * FROM {name}")) for name, _ in tables if "word" not in name)]  # noqa: S608 - ours


def test_every_release_has_left_a_database() -> None:
    """Of each schema that was released there is a database, made with `python -m tests.schemas`."""
    assert set(RELEASED) >= {1, 2, 3, 11, 19}


@pytest.mark.parametrize("schema", range(1, NEWEST))
async def test_every_earlier_schema_becomes_the_newest(tmp_path: Path, schema: int) -> None:
    """Works, followers and answers are there afterwards, and a copy of how it was, for nobody else to read."""
    config = bring(tmp_path / "data", schema)
    before = everything(config.database)
    done = await upgrade(config, NOW)
    assert len(done.applied) == NEWEST - schema
    assert rows(config.database, "PRAGMA integrity_check") == [("ok",)]
    assert rows(config.database, "PRAGMA foreign_key_check") == []
    assert rows(config.database, "SELECT title, likes, announces, replies FROM works WHERE withdrawn_at IS NULL") == [
        ("Moon jar", 1, 1, 1),
        ("Wide bowl", 0, 0, 0),
    ]
    assert rows(config.database, "SELECT username FROM followers JOIN actors ON actors.id = actor_id") == [("anna",)]
    assert rows(config.database, "SELECT public, count(*) FROM replies GROUP BY public") == [(0, 1), (1, 1)]
    assert done.copy is not None
    assert everything(done.copy) == before
    assert stat.S_IMODE(done.copy.stat().st_mode) == 0o600
    assert await upgrade(config, NOW) == type(done)((), None)


@pytest.mark.parametrize("schema", RELEASED)
async def test_what_a_release_left_is_served(tmp_path: Path, schema: int) -> None:
    """Pages and documents of a house that was upgraded answer, and show what they showed."""
    config = bring(tmp_path / "data", schema)
    await upgrade(config, NOW)
    with free_socket() as listening:
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with running(build(config), listening), aiohttp.ClientSession(origin) as visitor:
            for path, words in (("/", "Moon jar"), ("/works/moon-jar", "Lovely"), ("/works", "Wide bowl")):
                async with visitor.get(path, headers={"Accept-Language": "en"}) as page:
                    text = await page.text()
                    assert (page.status, words in text, "How much" in text) == (200, words != "Lovely", False)
            async with visitor.get("/", headers={"Accept": ACTIVITY_JSON}) as document:
                actor = await document.json(content_type=None)
            for box, count in (("outbox", 2), ("followers", 1), ("following", 0)):
                async with visitor.get(actor[box].removeprefix("http://127.0.0.1:8000")) as collection:
                    assert (await collection.json(content_type=None))["totalItems"] == count, box


async def test_a_failed_upgrade_leaves_all_as_it_was_and_says_how_to_go_on(tmp_path: Path) -> None:
    """The version of before can be installed and started again: its database is the very one it left."""
    config = bring(tmp_path / "data", 11)
    before = everything(config.database)
    steps = tmp_path / "migrations"
    shutil.copytree(folder("migrations"), steps)
    (steps / f"{NEWEST + 1:04}_bad.sql").write_text("DELETE FROM likes_of_nobody;")
    with pytest.raises(BadDatabase, match=r"_bad\.sql failed and was undone") as told:
        await upgrade(config, NOW, migrations=steps)
    [copy] = config.upgrades_dir.iterdir()
    assert "Your database is as it was." in str(told.value)
    assert str(copy) in str(told.value)
    assert "Install the version of fedi-artisan that you had" in str(told.value)
    assert everything(config.database) == before == everything(copy)


async def test_a_killed_upgrade_leaves_all_as_it_was(tmp_path: Path) -> None:
    """However far it was, the next start begins anew."""
    config = bring(tmp_path / "data", 11)
    before = everything(config.database)
    steps = tmp_path / "migrations"
    shutil.copytree(folder("migrations"), steps)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0"
    (steps / f"{NEWEST + 1:04}_endless.sql").write_text(f"CREATE TABLE t (i INTEGER) STRICT; INSERT INTO t {endless};")
    code = (
        "import asyncio, sys; from pathlib import Path; from fedi_artisan.storage.schema import migrate;"
        f"asyncio.run(migrate(Path({str(config.database)!r}), Path({str(steps)!r})))"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=subprocess.DEVNULL)
    wal = config.database.with_name(config.database.name + "-wal")
    async with asyncio.timeout(20):
        # It writes in one transaction, which fits into the cache: its lock tells that it is at work.
        while not (wal.exists() and _is_locked(config.database)):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    assert everything(config.database) == before
    assert len((await upgrade(config, NOW)).applied) == NEWEST - 11


def _is_locked(database: Path) -> bool:
    """Whether somebody writes."""
    with contextlib.closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as opened:
        try:
            opened.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        opened.execute("ROLLBACK")
        return False


async def test_a_newer_database_is_left_alone_and_the_ways_back_are_named(tmp_path: Path) -> None:
    """Whoever installed an older program is told to install the newer one, or which copy is of a schema it knows."""
    config = bring(tmp_path / "data", 11)
    old = config.database.read_bytes()
    await upgrade(config, NOW)
    [copy] = config.upgrades_dir.iterdir()
    only_old = tmp_path / "migrations"
    only_old.mkdir()
    for number, file in migrations(folder("migrations")).items():
        if number <= 11:
            shutil.copy(file, only_old)
    with pytest.raises(BadDatabase, match="made by a newer fedi-artisan") as told:
        await upgrade(config, NOW, migrations=only_old)
    assert "Install the newer fedi-artisan again" in str(told.value)
    assert f"copy {copy} over it" in str(told.value)
    # What is said there works.
    shutil.copy(copy, config.database)
    assert await upgrade(config, NOW, migrations=only_old) == await upgrade(config, NOW, migrations=only_old)
    assert rows(config.database, "PRAGMA user_version") == [(11,)]
    copy.unlink()
    config.database.write_bytes(old)
    await upgrade(config, NOW, with_copy=False)
    assert os.listdir(config.upgrades_dir) == []  # noqa: PTH208 - only the names matter
    with pytest.raises(BadDatabase) as bare:
        await upgrade(config, NOW, migrations=only_old)
    assert "copy" not in str(bare.value)


async def test_only_the_last_copies_are_kept(tmp_path: Path) -> None:
    """Copies of long ago make way; other files in the folder are nobody's business."""
    config = bring(tmp_path / "data", 2)
    config.upgrades_dir.mkdir()
    older = [config.upgrades_dir / f"2020010{day}T000000Z-schema-0001.sqlite3" for day in (1, 2, 3)]
    for file in (*older, config.upgrades_dir / "letter.txt"):
        file.touch()
    done = await upgrade(config, NOW)
    kept = [*older, done.copy][-KEPT_COPIES:]
    assert {*config.upgrades_dir.iterdir()} == {*kept, config.upgrades_dir / "letter.txt"}


async def test_a_clock_that_went_back_takes_no_copy_away(tmp_path: Path) -> None:
    """The copy that was made a moment ago stays, however old it looks beside those of a clock that went ahead."""
    config = bring(tmp_path / "data", 19)
    config.upgrades_dir.mkdir()
    ahead = [config.upgrades_dir / f"209{year}0101T000000Z-schema-0001.sqlite3" for year in (1, 2, 3)]
    for file in ahead:
        file.touch()
    done = await upgrade(config, NOW)
    assert {*config.upgrades_dir.iterdir()} == {done.copy, ahead[-1]}


async def test_tries_that_fail_again_and_again_do_not_fill_the_disk(tmp_path: Path) -> None:
    """Of the same schema, the first copy and the last one stay; what a copy left that was cut short goes."""
    config = bring(tmp_path / "data", 19)
    steps = tmp_path / "migrations"
    shutil.copytree(folder("migrations"), steps)
    (steps / f"{NEWEST + 1:04}_bad.sql").write_text("DELETE FROM likes_of_nobody;")
    config.upgrades_dir.mkdir()
    older = config.upgrades_dir / "20200101T000000Z-schema-0018.sqlite3"
    older.touch()
    for minute in range(5):
        at = NOW + timedelta(minutes=minute)
        (config.upgrades_dir / f".{at - timedelta(seconds=9):%Y%m%dT%H%M%SZ}-schema-0019.sqlite3.part").touch()
        with pytest.raises(BadDatabase):
            await upgrade(config, at, migrations=steps)
    first, last = (config.upgrades_dir / f"{moment:%Y%m%dT%H%M%SZ}-schema-0019.sqlite3" for moment in (NOW, at))
    assert {*config.upgrades_dir.iterdir()} == {older, first, last}


async def test_a_damaged_database_is_not_upgraded(tmp_path: Path) -> None:
    """What cannot be copied is not changed: the copy is the only way back."""
    config = bring(tmp_path / "data", 11)
    with config.database.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(40_000))
    broken = config.database.read_bytes()
    with pytest.raises(BadDatabase, match=r"damaged|malformed"):
        await upgrade(config, NOW)
    assert config.database.read_bytes() == broken
