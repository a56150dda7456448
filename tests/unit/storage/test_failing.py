"""The database where what it stands on fails: told in our words, and nothing is half written."""

import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from fedi_artisan.errors import BadDatabase, Damaged, DiskFull, OutOfOrder
from fedi_artisan.resources import folder
from fedi_artisan.storage.db import Database, Tx, fetch_value, savepoint, undone
from fedi_artisan.storage.health import check_whole
from tests.house import lay_out
from tests.unit.storage.counting import add, count, is_sound

PAGE_BYTES = 4096


async def fill_up(db: Database, *, more_pages: int = 0) -> None:
    """Let the file of the database grow by so many pages, and no more."""
    async with db.write() as tx:
        pages = await fetch_value(tx, "PRAGMA page_count")
        await tx.execute_fetchall(f"PRAGMA max_page_count = {pages + more_pages}")


def damage(file: Path) -> None:
    """Write nonsense over all pages but the first."""
    pages = file.stat().st_size // PAGE_BYTES
    with file.open("r+b") as opened:
        opened.seek(PAGE_BYTES)
        opened.write(b"\xa5" * PAGE_BYTES * (pages - 1))


async def write(db: Database, deed: Callable[[Tx], Awaitable[None]] | None = None) -> None:
    """Do something in one transaction."""
    async with db.write() as tx:
        await (add(tx, "x") if deed is None else deed(tx))


@pytest.fixture
async def damaged(tmp_path: Path) -> Path:
    """A database that is not as it was written."""
    file = tmp_path / "damaged.sqlite3"
    await lay_out(file)
    damage(file)
    return file


async def test_damage_is_told_with_what_to_do(tmp_path: Path) -> None:
    """Whoever reads or writes hears that it is damaged and how to go on, not what SQLite says."""
    file = tmp_path / "open.sqlite3"
    await lay_out(file)
    db = await Database.open(file, folder("migrations"))
    try:
        damage(file)
        with pytest.raises(Damaged, match="restore"):
            await count(db)
        with pytest.raises(Damaged, match="restore"):
            await write(db)
    finally:
        await db.close()


async def test_damage_is_found_before_anybody_comes(damaged: Path) -> None:
    """The look at the start says so; what is whole passes, and what is no database at all is told as well."""
    with pytest.raises(BadDatabase, match=r"damaged.*restore"):
        check_whole(damaged)
    whole = damaged.with_name("whole.sqlite3")
    await lay_out(whole)
    check_whole(whole)
    whole.write_bytes(b"no database " * 1000)
    with pytest.raises(BadDatabase, match=r"damaged.*restore"):
        check_whole(whole)


async def test_what_can_only_be_read_is_told(db: Database) -> None:
    """A disk that has turned read-only is no fault of whoever writes: 503, and later again."""
    async with db.write() as tx:
        await tx.execute("PRAGMA query_only = ON")
    with pytest.raises(OutOfOrder, match="only be read"):
        await write(db)
    assert await count(db) == 0


async def test_a_full_disk_within_a_step_ends_the_whole(db: Database) -> None:
    """A step that meets a full disk says so; whoever makes light of that is told in the end, and nothing is there."""
    await fill_up(db)

    async def go_on_regardless(tx: Tx) -> None:
        await add(tx, "before")
        with contextlib.suppress(DiskFull):
            async with savepoint(tx):
                await add(tx, "x" * 1_000_000)
        # As SQLite itself does where it has no room even for undoing a part.
        if tx.in_transaction:
            await tx.execute("ROLLBACK")

    with pytest.raises(OutOfOrder):
        await write(db, go_on_regardless)
    assert await count(db) == 0
    await fill_up(db, more_pages=1000)
    assert await is_sound(db)


async def test_what_sqlite_undid_by_itself_is_never_reported_as_written(db: Database) -> None:
    """Nothing that follows in the block counts either: each would stand by itself, outside of any transaction."""

    async def lose(tx: Tx) -> None:
        await add(tx, "x")
        await tx.execute("ROLLBACK")

    with pytest.raises(OutOfOrder):
        await write(db, lose)
    assert await count(db) == 0
    assert await is_sound(db)


async def test_undoing_a_step_of_which_nothing_is_left_hides_no_failure(db: Database) -> None:
    """Where the transaction is gone with its steps, the failure that ended it is what is heard of."""
    for undoing in (savepoint, undone):

        async def lose(tx: Tx, undoing: Any = undoing) -> None:
            async with undoing(tx):
                await tx.execute("ROLLBACK")
                raise sqlite3.IntegrityError

        with pytest.raises(sqlite3.IntegrityError):
            await write(db, lose)
    assert await is_sound(db)
