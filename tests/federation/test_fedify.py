"""Our server and Fedify, a complete implementation that we did not write, over real sockets and in all its dialects."""

import dataclasses
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import followers as followers_service
from tests.federation import commands
from tests.federation.fedify import FedifyPeer, Mode, Sent, fedify
from tests.house import House, key_pair, until
from tests.unit.web.markup import Page, read

ALT = "A bowl of ash wood, seen from above"

every_mode = pytest.mark.parametrize("peer", list(Mode), indirect=True)


@pytest.fixture
async def peer(request: pytest.FixtureRequest) -> AsyncIterator[FedifyPeer]:
    """A Fedify server of the mode that the test asks for; at the end, proof that it kept to it and to loopback."""
    mode: Mode = getattr(request, "param", Mode.DEFAULT)
    async with fedify(mode) as opened:
        yield opened
        await _check_doors(opened)


_UNDERSTOOD = {Mode.CAVAGE_ONLY: {"cavage"}, Mode.RFC9421_ONLY: {"rfc9421"}}


async def _check_doors(peer: FedifyPeer) -> None:
    """Everything was signed in a dialect of the peer's mode, and refused no more than double-knocking explains."""
    counters = await peer.counters()
    understood = _UNDERSTOOD.get(peer.mode, {"cavage", "rfc9421"})
    assert counters.strangers == ()
    assert {one.dialect for one in await peer.received()} <= understood
    assert {name for name in ("cavage", "rfc9421", "unsigned") if getattr(counters.sent, name)} <= understood
    assert (counters.refused.rfc9421, counters.refused.unsigned) == (0, 0), counters.refusals
    # The first knock of all is draft-cavage; what the host understood instead is remembered (WIRE 2.3).
    knocked_twice = peer.mode is Mode.RFC9421_ONLY and counters.verified.rfc9421 > 0
    assert counters.refused.cavage == (1 if knocked_twice else 0), counters.refusals


async def outcome(house: House, sent: Sent) -> str:
    """Return what came of an activity that the peer delivered, once it was processed."""

    async def done() -> Any:
        return await house.value("SELECT answer FROM inbox WHERE activity_uri = ? AND state <> 'waiting'", sent.id)

    return str(await until(done, f"the processing of {sent.id}"))


async def counts(peer: FedifyPeer, work_uri: str) -> tuple[int, int, int]:
    """Return how many replies, likes and shares a work has, as Fedify reads it from its collections."""
    answers = [await peer.fetch(f"{work_uri}/{name}") for name in ("replies", "likes", "shares")]
    replies, likes, shares = [int((answer.document or {})["totalItems"]) for answer in answers]
    return replies, likes, shares


async def opened(house: House, form: Mapping[str, str] | None = None) -> Page:
    """Return our page on how to follow, or what it answers to a form."""
    method = "GET" if form is None else "POST"
    url, headers = f"{house.config.origin}/follow", {"Accept": "text/html"}
    async with aiohttp.ClientSession() as session, session.request(method, url, data=form, headers=headers) as answer:
        return read(await answer.text())


async def counts_become(peer: FedifyPeer, work_uri: str, expected: tuple[int, int, int]) -> None:
    """Return once the collections tell *expected*, which a rendered answer may take a moment to do."""

    async def told() -> bool:
        return await counts(peer, work_uri) == expected

    await until(told, f"replies, likes, shares of {expected}", within_s=2)


# --- In every dialect, and before a server that refuses unsigned questions


@every_mode
async def test_fedify_finds_and_follows_us(house: House, peer: FedifyPeer) -> None:
    """Found by handle and followed, we answer with an Accept of the whole Follow; an Undo ends it (WIRE 5.2)."""
    reader = await peer.actor("reader")
    found = await peer.lookup(house.handle)
    assert (found["id"], found["preferredUsername"]) == (house.actor_uri, "maria")

    follow = await reader.follow(house.handle)
    accept = await peer.wait_for("Accept")
    whole = {"id": follow.id, "type": "Follow", "actor": reader.uri, "object": house.actor_uri}
    assert (accept.actor, accept.raw["object"]) == (house.actor_uri, whole)
    assert (await reader.relations()).following == {house.actor_uri}
    assert await house.value("SELECT follow_uri FROM followers") == follow.id

    assert await outcome(house, await reader.undo(follow)) == "unfollowed"
    assert await house.value("SELECT count(*) FROM followers") == 0


