"""How the database comes to its schema, and what the schema holds to."""

import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from fedi_artisan.errors import BadDatabase
from fedi_artisan.resources import folder
from fedi_artisan.storage.db import Database, fetch_all, migrations
from fedi_artisan.storage.schema import migrate
from tests.unit.storage.counting import add, count, is_sound


class Wrong(Exception):
    """Something that goes wrong in a test."""


async def test_a_database_is_made_from_nothing(tmp_path: Path) -> None:
    """Migrating makes folder and file, readable for nobody else, at the newest version, and says what it did."""
    path = tmp_path / "new" / "deep" / "test.sqlite3"
    applied = await migrate(path, folder("migrations"))
    assert applied == [file.name for file in migrations(folder("migrations")).values()]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with sqlite3.connect(path) as bare:
        assert bare.execute("PRAGMA user_version").fetchone()[0] == max(migrations(folder("migrations")))
        assert bare.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    bare.close()


async def test_migrating_twice_changes_nothing(db: Database, path: Path) -> None:
    """The second time there is nothing to apply, and what was written stays."""
    async with db.write() as tx:
        await add(tx, "kept")
    assert await migrate(path, folder("migrations")) == []
    assert await count(db) == 1


async def test_a_newer_database_is_refused(path: Path) -> None:
    """A database made by a newer program is neither opened nor migrated, and says so."""
    with sqlite3.connect(path) as bare:
        bare.execute("PRAGMA user_version = 99")
    bare.close()
    with pytest.raises(BadDatabase, match="newer fedi-artisan"):
        await Database.open(path, folder("migrations"))
    with pytest.raises(BadDatabase, match="newer fedi-artisan"):
        await migrate(path, folder("migrations"))


async def test_an_older_database_is_refused_with_the_way_out(path: Path) -> None:
    """A database that must be migrated first says how."""
    with sqlite3.connect(path) as bare:
        bare.execute("PRAGMA user_version = 0")
    bare.close()
    with pytest.raises(BadDatabase, match="fedi-artisan migrate"):
        await Database.open(path, folder("migrations"))


async def test_a_missing_database_is_refused_and_not_made(tmp_path: Path) -> None:
    """Opening makes no file: an empty database in the wrong folder would look like lost works."""
    path = tmp_path / "none.sqlite3"
    with pytest.raises(BadDatabase, match="fedi-artisan init"):
        await Database.open(path, folder("migrations"))
    assert not path.exists()


async def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    """Another file, or a folder, fails in the one way that all wrong databases do."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear Maria, this is a letter and no database at all." * 100)
    for wrong in (path, tmp_path):
        with pytest.raises(BadDatabase):
            await Database.open(wrong, folder("migrations"))
        with pytest.raises(BadDatabase):
            await migrate(wrong, folder("migrations"))
    assert path.read_text().startswith("Dear Maria")


async def test_a_failing_migration_leaves_everything_as_it_was(tmp_path: Path, path: Path) -> None:
    """All migrations are one transaction: where one fails nothing of any is there."""
    steps = tmp_path / "migrations"
    shutil.copytree(folder("migrations"), steps)
    first = max(migrations(steps)) + 1
    (steps / f"{first:04}_good.sql").write_text("CREATE TABLE good (id INTEGER PRIMARY KEY) STRICT;")
    (steps / f"{first + 1:04}_bad.sql").write_text(
        "CREATE TABLE half (id INTEGER PRIMARY KEY) STRICT; DELETE FROM shown; INSERT INTO nowhere VALUES (1);"
    )
    for _ in range(2):
        with pytest.raises(BadDatabase, match=r"_bad\.sql failed and was undone: no such table: nowhere"):
            await migrate(path, steps)
        with sqlite3.connect(path) as bare:
            tables = {name for (name,) in bare.execute("SELECT name FROM sqlite_master")}
            assert bare.execute("PRAGMA user_version").fetchone()[0] == first - 1
            assert bare.execute("SELECT count(*) FROM shown").fetchone()[0] == 1
        bare.close()
        assert not {"good", "half"} & tables
    (steps / f"{first + 1:04}_bad.sql").write_text("CREATE TABLE whole (id INTEGER PRIMARY KEY) STRICT;")
    assert (await migrate(path, steps))[-2:] == [f"{first:04}_good.sql", f"{first + 1:04}_bad.sql"]


async def test_a_migration_that_leaves_strays_is_undone(tmp_path: Path, path: Path) -> None:
    """What refers to a row that a migration took away, unseen as its references were asleep, is seen before the end."""
    await migrate(path, folder("migrations"))
    steps = tmp_path / "migrations"
    shutil.copytree(folder("migrations"), steps)
    number = max(migrations(steps)) + 1
    (steps / f"{number:04}_strays.sql").write_text(
        "CREATE TABLE whole (id INTEGER PRIMARY KEY) STRICT;"
        "CREATE TABLE part (id INTEGER PRIMARY KEY,"
        " whole_id INTEGER REFERENCES whole DEFERRABLE INITIALLY DEFERRED) STRICT;"
        "INSERT INTO part VALUES (1, 1);"
    )
    with pytest.raises(BadDatabase, match="something in part lost what it belongs to"):
        await migrate(path, steps)
    with sqlite3.connect(path) as bare:
        assert bare.execute("PRAGMA user_version").fetchone()[0] == number - 1
        assert not bare.execute("SELECT 1 FROM sqlite_master WHERE name = 'part'").fetchone()
    bare.close()


async def test_every_table_is_strict_and_every_reference_is_found_quickly(db: Database) -> None:
    """SQLite holds each column to its type, and deleting an actor never reads a whole table to find what was hers."""
    async with db.read() as tx:
        tables = await fetch_all(tx, "PRAGMA table_list")
        ours = [row["name"] for row in tables if row["type"] == "table" and not row["name"].startswith("sqlite_")]
        assert len(ours) > 10
        assert {row["name"] for row in tables if row["name"] in ours and not row["strict"]} == set()
        for name in ours:
            for reference in await fetch_all(tx, "SELECT * FROM pragma_foreign_key_list(?)", (name,)):
                if reference["on_delete"] != "CASCADE":
                    continue
                leading = await fetch_all(
                    tx,
                    """
                    SELECT columns.name FROM pragma_index_list(?) AS indexes, pragma_index_info(indexes.name) AS columns
                    WHERE columns.seqno = 0
                    """,
                    (name,),
                )
                found = {row["name"] for row in leading}
                # A primary key of whole numbers is the row's own number, and needs no index.
                columns = await fetch_all(tx, "SELECT name, pk FROM pragma_table_info(?)", (name,))
                found |= {row["name"] for row in columns if row["pk"] == 1}
                assert reference["from"] in found, f"{name}.{reference['from']}"


async def test_a_wrong_type_is_refused(db: Database) -> None:
    """A text where a number belongs is refused by the database itself."""
    with pytest.raises(sqlite3.IntegrityError):
        async with db.write() as tx:
            await tx.execute("INSERT INTO ignored (type, count) VALUES ('x', 'many')")
    assert await is_sound(db)


async def test_a_reference_to_nothing_is_refused(db: Database) -> None:
    """Foreign keys are held on every connection."""
    with pytest.raises(sqlite3.IntegrityError):
        async with db.write() as tx:
            await tx.execute(
                "INSERT INTO followers (artisan_id, actor_id, follow_uri, followed_at) VALUES (1, 1, 'x', 0)"
            )
    assert await is_sound(db)
