"""A database of the version before photographs stood by themselves becomes one of this version, with all it showed."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from fedi_artisan.domain.filters import Filter
from fedi_artisan.domain.photos import PictureType, Role
from fedi_artisan.resources import folder
from fedi_artisan.storage import artisans, photo_jobs, posts, works
from fedi_artisan.storage.db import Database, fetch_all, fetch_value, migrations
from fedi_artisan.storage.schema import migrate
from fedi_artisan.storage.search import search
from tests.unit.storage.conftest import NOW


def fill(path: Path) -> None:
    """Make a database as it was, with an artisan, her portrait and header, and a work with two photographs."""
    portrait = json.dumps({"file": "face.jpg", "width_px": 640, "height_px": 640, "alt": "Her mark"})
    header = json.dumps({"file": "shelf.jpg", "width_px": 2560, "height_px": 900, "alt": ""})
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        first = (folder("migrations") / "0001_first.sql").read_text(encoding="utf-8")
        old.executescript(f"BEGIN;{first}PRAGMA user_version = 1;COMMIT;")
        old.execute(
            "INSERT INTO artisans (id, uid, username, name, language, icon, image, created_at, updated_at)"
            " VALUES (1, 'maria', 'maria', 'Maria', 'fr', ?, ?, 0, 0)",
            (portrait, header),
        )
        old.execute(
            "INSERT INTO works (id, uid, slug, artisan_id, title, text, language, materials, techniques, published_at)"
            " VALUES (1, 'w1', 'bol', 1, 'Bol', '', 'fr', '[]', '[]', 5)"
        )
        for position, alt in enumerate(("Un bol", "")):
            old.execute(
                "INSERT INTO photos VALUES (1, ?, ?, ?, 2000, 1500, ?, 640, 480, 'hash', ?, 0.5, -0.25)",
                (position, alt, f"{position}.jpg", f"{position}-small.jpg", f"{position}-original.jpg"),
            )


async def test_what_was_shown_is_shown(tmp_path: Path) -> None:
    """Pages and other servers keep the pictures they had, until new ones are made of the originals that are known."""
    path = tmp_path / "data" / "old.sqlite3"
    fill(path)
    newer = [file.name for file in migrations(folder("migrations")).values()][1:]
    assert await migrate(path, folder("migrations")) == newer
    db = await Database.open(path, folder("migrations"))
    try:
        async with db.read() as tx:
            work = await works.get(tx, "w1")
            artisan = await artisans.get(tx, 1)
            assert await photo_jobs.count_jobs(tx) == 2
            assert await fetch_all(tx, "PRAGMA foreign_key_check") == []
            job = await photo_jobs.find_job(tx, NOW)
            assert await fetch_value(tx, "SELECT count(DISTINCT uid) FROM photos WHERE length(uid) = 26") == 4
            # Works that were there before are found by their words, in titles and below photographs.
            for words in ("bol", "un bol"):
                assert (await search(tx, Filter(q=words), limit=9, language="fr")).works == [work]
    finally:
        await db.close()
    first, second = work.draft.photos
    assert (first.post.file, first.original, first.alts) == ("0.jpg", "0-original.jpg", {"fr": "Un bol"})
    assert (second.post.file, second.alts) == ("1.jpg", {})
    assert [(view.file, view.width_px) for view in first.views(PictureType.JPEG)] == [
        ("0-small.jpg", 640),
        ("0.jpg", 2000),
    ]
    assert (first.focal_point, first.blurhash) == ((0.5, -0.25), "hash")
    assert artisan.icon is not None
    assert artisan.image is not None
    assert (artisan.icon.small(400).file, artisan.icon.alts, artisan.icon.original) == (
        "face.jpg",
        {"fr": "Her mark"},
        None,
    )
    assert (artisan.image.post.file, artisan.image.width_px) == ("shelf.jpg", 2560)
    assert artisan.image.find(Role.CARD) is None
    assert job is not None
    assert job.original == "0-original.jpg"


async def test_what_was_answered_to_her_alone_is_read_by_her(tmp_path: Path) -> None:
    """An answer to a work that was not for everybody is a message to its artisan from then on, and to nobody else."""
    path = tmp_path / "data" / "old.sqlite3"
    fill(path)
    released = {number: file for number, file in migrations(folder("migrations")).items() if number <= 11}
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        for number in range(2, 12):
            script = released[number].read_text(encoding="utf-8")
            old.executescript(f"BEGIN;{script}PRAGMA user_version = {number};COMMIT;")
        old.execute(
            "INSERT INTO actors (id, uri, host, type, username, name, inbox_url, also_known_as, fetched_at)"
            " VALUES (1, 'https://b.example/bob', 'b.example', 'Person', 'bob', 'Bob', 'https://b.example/in', '[]', 0)"
        )
        for number, public in enumerate((True, False)):
            old.execute(
                "INSERT INTO replies (uri, work_id, actor_id, in_reply_to, content_html, public, published_at)"
                " VALUES (?, 1, 1, 'https://own.example/w1', '', ?, 0)",
                (f"https://b.example/{number}", public),
            )
    await migrate(path, folder("migrations"))
    db = await Database.open(path, folder("migrations"))
    try:
        async with db.read() as tx:
            rows = {row["uri"][-1]: row["id"] for row in await fetch_all(tx, "SELECT id, uri FROM posts")}
            assert [await posts.may_read(tx, 1, rows[name]) for name in "01"] == [True, True]
            assert [await posts.may_read(tx, 2, rows[name]) for name in "01"] == [True, False]
    finally:
        await db.close()
