"""What happened, as it is grouped, counted and read; and what is kept of it."""

import dataclasses
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fedi_artisan.domain.happenings import Choice, Group, Kind
from fedi_artisan.domain.uris import PUBLIC
from fedi_artisan.domain.works import Draft
from fedi_artisan.resources import folder
from fedi_artisan.storage import actors, conversation, follow_requests, followers, happenings, mentions, works
from fedi_artisan.storage.db import Database, Tx, fetch_all, fetch_value, migrations, to_ms
from fedi_artisan.storage.schema import migrate
from fedi_artisan.vocab.notes import Note
from tests import saying
from tests.unit.storage.conftest import NOW, put_actor

EACH = dict.fromkeys(Kind, 3)
MINUTE = timedelta(minutes=1)


async def put_work(tx: Tx, artisan_id: int, uid: str) -> int:
    """Store a work and return its row."""
    work = await works.insert(tx, uid=uid, artisan_id=artisan_id, draft=Draft(title=uid), series_uid=f"s{uid}", now=NOW)
    return work.id


async def react(tx: Tx, work_id: int, actor_id: int, kind: str, now: datetime) -> None:
    """Like or announce a work."""
    uri = f"https://host.example/{kind}/{actor_id}/{work_id}"
    await conversation.put_reaction(
        tx, work_id=work_id, actor_id=actor_id, kind=kind, activity_uri=uri, content=None, now=now
    )


def note(number: int) -> Note:
    """Return what somebody wrote."""
    return Note(
        uri=f"https://host.example/notes/{number}",
        attributed_to="https://host.example/users/bob",
        in_reply_to="https://atelier.example/ap/works/u1",
        content_html=f"<p>{number}</p>",
        published_at=NOW - timedelta(days=number),
    )


async def groups(tx: Tx, artisan_id: int, *kinds: Kind, limit: int = 9, offset: int = 0) -> list[Group]:
    """Return what something of these kinds, or of any, happened to."""
    return await happenings.list_groups(tx, artisan_id, kinds or tuple(Kind), limit=limit, offset=offset, most=EACH)


def told(found: list[Group]) -> list[tuple[int | Choice | None, int, list[tuple[Kind, int]]]]:
    """Return of each group which it is, how much of it is unread, and how much of each kind there is."""
    return [
        (one.work_id or one.choice, one.unread, [(strand.kind, strand.count) for strand in one.strands])
        for one in found
    ]


async def test_each_work_is_told_of_once_the_last_first(db: Database, artisan_id: int) -> None:
    """Things are grouped by what they happened to, messages apart; what was read stays, behind what is new."""
    async with db.write() as tx:
        bowl, jar, gone = [await put_work(tx, artisan_id, uid) for uid in ("bowl", "jar", "gone")]
        bob, carol = await put_actor(tx, "bob"), await put_actor(tx, "carol")
        await react(tx, bowl, bob, "Like", NOW)
        await react(tx, bowl, bob, "Announce", NOW + 2 * MINUTE)
        await react(tx, gone, bob, "Like", NOW + 9 * MINUTE)
        await works.withdraw(tx, await works.get(tx, "gone"), NOW)
        await saying.answer(tx, note(1), work_id=jar, actor_id=bob, now=NOW + MINUTE)
        await saying.write_to(tx, note(2), artisan_id=artisan_id, actor_id=bob, now=NOW + 3 * MINUTE)
        public = dataclasses.replace(note(3), to=(PUBLIC,))
        await saying.write_to(tx, public, artisan_id=artisan_id, actor_id=bob, now=NOW + 2.5 * MINUTE)
        await followers.put(tx, artisan_id, bob, "https://host.example/f", NOW + 4 * MINUTE)
        await follow_requests.put(tx, artisan_id, carol, "https://host.example/g", NOW)
        assert told(await groups(tx, artisan_id)) == [
            (Choice.FOLLOWERS, 2, [(Kind.REQUEST, 1), (Kind.FOLLOW, 1)]),
            (Choice.MESSAGES, 1, [(Kind.MESSAGE, 1)]),
            (Choice.MENTIONS, 1, [(Kind.MENTION, 1)]),
            (bowl, 2, [(Kind.LIKE, 1), (Kind.BOOST, 1)]),
            (jar, 1, [(Kind.REPLY, 1)]),
        ]
        assert await happenings.count_unread(tx, artisan_id) == 7
        assert told(await groups(tx, artisan_id, Kind.LIKE, Kind.REPLY, limit=1, offset=1)) == [
            (bowl, 1, [(Kind.LIKE, 1)])
        ]

        newest = await happenings.find_newest(tx, artisan_id)
        assert newest == NOW + 4 * MINUTE
        await happenings.mark_read(tx, artisan_id, newest)
        await happenings.mark_read(tx, artisan_id, NOW)
        await react(tx, jar, carol, "Like", NOW + 5 * MINUTE)
        assert await happenings.count_unread(tx, artisan_id) == 1
        found = await groups(tx, artisan_id)
        assert [(one.work_id or one.choice, one.unread) for one in found] == [
            (jar, 1), (Choice.FOLLOWERS, 0), (Choice.MESSAGES, 0), (Choice.MENTIONS, 0), (bowl, 0),
        ]  # fmt: skip
        assert await happenings.count_unread(tx, artisan_id + 1) == 0
        assert await groups(tx, artisan_id + 1) == []


