"""A copy of the database made while others write: consistent, private, whole or not there."""

import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from fedi_artisan.errors import BadDatabase
from fedi_artisan.resources import folder
from fedi_artisan.storage.schema import migrate
from fedi_artisan.storage.snapshot import snapshot


@pytest.fixture
async def database(tmp_path: Path) -> Path:
    """Return a database of ours with some megabytes in two tables that always hold the same number of rows."""
    path = tmp_path / "it's a house?.sqlite3"
    await migrate(path, folder("migrations"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE left_hand (n INTEGER, filling TEXT)")
        connection.execute("CREATE TABLE right_hand (n INTEGER, filling TEXT)")
        for hand in ("left_hand", "right_hand"):
            connection.executemany(f"INSERT INTO {hand} VALUES (?, ?)", [(n, "x" * 1000) for n in range(3000)])  # noqa: S608 - ours
    return path


def counts(path: Path) -> tuple[int, int]:
    """Return how many rows both tables have."""
    with closing(sqlite3.connect(path)) as connection:
        left = connection.execute("SELECT count(*) FROM left_hand").fetchone()[0]
        right = connection.execute("SELECT count(*) FROM right_hand").fetchone()[0]
    return left, right


def test_the_copy_is_of_one_moment(database: Path, tmp_path: Path) -> None:
    """While somebody writes both tables all the time, the copy ends, with as much in both, and holds nobody."""
    target, over, waits = tmp_path / "copy.sqlite3", threading.Event(), []

    def write() -> None:
        with closing(sqlite3.connect(database, timeout=0.5, isolation_level=None)) as connection:
            while not over.is_set():
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO left_hand VALUES (0, 'y')")
                connection.execute("INSERT INTO right_hand VALUES (0, 'y')")
                connection.execute("COMMIT")
                waits.append(1)

    steps: list[tuple[int, int]] = []

    def count(done: int, total: int) -> None:
        steps.append((done, total))
        assert len(steps) < 60, "copying began anew"

    writer = threading.Thread(target=write)
    writer.start()
    try:
        snapshot(database, target, on_progress=count)
    finally:
        over.set()
        writer.join()
    left, right = counts(target)
    assert left == right >= 3000
    assert len(waits) > 10
    assert steps[-1][0] == steps[-1][1]


def test_the_copy_is_one_private_file(database: Path, tmp_path: Path) -> None:
    """Only its owner can read it, and nothing lies beside it, not even of a copy that was killed."""
    place = tmp_path / "copies"
    place.mkdir()
    target = place / "copy.sqlite3"
    target.write_bytes(b"of yesterday")
    (place / ".copy.sqlite3.part").write_bytes(b"half")
    (place / ".copy.sqlite3.part-journal").write_bytes(b"half")
    snapshot(database, target)
    assert [file.name for file in place.iterdir()] == ["copy.sqlite3"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    target.chmod(0o400)
    place.chmod(0o500)
    try:
        assert counts(target) == (3000, 3000), "readable where nothing can be written beside it"
    finally:
        place.chmod(0o700)


async def test_a_copy_stands_at_the_same_schema(database: Path, tmp_path: Path) -> None:
    """The copy can take the place of the database: it needs no migration, and can be written."""
    target = tmp_path / "copy.sqlite3"
    snapshot(database, target)
    assert await migrate(target, folder("migrations")) == []


def test_a_damaged_database_is_told(database: Path, tmp_path: Path) -> None:
    """What is damaged, no database, or not there is told as such; the copy of before stays, and no half one."""
    target = tmp_path / "copies" / "copy.sqlite3"
    target.parent.mkdir()
    target.write_bytes(b"of yesterday")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with database.open("r+b") as file:
        for page in range(40, 60):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)
    with pytest.raises(BadDatabase, match="damaged"):
        snapshot(database, target)
    (tmp_path / "text").write_text("no database" * 1000)
    with pytest.raises(BadDatabase, match="not a database"):
        snapshot(tmp_path / "text", target)
    with pytest.raises(BadDatabase, match="unable to open"):
        snapshot(tmp_path / "nowhere", target)
    assert not (tmp_path / "nowhere").exists()
    assert [file.read_bytes() for file in target.parent.iterdir()] == [b"of yesterday"]