@every_mode
async def test_fedify_receives_works(house: House, peer: FedifyPeer) -> None:
    """Create, two Updates with a rising `updated`, and Delete with a Tombstone arrive verified, once, in order."""
    reader = await peer.actor("reader")
    await reader.follow(house.handle)
    await peer.wait_for("Accept")

    work = await house.publish(await commands.photographed(house, ALT))
    uri = house.uris.work(work.uid)
    create = await peer.wait_for("Create")
    assert (create.actor, create.object_id, create.inbox) == (house.actor_uri, uri, None)
    [image] = create.raw["object"]["attachment"]
    assert (image["type"], image["mediaType"], image["name"], image["summary"]) == ("Image", "image/jpeg", ALT, ALT)
    assert create.object is not None
    assert (create.object["attachment"]["name"], create.object["attachment"]["type"]) == (ALT, "Image")
    assert "Turned while the wood was green." in create.object["content"]

    await commands.revise(house, work, title="Ash bowl, oiled")
    await commands.revise(house, work, title="Ash bowl, waxed")
    await commands.withdraw(house, work)
    delete = await peer.wait_for("Delete")
    assert delete.raw["object"] == {"id": uri, "type": "Tombstone"}
    received = await peer.received()
    assert [one.type for one in received] == ["Accept", "Create", "Update", "Update", "Delete"]
    edits = [one.raw["object"] for one in received if one.type == "Update"]
    moments = [datetime.fromisoformat(edit["updated"]) for edit in edits]
    assert datetime.fromisoformat(create.raw["object"]["published"]) < moments[0] < moments[1]
    assert ["oiled" in edits[0]["content"], "waxed" in edits[1]["content"]] == [True, True]
    gone = await peer.fetch(uri)
    assert gone.status == 410


@every_mode
async def test_fedify_reacts_to_a_work(house: House, peer: FedifyPeer) -> None:
    """Reply, Like and Announce are counted, and each is taken back again: in our rows and in what we serve."""
    visitor = await peer.actor("visitor")
    work = await house.publish()
    uri = house.uris.work(work.uid)
    reply = await visitor.reply(uri, "<p>How lovely!</p>")
    like = await visitor.like(uri)
    announce = await visitor.announce(uri)
    assert [await outcome(house, one) for one in (reply, like, announce)] == ["replied", "liked", "announced"]
    assert await house.value("SELECT content_html FROM replies WHERE uri = ?", reply.object) == "<p>How lovely!</p>"
    await counts_become(peer, uri, (1, 1, 1))

    assert reply.object is not None
    back = [await visitor.delete_note(reply.object, to=house.actor_uri)]
    back += [await visitor.undo(sent) for sent in (like, announce)]
    assert [await outcome(house, one) for one in back] == ["post forgotten", "taken back", "taken back"]
    await counts_become(peer, uri, (0, 0, 0))


@every_mode
async def test_fedify_is_followed_by_us(house: House, peer: FedifyPeer) -> None:
    """We find an actor by handle, follow, are accepted, and stop with an Undo of the whole Follow (WIRE 5.2)."""
    maker = await peer.actor("maker")
    assert await commands.follow(house, maker.handle) == maker.uri
    follow = await peer.wait_for("Follow")

    async def accepted() -> bool:
        return bool(await house.value("SELECT state = 'accepted' FROM following"))

    await until(accepted, "the Accept")
    assert (await maker.relations()).followers == {house.actor_uri}
    await maker.publish("<p>A jug.</p>")

    await commands.unfollow(house, maker.handle)
    undo = await peer.wait_for("Undo")
    whole = {"id": follow.id, "type": "Follow", "actor": house.actor_uri, "object": maker.uri}
    assert undo.raw["object"] == whole
    assert (await maker.relations()).followers == frozenset()
    assert await house.value("SELECT count(*) FROM following") == 0


