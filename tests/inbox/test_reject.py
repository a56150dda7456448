"""Reject: accepted, repeated, by a stranger, for someone else, malformed (ActivityPub 7.7)."""

import pytest

from tests.house import House
from tests.inbox.answering import ask_to_follow, state_of
from tests.inbox.sending import befriend, effect
from tests.inbox.shapes import shapes, visit
from tests.neighbour import Neighbour


@pytest.mark.parametrize(("software", "name"), shapes("reject_follow"))
async def test_every_server_can_reject(house: House, neighbour: Neighbour, work: str, software: str, name: str) -> None:
    """The Reject of every kind of server ends our Follow."""
    visitor = visit(software, house, neighbour, work)
    reject = visitor.read(name, await visitor.is_followed())
    assert await visitor.send(reject) == ("done", "rejected")
    assert await house.value("SELECT state FROM following") == "rejected"


async def test_a_reject_ends_an_accepted_follow_however_often(house: House, neighbour: Neighbour) -> None:
    """A Reject after the Accept removes us from the followers there (WIRE 5.2); a second one changes nothing."""
    bob = neighbour.person("bob")
    follow_uri = await ask_to_follow(house, bob)
    for kind in ("Accept", "Reject", "Reject"):
        await effect(house, neighbour, bob, neighbour.activity(kind, bob, follow_uri))
    assert await state_of(house, bob) == "rejected"


async def test_a_reject_by_a_third_party_is_nothing(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #21: a Reject of a Follow of somebody else ends nothing."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    follow_uri = await ask_to_follow(house, bob)
    await befriend(house, neighbour, mallory)
    whole = {"id": follow_uri, "type": "Follow", "actor": house.actor_uri, "object": bob.uri}
    for target in (follow_uri, whole):
        await effect(house, neighbour, mallory, neighbour.activity("Reject", mallory, target))
    assert await state_of(house, bob) == "requested"


async def test_a_reject_of_a_follower_is_no_leaving(house: House, neighbour: Neighbour) -> None:
    """A Reject is about our Follow: the sender goes on following us."""
    bob = neighbour.person("bob")
    follow = await befriend(house, neighbour, bob)
    assert (await effect(house, neighbour, bob, neighbour.activity("Reject", bob, follow)))[0] == "refused"
    assert await house.value("SELECT count(*) FROM followers") == 1


async def test_a_reject_of_nothing_is_refused(house: House, neighbour: Neighbour) -> None:
    """A Reject without an object is answered 400."""
    bob = neighbour.person("bob")
    status, _ = await neighbour.send(bob, house.uris.shared_inbox, neighbour.activity("Reject", bob, None))
    assert status == 400
