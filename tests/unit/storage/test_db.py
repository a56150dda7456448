"""The database: opening, migrating, and transactions that are whole or nothing."""

import asyncio
import shutil
import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fedi_artisan.errors import BadDatabase, DiskFull
from fedi_artisan.resources import folder
from fedi_artisan.storage.db import (
    Database,
    Tx,
    fetch_all,
    fetch_one,
    fetch_value,
    from_ms,
    migrations,
    moment_or_none,
    savepoint,
    to_ms,
)
from fedi_artisan.storage.schema import migrate

# Long enough to be interrupted, short enough to wait for.
SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT count(*) FROM n"


async def count(db: Database) -> int:
    """Return how many types are counted as ignored: a table that is easily written to."""
    async with db.read() as tx:
        return await fetch_value(tx, "SELECT count(*) FROM ignored")


async def add(tx: Tx, name: str) -> None:
    """Write something."""
    await tx.execute("INSERT INTO ignored (type, count) VALUES (?, 1)", (name,))


async def is_sound(db: Database) -> bool:
    """Whether writing still works, and no transaction was left open."""
    before = await count(db)
    async with db.write() as tx:
        await add(tx, f"afterwards {before}")
    return await count(db) == before + 1 and not tx.in_transaction


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


async def test_writing_is_whole_or_nothing(db: Database) -> None:
    """Whatever goes wrong in the block, nothing of it stays, and the next transaction is a new one."""

    async def write(failure: BaseException) -> None:
        async with db.write() as tx:
            await add(tx, "gone")
            raise failure

    for failure in (Wrong(), KeyboardInterrupt(), asyncio.CancelledError()):
        with pytest.raises(type(failure)):
            await write(failure)
        assert await count(db) == 0
    assert await is_sound(db)


async def test_cancelling_in_the_middle_of_a_statement_leaves_nothing_behind(db: Database) -> None:
    """A cancelled statement still runs in its thread; undoing stands behind it, and the next writer behind that."""
    begun = asyncio.Event()

    async def write() -> None:
        async with db.write() as tx:
            await add(tx, "gone")
            begun.set()
            await fetch_value(tx, SLOW)
            await add(tx, "gone as well")

    task = asyncio.create_task(write())
    await begun.wait()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await count(db) == 0
    assert await is_sound(db)


async def test_cancelling_at_any_moment_leaves_no_transaction_open(db: Database) -> None:
    """Cancelled while it begins, works or ends: a transaction has happened or not, and is never left open."""

    async def write(name: str) -> None:
        async with db.write() as tx:
            await add(tx, name)

    for turns in range(0, 160, 4):
        task = asyncio.create_task(write(f"perhaps {turns}"))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await is_sound(db)


