"""What an artisan sees of those whom she follows, and of conversations: what is in it, in which order, and for whom."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fedi_artisan.domain.conversation import Branch
from fedi_artisan.domain.timeline import Entry, Moment, Thread
from fedi_artisan.domain.unwanted import Action
from fedi_artisan.domain.uris import PUBLIC
from fedi_artisan.storage import posts, timeline, unwanted_words
from fedi_artisan.storage.db import Database, Tx, fetch_all, to_ms
from tests.unit.storage.conftest import NOW, put_actor

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Circle:
    """A transaction, the artisan who reads, and the rows of some people; "bob" and "carol" are followed."""

    tx: Tx
    artisan_id: int
    ids: dict[str, int]

    async def say(self, who: str, name: str, minutes: float = 0, *, to: str | None = None, **more: Any) -> int:
        """Let somebody say something called *name*, in answer to what is called *to*; return its row."""
        columns = {
            "uri": uri(name),
            "actor_id": self.ids[who],
            "content_html": f"<p>{name}</p>",
            "visibility": "public",
            "in_reply_to": None if to is None else uri(to),
            "published_at": to_ms(NOW + minutes * MINUTE),
            **more,
        }
        sql = f"""
            INSERT INTO posts ({", ".join(columns)}) VALUES ({", ".join("?" * len(columns))}) RETURNING id
        """  # noqa: S608 - names of this file
        return int((await fetch_all(self.tx, sql, tuple(columns.values())))[0]["id"])

    async def share(self, who: str, post_id: int, minutes: float) -> None:
        """Let somebody share a post."""
        values = (self.ids[who], post_id, uri(f"share-{who}-{post_id}"), to_ms(NOW + minutes * MINUTE))
        await self.tx.execute("INSERT INTO shares VALUES (?, ?, ?, ?)", values)

    async def read(self, *, limit: int = 50, before: Moment | None = None, pictures: bool = False) -> list[str]:
        """Return the names of what is in the timeline, page after page; "bob>x" is shared by bob."""
        found, place = [], before
        while True:
            stretch = await timeline.list_timeline(
                self.tx, self.artisan_id, before=place, pictures=pictures, limit=limit
            )
            assert len(stretch.entries) <= limit
            found += [called(entry) for entry in stretch.entries]
            place = stretch.older
            if place is None:
                return found

    async def thread(self, post_id: int) -> Thread:
        """Return the conversation in which a post stands."""
        post = await posts.find_by_id(self.tx, post_id)
        assert post is not None
        return await timeline.find_thread(self.tx, self.artisan_id, post)


def uri(name: str) -> str:
    """Return the id of what is called *name*."""
    return f"https://host.example/notes/{name}"


def called(entry: Entry) -> str:
    """Return the name of a post, and who shared it."""
    name = entry.post.uri.rpartition("/")[2]
    return name if entry.sharer is None else f"{entry.sharer.username}>{name}"


def outline(branches: Sequence[Branch[Entry]]) -> list[object]:
    """Return the names of a conversation, nested as it is."""
    return [[called(one.answer), *outline(one.answers)] if one.answers else called(one.answer) for one in branches]


async def circle(tx: Tx, artisan_id: int) -> Circle:
    """Let an artisan follow two people out of five; a third has not agreed."""
    ids = {name: await put_actor(tx, name) for name in ("bob", "carol", "locked", "stranger", "spam")}
    for name, state in (("bob", "accepted"), ("carol", "accepted"), ("locked", "requested")):
        sql = """
            INSERT INTO following (artisan_id, actor_id, follow_uri, state, requested_at) VALUES (?, ?, ?, ?, 0)
        """
        await tx.execute(sql, (artisan_id, ids[name], f"follow-{artisan_id}-{name}", state))
    return Circle(tx, artisan_id, ids)


async def put_neighbour(tx: Tx) -> int:
    """Store another artisan of the same house and return her row."""
    sql = "INSERT INTO artisans (uid, username, name, created_at, updated_at) VALUES ('n', 'n', 'N', 0, 0) RETURNING id"
    return int((await fetch_all(tx, sql))[0]["id"])


async def test_the_timeline_is_of_those_whom_she_follows(db: Database, artisan_id: int) -> None:
    """What they publish, also for followers; of their answers those to her and each other; nothing else."""
    async with db.write() as tx:
        at = await circle(tx, artisan_id)
        own: dict[str, Any] = {"actor_id": None, "artisan_id": artisan_id, "uid": "own"}
        await at.say("bob", "own", 1, **own)
        await at.say("bob", "plain", 2)
        await at.say("bob", "followers", 3, visibility="followers")
        await at.say("bob", "direct", 4, visibility="direct")
        await at.say("stranger", "asks", 5)
        await at.say("bob", "to-stranger", 6, to="asks")
        await at.say("bob", "to-nobody-known", 7, to="gone")
        await at.say("carol", "to-bob", 8, to="plain")
        await at.say("carol", "to-her", 9, to="own")
        await at.say("locked", "not-agreed", 10, visibility="followers")
        await at.say("bob", "held", 11, held="word")
        assert await at.read() == ["to-her", "to-bob", "followers", "plain"]
        await tx.execute("INSERT INTO own_mutes VALUES (NULL, ?, ?, '@carol', NULL, 0)", (artisan_id, _id_of("carol")))
        assert await at.read() == ["followers", "plain"]


def _id_of(name: str) -> str:
    return f"https://host.example/users/{name}"


async def test_what_is_shared_stands_once(db: Database, artisan_id: int) -> None:
    """Where it was shared last, by whom she follows; never what is not for everybody, nor what she reads anyway."""
    async with db.write() as tx:
        at = await circle(tx, artisan_id)
        shared = await at.say("stranger", "shared", 0)
        private = await at.say("stranger", "private", 0, visibility="followers")
        known = await at.say("carol", "known", 1)
        own = await at.say("bob", "own", 1, actor_id=None, artisan_id=artisan_id, uid="own")
        hushed = await at.say("spam", "hushed", 0)
        for post_id in (shared, private, known, own, hushed):
            await at.share("bob", post_id, 5)
        await at.share("carol", shared, 7)
        await at.share("spam", shared, 9)
        sql = "INSERT INTO own_blocks VALUES (NULL, ?, ?, '@spam', NULL, 0)"
        await tx.execute(sql, (artisan_id, _id_of("spam")))
        assert await at.read() == ["carol>shared", "known"]


async def test_words_that_she_does_not_want_to_read_are_left_out(db: Database, artisan_id: int) -> None:
    """For her alone, from what comes by, quotes too; warned of, it is veiled; what is to her was judged when it came.

    What she asks for herself stands behind the word. A page of which all is left out leads on to the next.
    """
    async with db.write() as tx:
        at, nora = await circle(tx, artisan_id), await put_neighbour(tx)
        other = await circle(tx, nora)
        await unwanted_words.put(tx, artisan_id, "casino", NOW, whole=True, action=Action.HIDE)
        await unwanted_words.put(tx, artisan_id, "spider", NOW, whole=True, action=Action.WARN)
        await at.say("bob", "plain", 1)
        asked = await at.say("bob", "casino", 2, content_html="<p>A <b>CASI\u00adNO</b></p>")
        named = await at.say("bob", "to-her", 3, content_html="<p>casino</p>")
        await tx.execute("INSERT INTO addressed VALUES (?, ?, 0)", (named, artisan_id))
        await at.say("bob", "warned", 4, content_html="<p>spider</p>")
        await at.say("bob", "quotes", 5, quote_uri=uri("casino"))
        assert await at.read(limit=1) == ["quotes", "warned", "to-her", "plain"]
        assert await other.read() == ["quotes", "warned", "to-her", "casino", "plain"]
        stretch = await timeline.list_timeline(tx, artisan_id, before=None, pictures=False, limit=9)
        assert [entry.post.warning for entry in stretch.entries] == ["", "spider", "", ""]
        assert stretch.entries[0].quoted is None
        assert [one.answer.post.warning for one in (await at.thread(asked)).branches] == ["casino"]


async def test_pages_lose_nothing_and_show_nothing_twice(db: Database, artisan_id: int) -> None:
    """However many things happened in the same moment, page after page has each of them, once."""
    async with db.write() as tx:
        at = await circle(tx, artisan_id)
        for number in range(9):
            await at.say("bob", f"p{number}", number // 5)
            post_id = await at.say("stranger", f"s{number}", 0)
            await at.share("carol", post_id, number // 5)
            await at.share("bob", post_id, number // 7)
        whole = await at.read()
        assert len(whole) == len(set(whole)) == 18
        for limit in (1, 2, 4, 18):
            assert await at.read(limit=limit) == whole
        assert await at.read(pictures=True) == []
        pictures = """[{"url": "https://host.example/a.jpg"}]"""
        await at.say("bob", "picture", 9, pictures=pictures)
        assert await at.read(pictures=True) == ["picture"]


async def test_the_timeline_is_read_from_indexes(db: Database, artisan_id: int) -> None:
    """A page costs as much as it shows, not as much as is kept: nothing is sorted whole."""
    async with db.read() as tx:
        sql = f"EXPLAIN QUERY PLAN {timeline._TIMELINE}"  # noqa: SLF001 - what is measured
        plan = "\n".join(row["detail"] for row in await fetch_all(tx, sql, (artisan_id, 2**53, 2**53, False, 20)))
        assert "SEARCH posts USING INDEX posts_timeline (published_at<?" in plan, plan
        assert "SEARCH shares USING COVERING INDEX shares_timeline (shared_at<?" in plan, plan
        assert "USE TEMP B-TREE FOR ORDER BY" not in plan, plan


async def test_what_is_private_is_for_whom_it_is(db: Database, artisan_id: int) -> None:
    """In a conversation of many nobody reads what is for another artisan of the house, nor what is withdrawn."""
    async with db.write() as tx:
        at = await circle(tx, artisan_id)
        other = Circle(tx, await put_neighbour(tx), at.ids)
        top = await at.say("bob", "top", 0)
        for number, visibility in enumerate(("followers", "direct")):
            post_id = await at.say("bob", visibility, number, to="top", visibility=visibility)
            await at.say("stranger", f"to-{visibility}", 3 + number, to=visibility)
            if visibility == "direct":
                sql = "INSERT INTO addressed (post_id, artisan_id, received_at) VALUES (?, ?, 0)"
                await tx.execute(sql, (post_id, other.artisan_id))
        gone: dict[str, Any] = {"actor_id": None, "artisan_id": artisan_id, "uid": "gone", "withdrawn_at": 1}
        await at.say("bob", "gone", 5, to="top", **gone)
        await at.say("stranger", "to-gone", 6, to="gone")
        hers = [["top", ["followers", "to-followers"], "to-direct", "to-gone"]]
        theirs = [["top", ["direct", "to-direct"], "to-followers", "to-gone"]]
        assert outline((await at.thread(top)).branches) == hers
        assert outline((await other.thread(top)).branches) == theirs
        assert not await posts.may_read(tx, artisan_id, post_id)
        assert await posts.may_read(tx, other.artisan_id, post_id)


async def test_a_conversation_is_found_from_each_of_its_posts(db: Database, artisan_id: int) -> None:
    """From the middle of it as from its ends; what it answers and is not known here is told by its id."""
    async with db.write() as tx:
        at = await circle(tx, artisan_id)
        top = await at.say("bob", "top", 0, to="elsewhere")
        middle = await at.say("stranger", "middle", 1, to="top")
        low = await at.say("carol", "low", 3, to="middle")
        await at.say("carol", "second", 2, to="top")
        for post_id in (top, middle, low):
            found = await at.thread(post_id)
            assert outline(found.branches) == [["top", ["middle", "low"], "second"]]
            assert (found.answers_uri, found.above_id, found.more) == (uri("elsewhere"), None, False)


async def test_endless_and_circular_conversations_end(db: Database, artisan_id: int) -> None:
    """Those that answer each other are told once; of hundreds as many as can be read, and always the one asked for."""
    async with db.write() as tx:
        at = await circle(tx, artisan_id)
        ring = await at.say("bob", "r0", 0, to="r2")
        await at.say("bob", "r1", 1, to="r0")
        await at.say("bob", "r2", 2, to="r1")
        selfish = await at.say("bob", "self", 3, to="self")
        found = await at.thread(ring)
        assert sorted(str(outline(found.branches)).replace("[", "").replace("]", "").split(", ")) == [
            "'r0'", "'r1'", "'r2'",
        ]  # fmt: skip
        assert outline((await at.thread(selfish)).branches) == ["self"]

        rows = [await at.say("bob", f"c{n}", n, to=f"c{n - 1}" if n else None) for n in range(350)]
        found = await at.thread(rows[-1])
        names = str(found.branches)
        assert uri("c349") in names
        assert (found.above_id, found.answers_uri) == (rows[349 - timeline.MOST_ABOVE - 1], None)
        found = await at.thread(rows[0])
        assert found.more
        assert uri(f"c{timeline.MOST_IN_A_THREAD - 1}") in str(found.branches)


async def test_what_is_quoted_is_shown_to_whom_it_is_for(db: Database, artisan_id: int) -> None:
    """A quote comes with the post it quotes, where that is here and she may read it."""
    async with db.write() as tx:
        at = await circle(tx, artisan_id)
        await at.say("stranger", "open", 0)
        await at.say("stranger", "shut", 0, visibility="followers")
        for number, name in enumerate(("open", "shut", "unknown")):
            await at.say("bob", f"q-{name}", number, quote_uri=uri(name))
        stretch = await timeline.list_timeline(tx, artisan_id, before=None, pictures=False, limit=9)
        quoted = {called(entry): entry.quoted and entry.quoted.uri for entry in stretch.entries}
        assert quoted == {"q-open": uri("open"), "q-shut": None, "q-unknown": None}


async def test_what_may_be_quoted_is_known(db: Database, artisan_id: int) -> None:
    """That is what its author lets anybody quote, or her followers where the artisan is one; nothing private."""
    allowed = {
        "all": json.dumps({"automatic": [PUBLIC], "manual": []}),
        "asked": json.dumps({"automatic": [], "manual": [PUBLIC]}),
        "followers": json.dumps({"automatic": [f"{_id_of('bob')}/followers"], "manual": []}),
        "nobody": json.dumps({"automatic": [], "manual": []}),
        "unsaid": None,
    }
    async with db.write() as tx:
        at = await circle(tx, artisan_id)
        for who in ("bob", "stranger"):
            sql = "UPDATE actors SET followers_uri = ?1 || '/followers' WHERE id = ?2"
            await tx.execute(sql, (_id_of("bob"), at.ids[who]))
            ids = [await at.say(who, f"{who}-{name}", quotable=quotable) for name, quotable in allowed.items()]
            ids.append(await at.say(who, f"{who}-private", quotable=allowed["all"], visibility="followers"))
            found = [post for row in ids if (post := await posts.find_by_id(tx, row)) is not None]
            quotable = [called(one) for one in await timeline.list_entries(tx, artisan_id, found) if one.quotable]
            names = ["all", "asked", "followers"] if who == "bob" else ["all", "asked"]
            assert quotable == [f"{who}-{name}" for name in names]