@pytest.mark.parametrize("peer", [Mode.AUTHORIZED_FETCH], indirect=True)
async def test_fedify_answers_only_signed_questions(house: House, peer: FedifyPeer) -> None:
    """Where unsigned questions get 401 we ask signed: its key was read, or its Follow had not been accepted."""
    reader = await peer.actor("reader")
    assert (await peer.fetch(reader.uri, signed=False)).status == 401
    await reader.follow(house.handle)
    await peer.wait_for("Accept")


# --- What one peer does


async def test_fedify_waits_and_is_sent_away(house: House, peer: FedifyPeer) -> None:
    """Where the artisan answers herself, nothing is said before she does; her Accept counts there, and her Reject."""
    reader = await peer.actor("reader")
    async with house.db.write() as tx:
        await artisans_service.set_approval(tx, house.uris, house.artisan, wanted=True, now=utc_now())

    async def told() -> bool:
        return ((await peer.lookup(house.handle)) or {}).get("manuallyApprovesFollowers") is True

    await until(told, "the setting in the actor document")
    follow = await reader.follow(house.handle)
    assert await outcome(house, follow) == "waits for the artisan's answer"
    assert [one.type for one in await peer.received()] == []
    assert (await reader.relations()).following == frozenset()

    whole = {"id": follow.id, "type": "Follow", "actor": reader.uri, "object": house.actor_uri}
    for deed, said, following in (
        (followers_service.accept, "Accept", {house.actor_uri}),
        (followers_service.remove, "Reject", frozenset()),
    ):
        async with house.db.write() as tx:
            assert await deed(tx, house.uris, house.artisan, reader.uri, utc_now())
        assert (await peer.wait_for(said)).raw["object"] == whole
        assert (await reader.relations()).following == following


async def test_fedify_edits_its_reply(house: House, peer: FedifyPeer) -> None:
    """The newer words of a reply replace the older ones; it stays one reply."""
    visitor = await peer.actor("visitor")
    uri = house.uris.work((await house.publish()).uid)
    reply = await visitor.reply(uri, "<p>How lovely!</p>")
    assert await outcome(house, reply) == "replied"
    assert reply.object is not None
    edit = await visitor.edit(reply.object, "<p>How <strong>very</strong> lovely!</p>", to=house.actor_uri)
    # Fedify sends no `updated` with an edit of its own accord; the moment of its arrival counts.
    assert await outcome(house, edit) == "post revised"
    assert [tuple(row) for row in await house.rows("SELECT content_html FROM replies")] == [
        ("<p>How <strong>very</strong> lovely!</p>",)
    ]


async def test_fedify_updates_its_actor(house: House, peer: FedifyPeer) -> None:
    """A changed actor is stored as she is now; she stays the follower she was."""
    reader = await peer.actor("reader")
    await reader.follow(house.actor_uri)
    await peer.wait_for("Accept")
    update = await reader.update("A potter too.", to=house.actor_uri)
    assert await outcome(house, update) == "actor updated"
    assert await house.value("SELECT count(*) FROM followers") == 1


async def test_fedify_blocks_us(house: House, peer: FedifyPeer) -> None:
    """Who blocks us is sent nothing more, and followed no more; lifted, she may follow again (WIRE 5.6)."""
    reader, friend = await peer.actor("reader"), await peer.actor("friend")
    await commands.follow(house, reader.handle)
    await peer.wait_for("Follow")
    await reader.follow(house.actor_uri)
    await peer.wait_for("Accept", where=lambda one: one.actor == house.actor_uri)

    block = await reader.block(house.actor_uri)
    assert await outcome(house, block) == "parted"
    assert await house.value("SELECT count(*) FROM followers") == 0
    assert await house.value("SELECT count(*) FROM following") == 0
    await house.publish()

    assert await outcome(house, await reader.undo(block)) == "unblocked"
    await friend.follow(house.actor_uri)
    await peer.wait_for("Accept", where=lambda one: one.raw["object"]["actor"] == friend.uri)
    assert "Create" not in {one.type for one in await peer.received()}
    await reader.follow(house.actor_uri)
    assert await until(lambda: house.value("SELECT count(*) = 2 FROM followers"), "the second follower")