async def test_cancelling_while_another_process_writes_leaves_no_transaction_open(db: Database, path: Path) -> None:
    """A writer that is cancelled while it waits for another process's lock does not take the lock afterwards."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    inside = asyncio.Event()

    async def write() -> None:
        async with db.write():
            inside.set()

    task = asyncio.create_task(write())
    await asyncio.sleep(0.05)
    task.cancel()
    other.execute("COMMIT")
    await asyncio.gather(task, return_exceptions=True)
    assert not inside.is_set()
    assert await is_sound(db)
    other.execute("BEGIN IMMEDIATE")
    other.execute("COMMIT")
    other.close()


async def test_a_commit_that_fails_is_undone(db: Database) -> None:
    """When the last step is refused, nothing stays, and the connection can be used again."""

    async def write() -> None:
        async with db.write() as tx:
            await add(tx, "gone")
            await tx.execute("PRAGMA defer_foreign_keys = ON")
            await tx.execute("INSERT INTO followers VALUES (1, 1, 'x', 0, 0)")

    with pytest.raises(sqlite3.IntegrityError):
        await write()
    assert await count(db) == 0
    assert await is_sound(db)


async def test_a_full_disk_is_told_and_nothing_was_written(db: Database) -> None:
    """Where the file can grow no more, that is said in our words, and writing goes on as soon as it can."""
    async with db.write() as tx:
        pages = await fetch_value(tx, "PRAGMA page_count")
        await tx.execute_fetchall(f"PRAGMA max_page_count = {pages}")
    before = await count(db)
    with pytest.raises(DiskFull, match="the disk here is full"):
        async with db.write() as tx:
            await add(tx, "x" * 1_000_000)
    assert await count(db) == before
    async with db.write() as tx:
        await tx.execute_fetchall(f"PRAGMA max_page_count = {pages + 1000}")
    assert await is_sound(db)


async def test_reading_goes_on_while_something_is_written(db: Database) -> None:
    """Readers neither wait for a writer nor see what is not committed yet."""
    async with db.write() as tx:
        await add(tx, "soon")
        async with asyncio.timeout(2):
            assert await count(db) == 0
    assert await count(db) == 1


async def test_writers_take_turns(db: Database) -> None:
    """Many at once: each has the connection to itself, and nobody is lost."""

    async def write(number: int) -> None:
        async with db.write() as tx:
            before = await fetch_value(tx, "SELECT count(*) FROM ignored")
            await add(tx, str(number))
            assert await fetch_value(tx, "SELECT count(*) FROM ignored") == before + 1

    await asyncio.gather(*(write(number) for number in range(50)))
    assert await count(db) == 50


async def test_readers_are_given_back(db: Database) -> None:
    """However reading ends, the connection serves the next one."""
    for _ in range(5):
        with pytest.raises(Wrong):
            async with db.read():
                raise Wrong
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001), db.read() as tx:
                await fetch_value(tx, SLOW)
    async with asyncio.timeout(10), db.read() as one, db.read() as other:
        assert await fetch_value(one, "SELECT 1") + await fetch_value(other, "SELECT 1") == 2


async def test_a_savepoint_undoes_its_own_part_alone(db: Database) -> None:
    """A step that fails inside a transaction takes nothing else with it, and steps can stand in each other."""

    async def fail(tx: Tx) -> None:
        async with savepoint(tx):
            await add(tx, "gone")
            raise Wrong

    async with db.write() as tx:
        await add(tx, "before")
        with pytest.raises(Wrong):
            await fail(tx)
        async with savepoint(tx):
            await add(tx, "kept")
            with pytest.raises(sqlite3.IntegrityError):
                async with savepoint(tx):
                    await add(tx, "kept")
    async with db.read() as tx:
        assert [row["type"] for row in await fetch_all(tx, "SELECT type FROM ignored ORDER BY type")] == [
            "before",
            "kept",
        ]


async def test_what_was_written_is_there_when_opened_again(path: Path) -> None:
    """A transaction that was left is on the disk."""
    db = await Database.open(path, folder("migrations"))
    async with db.write() as tx:
        await add(tx, "kept")
    await db.close()
    again = await Database.open(path, folder("migrations"), readers=1)
    assert await count(again) == 1
    await again.close()


async def test_writing_elsewhere_is_noticed(db: Database, path: Path) -> None:
    """The number of all that was written differs after a commit, here or in another process, and not otherwise."""
    numbers = [await db.data_version()]
    await count(db)
    numbers.append(await db.data_version())
    async with db.write() as tx:
        await add(tx, "here")
    numbers.append(await db.data_version())
    with sqlite3.connect(path) as other:
        other.execute("INSERT INTO ignored VALUES ('there', 1)")
    other.close()
    numbers.append(await db.data_version())
    assert numbers[0] == numbers[1]
    assert len(set(numbers)) == 3


def test_moments_are_kept_to_the_millisecond() -> None:
    """A moment comes back as it was, in UTC, from before 1970 as well; finer parts are cut off."""
    moment = datetime(2026, 11, 23, 12, 30, 22, 123456, tzinfo=UTC)
    assert from_ms(to_ms(moment)) == moment.replace(microsecond=123000)
    assert from_ms(to_ms(moment - timedelta(days=30_000))).year == 1944
    assert moment_or_none(None) is None
    assert moment_or_none(0) == datetime(1970, 1, 1, tzinfo=UTC)


async def test_looking_up_gives_rows_or_nothing(db: Database) -> None:
    """One row or None, and zero where there is no number."""
    async with db.read() as tx:
        assert await fetch_one(tx, "SELECT 1 WHERE 0") is None
        assert await fetch_value(tx, "SELECT 5 WHERE 0") == 0
        assert await fetch_all(tx, "SELECT 1 WHERE 0") == []
