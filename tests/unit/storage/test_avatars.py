"""Which portraits are wanted, which there are, and which go."""

from datetime import datetime, timedelta

import pytest

from fedi_artisan.storage import actors, avatars, photo_files, shown, small_copies
from fedi_artisan.storage.avatars import Wanted
from fedi_artisan.storage.db import Database, Tx, fetch_all, fetch_value, to_ms
from fedi_artisan.storage.small_copies import Copies
from tests.unit.storage.conftest import NOW, put_actor

ICON = "https://host.example/{}.png"
DAY = timedelta(days=1)
MINUTES = timedelta(minutes=10)


async def put_replier(
    tx: Tx, artisan_id: int, name: str, *, icon: bool = True, public: bool = True, approved: bool = True
) -> Wanted:
    """Let an actor of this name reply to a work of hers alone; return her portrait."""
    actor_id = await put_actor(tx, name)
    address = ICON.format(name)
    await tx.execute("UPDATE actors SET icon_url = ? WHERE id = ?", (address if icon else None, actor_id))
    sql = """
        INSERT INTO works (uid, slug, artisan_id, title, text, language, materials, techniques, published_at)
        VALUES (?1, ?1, ?2, 'Bowl', '', 'en', '[]', '[]', 0) RETURNING id
    """
    work_id = (await fetch_all(tx, sql, (name, artisan_id)))[0]["id"]
    sql = """
        INSERT INTO posts (uri, work_id, actor_id, content_html, visibility, approved, published_at)
        VALUES (?, ?, ?, '', iif(?, 'public', 'direct'), ?, 0)
    """
    await tx.execute(sql, (f"https://host.example/notes/{name}", work_id, actor_id, public, approved))
    return Wanted(actor_id=actor_id, source_url=address)


async def wanted(tx: Tx, now: datetime = NOW) -> list[str]:
    """Return the names of those whose portraits are to be fetched."""
    found = await avatars.find_wanted(tx, shared_since=now - DAY, failed_before=now - DAY, changed_before=now - MINUTES)
    return [one.source_url.rpartition("/")[2].removesuffix(".png") for one in found]


async def put(tx: Tx, one: Wanted, digit: str, *, size_bytes: int = 100, now: datetime = NOW) -> str:
    """Store the copy of a portrait and return its name."""
    file = digit * 40 + ".webp"
    await avatars.begin(tx, [one], now)
    await avatars.put(tx, one, file=file, size_bytes=size_bytes)
    return file


async def files(tx: Tx) -> list[str]:
    """Return the first digits of the copies that are shown."""
    rows = await fetch_all(tx, "SELECT DISTINCT file FROM avatars WHERE file IS NOT NULL ORDER BY file")
    return [row["file"][0] for row in rows]


async def test_wanted_are_those_below_works(db: Database, artisan_id: int) -> None:
    """Wanted is the portrait of whoever wrote an approved public reply to a work that stands, and has one."""
    async with db.write() as tx:
        await put_replier(tx, artisan_id, "seen")
        await put_replier(tx, artisan_id, "faceless", icon=False)
        await put_replier(tx, artisan_id, "private", public=False)
        await put_replier(tx, artisan_id, "waiting", approved=False)
        await put_replier(tx, artisan_id, "withdrawn")
        await tx.execute("UPDATE works SET withdrawn_at = 1 WHERE slug = 'withdrawn'")
        await put_actor(tx, "silent")
        assert await wanted(tx) == ["seen"]


async def test_wanted_are_those_whom_she_sees_by_her_own_doing(db: Database, artisan_id: int) -> None:
    """Of whom she follows, of whom these shared lately, and of whom she answered; not of strangers who write to her."""
    async with db.write() as tx:
        ids = {
            name: await put_actor(tx, name) for name in ("followed", "asked", "shared", "old", "answered", "stranger")
        }
        for name, actor_id in ids.items():
            await tx.execute("UPDATE actors SET icon_url = ? WHERE id = ?", (ICON.format(name), actor_id))
            sql = "INSERT INTO posts (uri, actor_id, content_html, visibility, published_at) VALUES (?, ?, '', ?, 0)"
            visibility = "direct" if name in {"answered", "stranger"} else "public"
            await tx.execute(sql, (f"https://host.example/notes/{name}", actor_id, visibility))
        await tx.execute("INSERT INTO addressed SELECT id, ?, 0 FROM posts WHERE visibility = 'direct'", (artisan_id,))
        sql = """
            INSERT INTO following (artisan_id, actor_id, follow_uri, state, requested_at) VALUES (?, ?, ?, ?, 0)
        """
        await tx.execute(sql, (artisan_id, ids["followed"], "f", "accepted"))
        await tx.execute(sql, (artisan_id, ids["asked"], "g", "requested"))
        for name, when in (("shared", NOW), ("old", NOW - 2 * DAY)):
            sql = "INSERT INTO shares SELECT ?, id, uri, ? FROM posts WHERE actor_id = ?"
            await tx.execute(sql, (ids["followed"], to_ms(when), ids[name]))
        sql = """
            INSERT INTO posts (uri, uid, artisan_id, content_html, visibility, in_reply_to, published_at)
            VALUES ('u', 'u', ?, '', 'direct', 'https://host.example/notes/answered', 0)
        """
        await tx.execute(sql, (artisan_id,))
        assert await wanted(tx) == ["answered", "shared", "followed"]


