"""Reading and writing: whole or nothing, side by side, and on the disk."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fedi_artisan.errors import DiskFull
from fedi_artisan.resources import folder
from fedi_artisan.storage.db import (
    Database,
    Tx,
    fetch_all,
    fetch_one,
    fetch_value,
    from_ms,
    moment_or_none,
    savepoint,
    to_ms,
)
from tests.unit.storage.counting import SLOW, add, count, is_sound
from tests.unit.storage.test_schema import Wrong


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