async def test_fedify_deletes_itself(house: House, peer: FedifyPeer) -> None:
    """A deleted actor is forgotten with all she did here: follow, like, reply and the counts (WIRE 5.5)."""
    leaver = await peer.actor("leaver")
    uri = house.uris.work((await house.publish()).uid)
    await leaver.follow(house.actor_uri)
    await leaver.like(uri)
    await leaver.reply(uri, "<p>Farewell!</p>")
    await counts_become(peer, uri, (1, 1, 0))
    assert await outcome(house, await leaver.delete(to=house.actor_uri)) == "actor forgotten"
    await counts_become(peer, uri, (0, 0, 0))
    for table in ("followers", "reactions", "replies", "actors"):
        assert await house.rows(f"SELECT * FROM {table}") == [], table  # noqa: S608 - names of ours


async def test_fedify_moves(house: House, peer: FedifyPeer) -> None:
    """Whoever we follow is followed at her new place, once it says who she was, and left at the old (FEP-7628)."""
    elder = await peer.actor("elder")
    heir = await peer.actor("heir", aliases=(elder.uri,))
    stranger = await peer.actor("stranger")
    await commands.follow(house, elder.handle)
    await peer.wait_for("Follow")
    await until(lambda: house.value("SELECT state = 'accepted' FROM following"), "the Accept")

    false = await elder.move(stranger.uri, to=house.actor_uri)
    assert "does not say" in await outcome(house, false)
    assert await outcome(house, await elder.move(heir.uri, to=house.actor_uri)) == f"moved to {heir.uri}"
    await peer.wait_for("Follow", where=lambda one: one.object_id == heir.uri)
    await peer.wait_for("Undo", where=lambda one: one.raw["object"]["object"] == elder.uri)
    assert (await heir.relations()).followers == {house.actor_uri}
    assert (await elder.relations()).followers == frozenset()


async def test_fedify_sees_us_move(house: House, peer: FedifyPeer) -> None:
    """Followers there get our actor with the new address, then the Move; it is bound for who says that she was us."""
    fan = await peer.actor("fan")
    heir = await peer.actor("heir", aliases=(house.actor_uri,))
    await fan.follow(house.handle)
    await peer.wait_for("Accept")
    await commands.move(house, heir.handle)
    update = await peer.wait_for("Update")
    move = await peer.wait_for("Move")
    assert update.number < move.number
    assert (update.raw["object"]["movedTo"], move.raw["target"], move.object_id) == (
        heir.uri,
        heir.uri,
        house.actor_uri,
    )
    late = await peer.actor("late")
    await late.follow(house.handle)
    await peer.wait_for("Reject")
    assert await house.value("SELECT count(*) FROM followers") == 1


@pytest.mark.parametrize("peer", [Mode.CAVAGE_ONLY], indirect=True)
async def test_fedify_compares_followers(house: House, peer: FedifyPeer) -> None:
    """Who was lost there follows no more here, with the next word for followers; who was not, stays (FEP-8fcf)."""
    maker = await peer.actor("maker")
    async with house.db.write() as tx:
        second = await artisans_service.create(
            tx, username="nour", name="Nour", language="en", key=key_pair(), now=utc_now()
        )
    for one in (house, dataclasses.replace(house, artisan=second)):
        await commands.follow(one, maker.handle)
        await peer.wait_for("Follow", where=lambda follow, uri=one.actor_uri: follow.actor == uri)  # type: ignore[misc]
    states = "SELECT count(*) FROM following WHERE state = ?"
    await until(lambda: house.value(f"{states} HAVING count(*) = 2", "accepted"), "both")
    await maker.whisper("<p>All well?</p>")
    await maker.lose_follower(house.actor_uri)
    await maker.whisper("<p>And now?</p>")
    await until(lambda: house.value(states, "rejected"), "the end of one")
    assert await house.value("SELECT state FROM following WHERE artisan_id = ?", second.id) == "accepted"


