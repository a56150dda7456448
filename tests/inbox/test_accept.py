"""Accept: accepted, repeated, by a stranger, for someone else, malformed (ActivityPub 7.6)."""

import pytest

from tests.house import House
from tests.inbox.answering import ask_to_follow, state_of
from tests.inbox.sending import effect
from tests.inbox.shapes import shapes, visit
from tests.neighbour import Neighbour


@pytest.mark.parametrize(("software", "name"), shapes("accept_follow"))
async def test_every_server_can_accept(house: House, neighbour: Neighbour, work: str, software: str, name: str) -> None:
    """The Accept of every kind of server completes our Follow."""
    visitor = visit(software, house, neighbour, work)
    accept = visitor.read(name, await visitor.is_followed())
    assert await visitor.send(accept) == ("done", "accepted")
    assert await house.value("SELECT state FROM following") == "accepted"


async def test_an_accept_is_known_by_the_embedded_follow(house: House, neighbour: Neighbour) -> None:
    """An Accept that gives our Follow an id of its own is understood by who follows whom."""
    bob = neighbour.person("bob")
    await ask_to_follow(house, bob)
    follow = {"id": f"{bob.uri}#f/1", "type": "Follow", "actor": house.actor_uri, "object": bob.uri}
    assert await effect(house, neighbour, bob, neighbour.activity("Accept", bob, follow)) == ("done", "accepted")


async def test_a_repeated_accept_changes_nothing(house: House, neighbour: Neighbour) -> None:
    """An Accept sent again, even under a new id, leaves us following."""
    bob = neighbour.person("bob")
    follow_uri = await ask_to_follow(house, bob)
    for _ in range(2):
        await effect(house, neighbour, bob, neighbour.activity("Accept", bob, follow_uri))
    assert await state_of(house, bob) == "accepted"


async def test_an_accept_by_a_third_party_is_nothing(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #24: only the actor whom we asked can accept our Follow."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    follow_uri = await ask_to_follow(house, bob)
    await ask_to_follow(house, mallory)
    whole = {"id": follow_uri, "type": "Follow", "actor": house.actor_uri, "object": bob.uri}
    for target in (follow_uri, whole):
        await effect(house, neighbour, mallory, neighbour.activity("Accept", mallory, target))
    assert await state_of(house, bob) == await state_of(house, mallory) == "requested"


async def test_an_accept_of_a_follow_never_sent_is_nothing(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #24: an Accept of a Follow that we never sent makes us follow nobody."""
    bob = neighbour.person("bob")
    follow_uri = house.uris.activity("neversent")
    whole = {"id": follow_uri, "type": "Follow", "actor": house.actor_uri, "object": bob.uri}
    await effect(house, neighbour, bob, neighbour.activity("Follow", bob, house.actor_uri))
    for target in (follow_uri, whole):
        state, answer = await effect(house, neighbour, bob, neighbour.activity("Accept", bob, target))
        assert (state, answer) == ("done", "no such request to this actor")
    assert await house.value("SELECT count(*) FROM following") == 0


async def test_an_answer_to_an_earlier_follow_is_nothing(house: House, neighbour: Neighbour) -> None:
    """An answer that names a Follow of ours which another has replaced does not answer the new one."""
    bob = neighbour.person("bob")
    old_uri = await ask_to_follow(house, bob)
    await ask_to_follow(house, bob)
    whole = {"id": old_uri, "type": "Follow", "actor": house.actor_uri, "object": bob.uri}
    await effect(house, neighbour, bob, neighbour.activity("Accept", bob, whole))
    assert await state_of(house, bob) == "requested"


@pytest.mark.parametrize("kind", ["Like", "QuoteRequest", "Offer"])
async def test_an_accept_of_something_else_is_nothing(house: House, neighbour: Neighbour, kind: str) -> None:
    """An Accept of anything but a Follow does not complete one."""
    bob = neighbour.person("bob")
    await ask_to_follow(house, bob)
    inner = {"id": f"{bob.uri}#x", "type": kind, "actor": house.actor_uri, "object": bob.uri}
    state, _ = await effect(house, neighbour, bob, neighbour.activity("Accept", bob, inner))
    assert (state, await state_of(house, bob)) == ("refused", "requested")


async def test_an_accept_of_a_follow_of_somebody_else_is_nothing(house: House, neighbour: Neighbour) -> None:
    """An Accept of a Follow whose object is not the sender is refused."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    await ask_to_follow(house, bob)
    inner = {"type": "Follow", "actor": house.actor_uri, "object": carol.uri}
    state, _ = await effect(house, neighbour, bob, neighbour.activity("Accept", bob, inner))
    assert (state, await state_of(house, bob)) == ("refused", "requested")


async def test_an_accept_by_an_unknown_actor_is_dropped_unasked(house: House, neighbour: Neighbour) -> None:
    """Whoever is not known here was never asked: her Accept is answered 202 without a question to her server."""
    bob = neighbour.person("bob")
    accept = neighbour.activity("Accept", bob, house.uris.activity("x"))
    assert await effect(house, neighbour, bob, accept) == ("dropped", "at the door")
    assert neighbour.asked() == 0


@pytest.mark.parametrize("target", [None, [], "nothing", 1])
async def test_an_accept_of_nothing_is_refused(house: House, neighbour: Neighbour, target: object) -> None:
    """An Accept without an object is answered 400."""
    bob = neighbour.person("bob")
    await ask_to_follow(house, bob)
    status, _ = await neighbour.send(bob, house.uris.shared_inbox, neighbour.activity("Accept", bob, target))
    assert status == 400