async def test_what_thousands_like_is_told_at_once(db: Database, artisan_id: int) -> None:
    """Of twenty thousand likes the newest are found by an index alone, and all are counted; nothing else is kept."""
    async with db.write() as tx:
        work_id = await put_work(tx, artisan_id, "jar")
        sql = """
            WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 20000)
            INSERT INTO actors (uri, host, type, username, name, inbox_url, also_known_as, fetched_at)
            SELECT 'https://host.example/' || number, 'host.example', 'Person', number, '', '', '[]', 0 FROM numbers
        """
        await tx.execute(sql)
        sql = "INSERT INTO reactions SELECT ?, id, 'Like', '', NULL, ? + id FROM actors"
        await tx.execute(sql, (work_id, to_ms(NOW)))
        [jar] = await groups(tx, artisan_id)
        [likes] = jar.strands
        assert (likes.count, likes.unread, len(likes.newest)) == (20_000, 20_000, 3)
        assert await happenings.count_unread(tx, artisan_id) == happenings.MOST_COUNTED
        sql = "EXPLAIN QUERY PLAN SELECT 1 FROM happenings WHERE artisan_id = ? AND happened_at > ? LIMIT 9"
        plan = "\n".join(row["detail"] for row in await fetch_all(tx, sql, (artisan_id, 0)))
        assert plan.count("work_id=? AND type=? AND received_at>?") == 2, plan
        assert "SCAN" not in plan.replace("SCAN (", ""), plan


