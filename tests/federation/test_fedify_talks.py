"""Our server and Fedify in conversation: answers, edits out of order, and blocks."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import Post, PostDraft, draft_of
from fedi_artisan.services import speaking
from fedi_artisan.services.safety import people as safety_people
from tests.federation import commands
from tests.federation.fedify import FedifyActor, FedifyPeer, Sent, fedify
from tests.house import House, until

POST = "SELECT content_html, work_id IS NOT NULL AS stands, approved FROM posts WHERE uri = ?"


@pytest.fixture
async def peer() -> AsyncIterator[FedifyPeer]:
    """A Fedify server."""
    async with fedify() as opened:
        yield opened


async def outcome(house: House, sent: Sent) -> str:
    """Return what came of an activity that the peer delivered."""

    async def done() -> Any:
        return await house.value("SELECT answer FROM inbox WHERE activity_uri = ? AND state <> 'waiting'", sent.id)

    return str(await until(done, f"the processing of {sent.id}"))


async def is_followed(by: House, actor: FedifyActor) -> None:
    """Follow an actor of the peer, and return once she has agreed."""
    await commands.follow(by, actor.handle)
    await until(lambda: by.value("SELECT state = 'accepted' FROM following"), "the Accept")


async def say(house: House, text: str, to: str) -> Post:
    """Let our artisan answer something."""
    async with house.db.write() as tx:
        draft = PostDraft(text=text, in_reply_to=to)
        return await speaking.publish(tx, house.uris, house.artisan, draft, utc_now())


async def test_fedify_converses_with_us(house: House, peer: FedifyPeer) -> None:
    """Answers go to and fro below a work; what we say otherwise or take back is so there, and what it does so here."""
    maker = await peer.actor("maker")
    await is_followed(house, maker)
    uri = house.uris.work((await house.publish()).uid)
    first = await maker.reply(uri, "<p>What clay is it?</p>")
    assert await outcome(house, first) == "replied"
    assert first.object is not None

    ours = await say(house, "Stoneware, from the pit behind the house.", first.object)
    create = await peer.wait_for("Create", where=lambda one: one.object_id == ours.uri)
    note = create.raw["object"]
    assert (note["inReplyTo"], [tag["href"] for tag in note["tag"]]) == (first.object, [maker.uri])
    assert create.object is not None
    assert "from the pit" in create.object["content"]

    second = await maker.reply(ours.uri, "<p>May I have some?</p>")
    like = await maker.like(ours.uri)
    assert [await outcome(house, one) for one in (second, like)] == ["replied", "liked"]
    assert tuple((await house.rows(POST, second.object))[0]) == ("<p>May I have some?</p>", 1, 1)
    assert await house.value("SELECT replies FROM works") == 3
    assert await house.value("SELECT count(*) FROM post_reactions") == 1

    async with house.db.write() as tx:
        ours = await speaking.revise(tx, house.uris, ours, PostDraft(text="Stoneware."), utc_now())
    update = await peer.wait_for("Update", where=lambda one: one.object_id == ours.uri)
    assert "Stoneware." in update.raw["object"]["content"]
    assert draft_of(ours).in_reply_to == first.object
    async with house.db.write() as tx:
        await speaking.withdraw(tx, house.uris, ours, utc_now())
    delete = await peer.wait_for("Delete")
    assert delete.raw["object"]["id"] == ours.uri
    assert (await peer.fetch(ours.uri)).status == 410
    assert second.object is not None
    assert await outcome(house, await maker.delete_note(second.object, to=house.actor_uri)) == "post forgotten"
    assert await house.value("SELECT replies FROM works") == 1


async def test_fedify_edits_what_never_came(house: House, peer: FedifyPeer) -> None:
    """The edit of a post from before we followed brings it as it is now; what is deleted first never comes."""
    maker = await peer.actor("maker")
    early, late = await maker.publish("<p>A jug.</p>"), await maker.publish("<p>A cup.</p>")
    await is_followed(house, maker)
    assert early.object is not None
    assert late.object is not None
    assert (
        await outcome(house, await maker.delete_note(late.object, to=house.actor_uri))
        == "nothing of hers here by that id"
    )
    edit = await maker.edit(early.object, "<p>A jug, sold.</p>")
    assert await outcome(house, edit) == "published"
    assert [row["content_html"] for row in await house.rows("SELECT content_html FROM posts")] == [
        "<p>A jug, sold.</p>"
    ]


async def test_fedify_is_blocked_by_us(house: House, peer: FedifyPeer) -> None:
    """Whom our artisan blocks is told so, follows no more, and is heard no more; lifted, she may follow again."""
    reader, friend = await peer.actor("reader"), await peer.actor("friend")
    uri = house.uris.work((await house.publish()).uid)
    follow = await reader.follow(house.actor_uri)
    await peer.wait_for("Accept")
    reply = await reader.reply(uri, "<p>Cheap.</p>")
    assert await outcome(house, reply) == "replied"

    async with house.db.write() as tx:
        assert await safety_people.block(tx, house.uris, house.artisan, reader.uri, utc_now())
    reject = await peer.wait_for("Reject")
    assert reject.raw["object"]["id"] == follow.id
    block = await peer.wait_for("Block")
    assert block.object_id == reader.uri
    assert (await reader.relations()).following == frozenset()
    assert await house.value("SELECT count(*) FROM followers") == 0
    assert await house.value("SELECT count(*) FROM posts WHERE actor_id IS NOT NULL") == 0

    await reader.reply(uri, "<p>Still cheap.</p>")
    await reader.follow(house.actor_uri)
    welcome = await friend.reply(uri, "<p>Lovely.</p>")
    assert await outcome(house, welcome) == "replied"
    assert [row["content_html"] for row in await house.rows("SELECT content_html FROM replies")] == ["<p>Lovely.</p>"]
    assert await house.value("SELECT count(*) FROM followers") == 0

    async with house.db.write() as tx:
        assert await safety_people.unblock(tx, house.uris, house.artisan, reader.uri, utc_now())
    await peer.wait_for("Undo")
    await reader.follow(house.actor_uri)
    await until(lambda: house.value("SELECT count(*) FROM followers"), "the follower")
