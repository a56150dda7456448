"""What other people say: what stays, and what goes again (WIRE 10.2 #44)."""

import dataclasses
import sqlite3
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from fedi_artisan.config import Limits
from fedi_artisan.resources import folder
from fedi_artisan.services import room
from fedi_artisan.storage import room as stored
from fedi_artisan.storage.db import Database, Tx, fetch_all, to_ms
from fedi_artisan.storage.schema import migrate
from tests.house import House
from tests.unit.storage.conftest import NOW, put_actor

LIMITS = Limits()
DAYS = timedelta(days=1)


async def put_post(tx: Tx, actor_id: int | None, name: str, *, days: int, **columns: object) -> int:
    """Store a post that came so many days ago; return its row."""
    given: Mapping[str, object] = {
        "uri": f"https://host.example/{name}",
        "actor_id": actor_id,
        "visibility": "public",
        "content_html": "<p>words</p>" * 40,
        "published_at": to_ms(NOW - days * DAYS),
        "received_at": to_ms(NOW - days * DAYS),
        **columns,
    }
    names, marks = ", ".join(given), ", ".join("?" for _ in given)
    sql = f"INSERT INTO posts ({names}) VALUES ({marks}) RETURNING id"  # noqa: S608 - of this file alone
    return int((await fetch_all(tx, sql, tuple(given.values())))[0]["id"])


async def follow(tx: Tx, artisan_id: int, actor_id: int) -> None:
    """Have the artisan follow somebody."""
    sql = "INSERT INTO following VALUES (?, ?, ?, 'accepted', 0)"
    await tx.execute(sql, (artisan_id, actor_id, f"https://own.example/follow/{actor_id}"))


async def left(db: Database) -> list[str]:
    """Return what is still there."""
    async with db.read() as tx:
        rows = await fetch_all(tx, "SELECT uri FROM posts ORDER BY id")
    return [row["uri"].rpartition("/")[2] for row in rows]


async def test_only_what_passes_by_goes(house: House) -> None:
    """Posts of people whom she follows go after thirty days, of others after two; what she has to do with stays.

    That is what she answered, liked or quoted, what is written to her, and what stands below her works, however old.
    """
    db, artisan_id = house.db, house.artisan.id
    async with db.write() as tx:
        bob, eve = await put_actor(tx, "bob"), await put_actor(tx, "eve")
        await follow(tx, artisan_id, bob)
        sql = """
            INSERT INTO works (uid, slug, artisan_id, title, text, language, materials, techniques, published_at)
            VALUES ('w', 'w', ?, 'Jar', '', 'en', '[]', '[]', 0) RETURNING id
        """
        work_id = (await fetch_all(tx, sql, (artisan_id,)))[0]["id"]
        await put_post(tx, bob, "followed-new", days=29)
        await put_post(tx, bob, "followed-old", days=31)
        await put_post(tx, eve, "stranger-new", days=1)
        await put_post(tx, eve, "stranger-old", days=3)
        shared = await put_post(tx, eve, "shared-lately", days=3)
        await tx.execute("INSERT INTO shares VALUES (?, ?, 'https://host.example/s', ?)", (bob, shared, to_ms(NOW)))
        await put_post(tx, eve, "below-a-work", days=900, work_id=work_id)
        for name, table in (("written-to-her", "addressed"), ("liked", "own_reactions")):
            post = await put_post(tx, eve, name, days=900)
            values = "(?1, ?2, 0)" if table == "addressed" else "(?2, ?1, 'Like', 'https://own.example/l', 0)"
            await tx.execute(f"INSERT INTO {table} VALUES {values}", (post, artisan_id))  # noqa: S608 - of this file
        await put_post(tx, eve, "answered", days=900)
        await put_post(tx, eve, "quoted", days=900)
        await put_post(
            tx, None, "own", days=900, uid="1", in_reply_to="https://host.example/answered", artisan_id=artisan_id
        )
        await put_post(
            tx, None, "own-quote", days=900, uid="2", quote_uri="https://host.example/quoted", artisan_id=artisan_id
        )
    assert await room.tidy(db, LIMITS, NOW) == 2
    assert await left(db) == [
        "followed-new",
        "stranger-new",
        "shared-lately",
        "below-a-work",
        "written-to-her",
        "liked",
        "answered",
        "quoted",
        "own",
        "own-quote",
    ]


async def test_the_newest_are_kept_where_there_are_too_many(house: House) -> None:
    """However much those publish whom she follows, no more than the limit of it is kept."""
    db, artisan_id = house.db, house.artisan.id
    async with db.write() as tx:
        bob = await put_actor(tx, "bob")
        await follow(tx, artisan_id, bob)
        for day in range(9, 0, -1):
            await put_post(tx, bob, str(day), days=day)
    assert await room.tidy(db, dataclasses.replace(LIMITS, others_posts=4), NOW) == 5
    assert await left(db) == ["4", "3", "2", "1"]
    assert await room.tidy(db, dataclasses.replace(LIMITS, others_posts=4), NOW) == 0


@pytest.mark.parametrize("of_before", [False, True])
async def test_the_disk_gets_its_room_back(tmp_path: Path, *, of_before: bool) -> None:
    """What is emptied becomes free on the disk; of a database of an earlier version as well."""
    path = tmp_path / "db.sqlite3"
    if of_before:
        with sqlite3.connect(path) as before:
            before.executescript("PRAGMA journal_mode = WAL; PRAGMA auto_vacuum = NONE;")
            before.executescript((folder("migrations") / "0001_first.sql").read_text())
            before.execute("PRAGMA user_version = 1")
        before.close()
    await migrate(path, folder("migrations"))
    db = await Database.open(path, folder("migrations"))
    try:
        async with db.write() as tx:
            eve = await put_actor(tx, "eve")
            for number in range(400):
                await put_post(tx, eve, str(number), days=3, content_html="<p>words</p>" * 600)
        async with db.read() as tx:
            full = await stored.measure(tx)
        assert await room.tidy(db, LIMITS, NOW) == 400
        async with db.read() as tx:
            lean = await stored.measure(tx)
        assert (full.posts, full.passing, lean.posts) == (400, 400, 0)
        assert full.database_bytes > 2_000_000
        assert lean.database_bytes < full.database_bytes / 2
        assert lean.free_bytes <= 100 * 4096
    finally:
        await db.close()