async def test_the_newest_mentions_are_kept(db: Database, artisan_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who writes without end pushes out her own words first; of all together the newest stay."""
    monkeypatch.setattr(mentions, "MOST", 4)
    monkeypatch.setattr(mentions, "MOST_OF_ONE", 3)
    async with db.write() as tx:
        bob, carol = await put_actor(tx, "bob"), await put_actor(tx, "carol")
        for number, actor_id in enumerate((carol, bob, bob, bob, bob, bob, carol)):
            await saying.write_to(tx, note(number), artisan_id=artisan_id, actor_id=actor_id, now=NOW + number * MINUTE)
        rows = await fetch_all(tx, "SELECT content_html FROM mentions ORDER BY received_at")
        assert [row["content_html"] for row in rows] == ["<p>3</p>", "<p>4</p>", "<p>5</p>", "<p>6</p>"]


async def test_followers_are_found_as_people_write(db: Database, artisan_id: int) -> None:
    """By a part of the name, the handle or the server, in any case, with accents or without; joker signs are signs."""
    async with db.write() as tx:
        for number, (name, host, called) in enumerate(
            [("lea", "één.example", "Léa Œuvrard"), ("bob", "b.example", ""), ("per_cent", "c.example", "100 %")]
        ):
            actor_id = await put_actor(tx, name, host=host)
            await tx.execute("UPDATE actors SET name = ?, host = ? WHERE id = ?", (called, host, actor_id))
            await followers.put(tx, artisan_id, actor_id, f"https://{host}/f", NOW + number * MINUTE)

        async def found(search: str, *, limit: int = 9, offset: int = 0) -> tuple[list[str], int]:
            listed, count = await followers.find_listed(tx, artisan_id, search, limit=limit, offset=offset)
            return [one.person.username for one in listed], count

        assert await found("") == (["per_cent", "bob", "lea"], 3)
        assert await found("", limit=1, offset=1) == (["bob"], 3)
        for search in ("lea", "LÉA oeuv", "@lea@een.example", "Één.Ex"):
            assert await found(search) == (["lea"], 1), search
        assert await found("B.example") == (["bob"], 1)
        assert await found("%") == (["per_cent"], 1)
        assert await found("r_c") == (["per_cent"], 1)
        assert await found("nobody") == ([], 0)


async def test_who_has_happened_is_no_stranger(db: Database, artisan_id: int) -> None:
    """Actors stay as long as something of theirs is told: words, a request, a move, from either side."""
    async with db.write() as tx:
        for name in ("writes", "asks", "moved", "new", "stranger"):
            await put_actor(tx, name)
        ids = {row["username"]: row["id"] for row in await fetch_all(tx, "SELECT id, username FROM actors")}
        await saying.write_to(tx, note(1), artisan_id=artisan_id, actor_id=ids["writes"], now=NOW)
        await follow_requests.put(tx, artisan_id, ids["asks"], "https://host.example/f", NOW)
        await followers.put(tx, artisan_id, ids["moved"], "https://host.example/g", NOW)
        await happenings.put_move(tx, "https://host.example/users/moved", "https://host.example/users/new", NOW)
        await followers.delete(tx, artisan_id, ids["moved"])
        assert await actors.prune(tx, NOW + MINUTE) == 1
        assert await happenings.prune_moves(tx, NOW) == 0
        assert await happenings.prune_moves(tx, NOW + MINUTE) == 1
        assert await actors.prune(tx, NOW + MINUTE) == 2


async def test_what_was_there_has_been_read(tmp_path: Path) -> None:
    """In a database of a version before, all that had happened is told, and counts as read."""
    path = tmp_path / "old.sqlite3"
    files = migrations(folder("migrations"))
    old = "".join(file.read_text(encoding="utf-8") for number, file in files.items() if number <= 3)
    with closing(sqlite3.connect(path, isolation_level=None)) as before:
        before.executescript(f"BEGIN;{old}PRAGMA user_version = 3;COMMIT;")
        before.executescript("""
            INSERT INTO artisans (id, uid, username, name, created_at, updated_at) VALUES (1, 'm', 'm', 'M', 0, 0);
            INSERT INTO works (id, uid, slug, artisan_id, title, text, language, materials, techniques, published_at)
            VALUES (1, 'w', 'w', 1, 'Jar', '', 'en', '[]', '[]', 0);
            INSERT INTO actors (id, uri, host, type, username, name, inbox_url, also_known_as, moved_to_uri, fetched_at)
            VALUES (1, 'https://a.example/b', 'a.example', 'Person', 'b', '', '', '[]', 'https://b.example/b', 5),
                (2, 'https://b.example/b', 'b.example', 'Person', 'b', '', '', '[]', NULL, 7);
            INSERT INTO followers VALUES (1, 1, 'https://a.example/f', 3);
            INSERT INTO reactions VALUES (1, 1, 'Like', 'https://a.example/l', NULL, 4);
            INSERT INTO replies (uri, work_id, actor_id, in_reply_to, content_html, public, published_at)
            VALUES ('https://a.example/n', 1, 1, '', '', 1, 6);
        """)
    await migrate(path, folder("migrations"))
    db = await Database.open(path, folder("migrations"))
    try:
        async with db.read() as tx:
            assert told(await groups(tx, 1)) == [
                (Choice.FOLLOWERS, 0, [(Kind.FOLLOW, 1), (Kind.MOVE, 1)]),
                (1, 0, [(Kind.REPLY, 1), (Kind.LIKE, 1)]),
            ]
            assert await happenings.count_unread(tx, 1) == 0
            assert await fetch_value(tx, "SELECT asked_at FROM followers") == 3
    finally:
        await db.close()