@pytest.mark.parametrize(("follows", "state"), [("hold", "requested"), ("reject", "rejected")])
async def test_fedify_does_not_accept_us(house: House, peer: FedifyPeer, follows: Any, state: str) -> None:
    """An unanswered Follow stays a request, a refused one is known as refused; neither counts as following."""
    maker = await peer.actor("maker", follows=follows)
    await commands.follow(house, maker.handle)
    await peer.wait_for("Follow")
    await until(lambda: house.value("SELECT state = ? FROM following", state), state)
    following = (await peer.fetch(f"{house.actor_uri}/following")).document
    assert following is not None
    assert (following["totalItems"], "first" in following) == (0, False)
    await commands.unfollow(house, maker.handle)
    await peer.wait_for("Undo")


async def test_fedify_accounts_find_the_way_home(house: House, peer: FedifyPeer) -> None:
    """FEP-3b86: our form finds the page that Fedify names, and what it takes there is whom Fedify can follow."""
    reader = await peer.actor("reader")
    going = await opened(house, {"address": reader.handle})
    page = urlsplit(going.one("a", class_="go").attributes["href"])
    assert (page.netloc, page.path) == (peer.host, "/intents/follow")
    given = parse_qs(page.query, keep_blank_values=True)
    assert given == {"object": [house.actor_uri], "then": [""]}
    await reader.follow(given["object"][0])
    await peer.wait_for("Accept")
    assert (await opened(house)).one("p", class_="many").text == "1 person follows Atelier Maria."


async def test_fedify_walks_our_collections(house: House, peer: FedifyPeer) -> None:
    """Fedify reads the outbox over all its pages, the newest first, and the featured works by their ids (WIRE 6)."""
    published = [await house.publish(await commands.photographed(house, ALT, title="First"))]
    published += [await house.publish() for _ in range(44)]
    creates = await peer.traverse(f"{house.actor_uri}/outbox")
    assert [kind for kind, _ in creates] == ["Create"] * 45
    said = [(await peer.fetch(uri)).document for _, uri in (creates[0], creates[-1])]
    assert [one["object"]["id"] for one in said if one] == [
        house.uris.work(published[-1].uid),
        house.uris.work(published[0].uid),
    ]
    assert len({uri for _, uri in creates}) == 45
    assert await peer.traverse(f"{house.actor_uri}/featured") == [("Note", house.uris.work(published[0].uid))]
    reader = await peer.actor("reader")
    await reader.follow(house.actor_uri)
    await peer.wait_for("Accept")


async def test_fedify_gets_each_work_once_for_all(house: House, peer: FedifyPeer) -> None:
    """Two followers of one server are reached by one delivery to its shared inbox (ActivityPub 7.1.3)."""
    for name in ("one", "other"):
        await (await peer.actor(name)).follow(house.actor_uri)
    await until(lambda: house.value("SELECT count(*) = 2 FROM followers"), "two followers")
    await house.publish()
    create = await peer.wait_for("Create")
    assert create.inbox is None
    assert (
        await house.value(
            "SELECT count(*) FROM deliveries JOIN activities ON activities.id = activity_id WHERE type = 'Create'"
        )
        == 1
    )


async def test_fedify_verifies_us_after_a_new_key(house: House, peer: FedifyPeer) -> None:
    """After a rotation the next delivery verifies: the key's id stays, and Fedify reads it again (WIRE 2.4)."""
    reader = await peer.actor("reader")
    await reader.follow(house.actor_uri)
    await peer.wait_for("Accept")
    await commands.rotate_key(house)
    update = await peer.wait_for("Update")
    assert update.object_id == house.actor_uri
    await house.publish()
    assert (await peer.wait_for("Create")).actor == house.actor_uri