async def test_what_was_asked_for_is_asked_again_in_time(db: Database, artisan_id: int) -> None:
    """A portrait that is here is not wanted; one asked for in vain is after a day, one elsewhere after ten minutes."""
    async with db.write() as tx:
        here = await put_replier(tx, artisan_id, "here")
        vain = await put_replier(tx, artisan_id, "vain")
        await put(tx, here, "a")
        await avatars.begin(tx, [vain], NOW)
        assert await wanted(tx, NOW + DAY - timedelta(seconds=1)) == []
        assert await wanted(tx, NOW + DAY) == ["vain"]
        moved = ICON.format("moved")
        await tx.execute("UPDATE actors SET icon_url = ? WHERE id = ?", (moved, here.actor_id))
        assert await wanted(tx, NOW + MINUTES - timedelta(seconds=1)) == []
        assert await wanted(tx, NOW + MINUTES) == ["moved"]
        await avatars.begin(tx, [Wanted(actor_id=here.actor_id, source_url=moved)], NOW)
        # Not the old one in place of the new one, not even when this server ends in between.
        assert await files(tx) == []
        assert await wanted(tx, NOW + DAY) == ["vain", "moved"]


async def test_what_came_too_late_is_not_shown(db: Database, artisan_id: int) -> None:
    """The copy of somebody who has gone, or has no portrait any more, is not shown."""
    async with db.write() as tx:
        gone = await put_replier(tx, artisan_id, "gone")
        bare = await put_replier(tx, artisan_id, "bare")
        await avatars.begin(tx, [gone, bare], NOW)
        await actors.delete(tx, "https://host.example/users/gone")
        await tx.execute("UPDATE actors SET icon_url = NULL WHERE id = ?", (bare.actor_id,))
        for one in (gone, bare):
            await avatars.put(tx, one, file="a" * 40 + ".webp", size_bytes=1)
        assert await fetch_value(tx, "SELECT count(*) FROM avatars") == 0


@pytest.mark.parametrize(
    ("most_bytes", "left"),
    [(1000, "abc"), (300, "abc"), (299, "ac"), (200, "ac"), (199, "c"), (99, "")],
)
async def test_the_longest_unseen_go_first(db: Database, artisan_id: int, most_bytes: int, left: str) -> None:
    """Beyond the quota copies go in the order in which they were last shown; a file counts once, and goes whole."""
    async with db.write() as tx:
        repliers = {digit: await put_replier(tx, artisan_id, digit) for digit in "abc"}
        for days, digit in enumerate("bac"):
            await put(tx, repliers[digit], digit, now=NOW + days * DAY)
        # Two who have the same portrait: it was last shown when either was.
        await put(tx, await put_replier(tx, artisan_id, "twin"), "c", now=NOW - DAY)
        assert await small_copies.total_bytes(tx, Copies.PORTRAITS) == 300
        await avatars.evict(tx, most_bytes, NOW + 9 * DAY)
        assert await files(tx) == list(left)
        assert await small_copies.total_bytes(tx, Copies.PORTRAITS) <= most_bytes
        assert {name[0] for name in await photo_files.list_used(tx)} == set(left)
        assert await wanted(tx, NOW + 9 * DAY) == []
        assert len(await wanted(tx, NOW + 10 * DAY)) == {"abc": 0, "ac": 1, "c": 2, "": 4}[left]


async def test_shown_is_noted_once_a_day(db: Database, artisan_id: int) -> None:
    """What stands below a work counts as shown now, at most once a day; what does not is forgotten in the end."""
    async with db.write() as tx:
        below, gone = [await put_replier(tx, artisan_id, name) for name in ("below", "gone")]
        for one, digit in ((below, "a"), (gone, "b")):
            await put(tx, one, digit)
        await tx.execute("UPDATE works SET withdrawn_at = 1 WHERE slug = 'gone'")
        before = await shown.version(tx)
        await avatars.note_shown(tx, NOW + DAY / 2, NOW - DAY / 2, shared_since=NOW)
        assert await fetch_value(tx, "SELECT max(shown_at) FROM avatars") == to_ms(NOW)
        await avatars.note_shown(tx, NOW + DAY, NOW + DAY / 2, shared_since=NOW)
        assert await fetch_value(tx, "SELECT max(shown_at) FROM avatars") == to_ms(NOW + DAY)
        assert await avatars.forget_unseen(tx, NOW + DAY) == 1
        assert await files(tx) == ["a"]
        assert await shown.version(tx) == before


async def test_pages_are_made_anew_when_a_name_or_portrait_changes(db: Database, artisan_id: int) -> None:
    """Kept answers are stale when somebody below a work changes name or portrait, and stay when nothing is seen."""
    async with db.write() as tx:
        one = await put_replier(tx, artisan_id, "one")
        await put_actor(tx, "stranger")

        async def changes(sql: str) -> bool:
            before = await shown.version(tx)
            await tx.execute(sql)
            return await shown.version(tx) != before

        await avatars.begin(tx, [one], NOW)
        assert await changes("UPDATE avatars SET file = 'a', size_bytes = 1")
        assert not await changes("UPDATE avatars SET file = 'a', shown_at = 5")
        assert await changes("UPDATE actors SET name = 'Anna' WHERE username = 'one'")
        assert not await changes("UPDATE actors SET name = 'Anna', fetched_at = 5 WHERE username = 'one'")
        assert not await changes("UPDATE actors SET name = 'Anna' WHERE username = 'stranger'")
        assert await changes("UPDATE actors SET icon_url = NULL WHERE username = 'one'")
