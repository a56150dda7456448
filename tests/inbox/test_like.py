"""Like: accepted, repeated, by a stranger, for someone else, malformed (ActivityPub 7.10)."""

import pytest

from tests.house import House
from tests.inbox.sending import effect
from tests.inbox.shapes import shapes, visit
from tests.neighbour import Neighbour

LIKES = "SELECT likes FROM works"


@pytest.mark.parametrize(("software", "name"), shapes("like*"))
async def test_every_server_can_like(house: House, neighbour: Neighbour, work: str, software: str, name: str) -> None:
    """The Like of every kind of server counts."""
    visitor = visit(software, house, neighbour, work)
    assert await visitor.send(visitor.read(name)) == ("done", "liked")
    assert await house.value(LIKES) == 1


async def test_an_actor_likes_a_work_once(house: House, neighbour: Neighbour, work: str) -> None:
    """Likes of one actor count once, however many ids they have; those of another count as well."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    for person in (bob, bob, carol, bob):
        await effect(house, neighbour, person, neighbour.activity("Like", person, work))
    assert await house.value(LIKES) == 2


async def test_nobody_likes_in_the_name_of_another(house: House, neighbour: Neighbour, work: str) -> None:
    """A Like signed by another than its actor is answered 401 and does not count."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    status, _ = await neighbour.send(mallory, house.uris.shared_inbox, neighbour.activity("Like", bob, work))
    assert (status, await house.value(LIKES)) == (401, 0)


async def test_a_like_of_something_elsewhere_is_dropped_unasked(house: House, neighbour: Neighbour, work: str) -> None:
    """A Like of what is not ours is answered 202 without a question to anybody."""
    bob = neighbour.person("bob")
    like = neighbour.activity("Like", bob, f"{neighbour.origin}/notes/1")
    assert await effect(house, neighbour, bob, like) == ("dropped", "at the door")
    assert neighbour.asked() == 0


async def test_a_like_of_what_does_not_exist_has_no_effect(house: House, neighbour: Neighbour, work: str) -> None:
    """A Like of a work that never was, of a withdrawn one's address, or of an actor counts nowhere."""
    bob = neighbour.person("bob")
    for target in (house.uris.work("never"), house.actor_uri, f"{work}/replies", house.uris.origin):
        assert await effect(house, neighbour, bob, neighbour.activity("Like", bob, target)) == ("done", "no such work")
    assert await house.value(LIKES) == 0


@pytest.mark.parametrize("target", [None, [], "🏺", {"id": None}])
async def test_a_like_of_nothing_is_refused(house: House, neighbour: Neighbour, target: object) -> None:
    """A Like without an object is answered 400."""
    bob = neighbour.person("bob")
    status, _ = await neighbour.send(bob, house.uris.shared_inbox, neighbour.activity("Like", bob, target))
    assert status == 400
