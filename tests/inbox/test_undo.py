"""Undo: accepted, repeated, by a stranger, for someone else, malformed (ActivityPub 7.12)."""

from typing import Any

import pytest

from tests.house import House
from tests.inbox.answering import ask_to_follow, state_of
from tests.inbox.sending import befriend, effect
from tests.inbox.shapes import shapes, visit
from tests.neighbour import Neighbour

LEFT = (
    "SELECT (SELECT count(*) FROM followers) + (SELECT count(*) FROM reactions) + (SELECT count(*) FROM blocks) "
    "+ (SELECT likes + announces FROM works)"
)


@pytest.mark.parametrize(
    ("software", "name"), shapes("undo_announce", "undo_block", "undo_follow", "undo_like", "undo_emoji_react")
)
async def test_every_server_can_undo(house: House, neighbour: Neighbour, work: str, software: str, name: str) -> None:
    """The Undo of every kind of server takes back what its actor did."""
    visitor = visit(software, house, neighbour, work)
    await visitor.send(visitor.read(name.removeprefix("undo_")))
    assert await house.value(LEFT) > 0
    state, _ = await visitor.send(visitor.read(name))
    assert (state, await house.value(LEFT)) == ("done", 0)


def about_us(house: House, work: str) -> dict[str, str]:
    """Return what each kind that can be undone is about."""
    return {"Follow": house.actor_uri, "Block": house.actor_uri, "Like": work, "Announce": work, "EmojiReact": work}


@pytest.mark.parametrize("kind", ["Follow", "Block", "Like", "Announce", "EmojiReact"])
@pytest.mark.parametrize("shape", ["id", "without an object", "without an id", "without an actor", "another id"])
async def test_an_undo_is_understood_in_every_shape(
    house: House, neighbour: Neighbour, work: str, kind: str, shape: str
) -> None:
    """What is undone is known by its id, or by what it was about (WIRE 5.2)."""
    bob = neighbour.person("bob")
    done = neighbour.activity(kind, bob, about_us(house, work)[kind])
    await effect(house, neighbour, bob, done)
    inner: Any = {
        "id": done["id"],
        "without an object": {"id": done["id"], "type": kind},
        "without an id": {"type": kind, "actor": bob.uri, "object": done["object"]},
        "without an actor": {"id": done["id"], "type": kind, "object": done["object"]},
        "another id": {**done, "id": f"{bob.uri}#old/1"},
    }[shape]
    state, answer = await effect(house, neighbour, bob, neighbour.activity("Undo", bob, inner))
    assert (state, await house.value(LEFT)) == ("done", 0), answer


async def test_a_second_undo_is_nothing(house: House, neighbour: Neighbour) -> None:
    """What was undone can be undone again, without effect."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    follow = await befriend(house, neighbour, bob)
    await befriend(house, neighbour, carol)
    for _ in range(2):
        assert (await effect(house, neighbour, bob, neighbour.activity("Undo", bob, follow)))[0] == "done"
    assert await house.value("SELECT count(*) FROM followers") == 1


async def test_nobody_undoes_what_others_did(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #21: an Undo of what somebody else did is refused or without effect, in every shape."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    done = [neighbour.activity(kind, bob, about) for kind, about in about_us(house, work).items() if kind != "Block"]
    for activity in done:
        await effect(house, neighbour, bob, activity)
    await befriend(house, neighbour, mallory)
    before = await house.value(LEFT)
    for activity in done:
        bare = {"id": activity["id"], "type": activity["type"]}
        claimed = {**activity, "actor": mallory.uri, "object": f"{neighbour.origin}/users/x"}
        for shape in (activity, activity["id"], bare, claimed):
            await effect(house, neighbour, mallory, neighbour.activity("Undo", mallory, shape))
    assert await house.value(LEFT) == before


async def test_an_accept_can_be_taken_back(house: House, neighbour: Neighbour) -> None:
    """Who takes back her Accept is not followed any more."""
    bob = neighbour.person("bob")
    follow_uri = await ask_to_follow(house, bob)
    accept = neighbour.activity("Accept", bob, follow_uri)
    await effect(house, neighbour, bob, accept)
    await effect(house, neighbour, bob, neighbour.activity("Undo", bob, accept))
    assert await state_of(house, bob) == "rejected"


async def test_an_undo_by_an_unknown_actor_is_dropped_unasked(house: House, neighbour: Neighbour) -> None:
    """Of whom nothing is known, nothing can be undone: 202 without a question to her server."""
    bob = neighbour.person("bob")
    undo = neighbour.activity("Undo", bob, neighbour.activity("Follow", bob, house.actor_uri))
    assert await effect(house, neighbour, bob, undo) == ("dropped", "at the door")
    assert neighbour.asked() == 0


@pytest.mark.parametrize("target", [None, [], 5, "like"])
async def test_an_undo_of_nothing_is_refused(house: House, neighbour: Neighbour, target: object) -> None:
    """An Undo without an object is answered 400."""
    bob = neighbour.person("bob")
    assert (await neighbour.send(bob, house.uris.shared_inbox, neighbour.activity("Undo", bob, target)))[0] == 400


@pytest.mark.parametrize("inner", [{}, {"type": "Follow"}, {"type": ["Like", 3], "object": [None]}, {"type": "Zzz"}])
async def test_an_undo_of_something_odd_has_no_effect(
    house: House, neighbour: Neighbour, inner: dict[str, object]
) -> None:
    """An Undo of something without an id and without a sense is refused later, or without effect."""
    bob = neighbour.person("bob")
    await befriend(house, neighbour, bob)
    state, _ = await effect(house, neighbour, bob, neighbour.activity("Undo", bob, inner))
    assert state in {"done", "refused"}
    assert await house.value("SELECT count(*) FROM followers") == 1
