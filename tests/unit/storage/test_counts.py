"""What the database counts by itself: likes, announces, replies, and the version of all that is shown."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from fedi_artisan.domain.uris import PUBLIC
from fedi_artisan.domain.works import Draft
from fedi_artisan.storage import actors, artisans, conversation, followers, posts, shown, works
from fedi_artisan.storage.artisans import StoredKey
from fedi_artisan.storage.db import Database, Tx, fetch_value
from fedi_artisan.vocab.notes import Note
from tests import saying
from tests.unit.storage.conftest import NOW, put_actor


def note(number: int, *, public: bool = True) -> Note:
    """Return a reply."""
    return Note(
        uri=f"https://host.example/notes/{number}",
        attributed_to="https://host.example/users/bob",
        in_reply_to="https://atelier.example/ap/works/u1",
        content_html="<p>Lovely!</p>",
        to=(PUBLIC,) if public else ("https://atelier.example/ap/actors/maria",),
        published_at=NOW,
    )


@pytest.fixture
async def work_id(db: Database, artisan_id: int) -> int:
    """A work."""
    async with db.write() as tx:
        work = await works.insert(
            tx, uid="u1", artisan_id=artisan_id, draft=Draft(title="Bowl"), series_uid="s", now=NOW
        )
    return work.id


async def react(tx: Tx, work_id: int, actor_id: int, kind: str, number: int = 1) -> None:
    """Like or announce the work."""
    uri = f"https://host.example/{kind}/{actor_id}/{number}"
    await conversation.put_reaction(
        tx, work_id=work_id, actor_id=actor_id, kind=kind, activity_uri=uri, content=None, now=NOW
    )


async def counts(tx: Tx) -> tuple[int, int, int]:
    """Return how the work is counted: likes, announces, replies."""
    work = await works.get(tx, "u1")
    return work.likes, work.announces, work.replies


async def test_each_actor_is_counted_once(db: Database, work_id: int) -> None:
    """A second Like of the same actor replaces the first; likes and announces are counted apart."""
    async with db.write() as tx:
        bob, carol = await put_actor(tx, "bob"), await put_actor(tx, "carol")
        for actor_id, kind, number in ((bob, "Like", 1), (bob, "Like", 2), (carol, "Like", 1), (bob, "Announce", 1)):
            await react(tx, work_id, actor_id, kind, number)
        assert await counts(tx) == (2, 1, 0)
        assert await conversation.delete_reaction(tx, bob, activity_uri=f"https://host.example/Like/{bob}/2")
        assert await counts(tx) == (1, 1, 0)
        assert not await conversation.delete_reaction(tx, bob, activity_uri=f"https://host.example/Like/{bob}/1")
        assert await conversation.delete_reaction(tx, bob, activity_uri=None, work_id=work_id, kind="Announce")
        assert await counts(tx) == (1, 0, 0)


async def test_nobody_takes_back_what_another_did(db: Database, work_id: int) -> None:
    """WIRE 10.2 #21: a reaction and a reply go only with the actor whose they are."""
    async with db.write() as tx:
        bob, carol = await put_actor(tx, "bob"), await put_actor(tx, "carol")
        await react(tx, work_id, bob, "Like")
        await saying.answer(tx, note(1), work_id=work_id, actor_id=bob, now=NOW)
        assert not await conversation.delete_reaction(tx, carol, activity_uri=f"https://host.example/Like/{bob}/1")
        assert not await posts.delete(tx, note(1).uri, carol)
        assert not await posts.update(
            tx, note(1), carol, updated_at=NOW + timedelta(days=1), now=NOW + timedelta(days=1)
        )
        assert await counts(tx) == (1, 0, 1)


async def test_public_replies_alone_are_counted(db: Database, work_id: int) -> None:
    """What is said in private is kept and never counted, so that no number tells of it."""
    async with db.write() as tx:
        bob = await put_actor(tx, "bob")
        for number, public in ((1, True), (2, False), (1, True)):
            await saying.answer(tx, note(number, public=public), work_id=work_id, actor_id=bob, now=NOW)
        assert await counts(tx) == (0, 0, 1)
        assert await posts.delete(tx, note(2).uri, bob)
        assert await counts(tx) == (0, 0, 1)
        assert await posts.delete(tx, note(1).uri, bob)
        assert await counts(tx) == (0, 0, 0)


async def test_with_an_actor_goes_all_she_did(db: Database, artisan_id: int, work_id: int) -> None:
    """An actor who is deleted leaves nothing behind, and every count is right at once."""
    async with db.write() as tx:
        bob, carol = await put_actor(tx, "bob"), await put_actor(tx, "carol")
        for actor_id in (bob, carol):
            await react(tx, work_id, actor_id, "Like")
            await react(tx, work_id, actor_id, "Announce")
            await saying.answer(tx, note(actor_id), work_id=work_id, actor_id=actor_id, now=NOW)
            await followers.put(tx, artisan_id, actor_id, f"https://host.example/follows/{actor_id}", NOW)
        await followers.block(tx, artisan_id, bob, "https://host.example/blocks/1")
        assert await counts(tx) == (2, 2, 2)
        assert await actors.delete(tx, "https://host.example/users/bob")
        assert await counts(tx) == (1, 1, 1)
        assert await followers.count(tx, artisan_id) == 1
        sql = """
            SELECT count(*) FROM (
                SELECT actor_id FROM reactions UNION ALL SELECT actor_id FROM replies
                UNION ALL SELECT actor_id FROM blocks UNION ALL SELECT actor_id FROM followers)
            WHERE actor_id = ?
        """
        assert await fetch_value(tx, sql, (bob,)) == 0
        assert not await actors.delete(tx, "https://host.example/users/bob")


async def _nothing(tx: Tx, artisan_id: int) -> None:
    await fetch_value(tx, "SELECT ?", (artisan_id,))


async def _store_a_stranger(tx: Tx, artisan_id: int) -> None:
    del artisan_id
    await put_actor(tx, "stranger")


async def _publish(tx: Tx, artisan_id: int) -> None:
    await works.insert(tx, uid="u2", artisan_id=artisan_id, draft=Draft(title="Jar"), series_uid="s", now=NOW)


async def _withdraw(tx: Tx, artisan_id: int) -> None:
    del artisan_id
    await works.withdraw(tx, await works.get(tx, "u1"), NOW)


async def _like(tx: Tx, artisan_id: int) -> None:
    del artisan_id
    await react(tx, (await works.get(tx, "u1")).id, await put_actor(tx, "bob"), "Like")


async def _follow(tx: Tx, artisan_id: int) -> None:
    await followers.put(tx, artisan_id, await put_actor(tx, "bob"), "https://host.example/f", NOW)


async def _new_key(tx: Tx, artisan_id: int) -> None:
    await artisans.put_key(tx, StoredKey(artisan_id, "private", "public"), NOW)


@pytest.mark.parametrize(
    ("change", "is_shown"),
    [
        (_nothing, False),
        (_store_a_stranger, False),
        (_publish, True),
        (_withdraw, True),
        (_like, True),
        (_follow, True),
        (_new_key, True),
    ],
)
async def test_what_can_be_seen_has_a_version(
    db: Database, artisan_id: int, work_id: int, change: Callable[[Tx, int], Awaitable[None]], is_shown: bool
) -> None:
    """Whatever a page or a document shows raises the version, so that no kept answer is stale; all else does not."""
    async with db.read() as tx:
        before = await shown.version(tx)
    async with db.write() as tx:
        await change(tx, artisan_id)
    async with db.read() as tx:
        assert (await shown.version(tx) > before) is is_shown
