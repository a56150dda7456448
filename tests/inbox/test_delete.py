"""Delete: accepted, repeated, by a stranger, for someone else, malformed (ActivityPub 7.4; WIRE 5.5)."""

import pytest

from tests.house import House
from tests.inbox.answering import ask_to_follow
from tests.inbox.sending import befriend, effect
from tests.inbox.shapes import shapes, visit
from tests.neighbour import Neighbour

REPLIES = "SELECT count(*) FROM replies"


@pytest.mark.parametrize(("software", "name"), shapes("delete_reply"))
async def test_every_server_can_delete_a_reply(
    house: House, neighbour: Neighbour, work: str, software: str, name: str
) -> None:
    """The Delete of a reply, by id or Tombstone, takes the reply away and counts it out."""
    visitor = visit(software, house, neighbour, work)
    await visitor.send(visitor.read("create_reply"))
    assert await visitor.send(visitor.read(name)) == ("done", "post forgotten")
    assert (await house.value(REPLIES), await house.value("SELECT replies FROM works")) == (0, 0)


@pytest.mark.parametrize(("software", "name"), shapes("delete_actor"))
async def test_every_server_can_delete_an_actor(
    house: House, neighbour: Neighbour, work: str, software: str, name: str
) -> None:
    """Who deletes herself is forgotten with all she did here."""
    visitor = visit(software, house, neighbour, work)
    for done in ("follow", "like", "create_reply"):
        await visitor.send(visitor.read(done))
    await visitor.is_followed()
    assert await visitor.send(visitor.read(name)) == ("done", "actor forgotten")
    for table in ("actors", "actor_keys", "followers", "following", "reactions", "replies"):
        assert await house.value(f"SELECT count(*) FROM {table}") == 0, table  # noqa: S608 - names of ours
    assert [tuple(row) for row in await house.rows("SELECT likes, replies FROM works")] == [(0, 0)]


async def test_who_was_deleted_can_come_back(house: House, neighbour: Neighbour) -> None:
    """A farewell is not for ever: an actor who follows afterwards is asked for anew."""
    bob = neighbour.person("bob")
    await befriend(house, neighbour, bob)
    await effect(house, neighbour, bob, neighbour.activity("Delete", bob, bob.uri))
    await befriend(house, neighbour, bob)
    assert await house.value("SELECT count(*) FROM followers") == 1
    assert neighbour.asked(bob.uri) == 2


async def test_a_second_delete_is_nothing(house: House, neighbour: Neighbour, work: str) -> None:
    """What is gone can be deleted again, without effect."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work)
    await effect(house, neighbour, bob, neighbour.activity("Create", bob, note))
    for _ in range(2):
        state, _ = await effect(house, neighbour, bob, neighbour.activity("Delete", bob, note["id"]))
        assert state == "done"
    assert await house.value(REPLIES) == 0


async def test_nobody_deletes_what_is_of_others(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #21: the owner is who is stored as such; others of the same server have no say."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    note = neighbour.note(bob, work)
    like = neighbour.activity("Like", bob, work)
    follow = await befriend(house, neighbour, bob)
    await befriend(house, neighbour, mallory)
    await effect(house, neighbour, bob, neighbour.activity("Create", bob, note))
    await effect(house, neighbour, bob, like)
    for target in (note["id"], like["id"], follow["id"], bob.uri, work, house.actor_uri):
        for shape in (target, {"id": target, "type": "Tombstone"}):
            state, answer = await effect(house, neighbour, mallory, neighbour.activity("Delete", mallory, shape))
            assert (state, answer) == ("done", "nothing of hers here by that id")
    assert await house.value(REPLIES) == 1
    assert await house.value("SELECT count(*) FROM followers") == 2
    assert [tuple(row) for row in await house.rows("SELECT likes, replies, withdrawn_at FROM works")] == [(1, 1, None)]


async def test_a_reaction_can_be_deleted(house: House, neighbour: Neighbour, work: str) -> None:
    """Some servers delete an Announce or Like instead of undoing it."""
    bob = neighbour.person("bob")
    announce = neighbour.activity("Announce", bob, work)
    await effect(house, neighbour, bob, announce)
    assert await effect(house, neighbour, bob, neighbour.activity("Delete", bob, announce["id"])) == (
        "done",
        "taken back",
    )
    assert await house.value("SELECT announces FROM works") == 0


async def test_a_deleted_actor_is_not_followed_any_more(house: House, neighbour: Neighbour) -> None:
    """Nothing is sent to who is gone."""
    bob = neighbour.person("bob")
    await befriend(house, neighbour, bob)
    await ask_to_follow(house, bob)
    await effect(house, neighbour, bob, neighbour.activity("Delete", bob, {"id": bob.uri, "type": "Person"}))
    before = await house.value("SELECT count(*) FROM deliveries")
    await house.publish()
    assert await house.value("SELECT count(*) FROM deliveries") == before


@pytest.mark.parametrize("target", [None, {}, "tag:old", 0])
async def test_a_delete_of_nothing_is_refused(house: House, neighbour: Neighbour, target: object) -> None:
    """A Delete without an object is answered 400."""
    bob = neighbour.person("bob")
    assert (await neighbour.send(bob, house.uris.shared_inbox, neighbour.activity("Delete", bob, target)))[0] == 400
