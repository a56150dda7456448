"""Announce: accepted, repeated, by a stranger, for someone else, malformed (ActivityPub 7.11)."""

import pytest

from tests.house import House
from tests.inbox.sending import effect
from tests.inbox.shapes import shapes, visit
from tests.neighbour import Neighbour

ANNOUNCES = "SELECT announces FROM works"


@pytest.mark.parametrize(("software", "name"), shapes("announce"))
async def test_every_server_can_announce(
    house: House, neighbour: Neighbour, work: str, software: str, name: str
) -> None:
    """The Announce of every kind of server counts."""
    visitor = visit(software, house, neighbour, work)
    assert await visitor.send(visitor.read(name)) == ("done", "announced")
    assert await house.value(ANNOUNCES) == 1


async def test_an_actor_announces_a_work_once(house: House, neighbour: Neighbour, work: str) -> None:
    """Announces of one actor count once; her Like counts beside them."""
    bob = neighbour.person("bob")
    for kind in ("Announce", "Announce", "Like"):
        await effect(house, neighbour, bob, neighbour.activity(kind, bob, work))
    rows = await house.rows("SELECT announces, likes FROM works")
    assert [tuple(row) for row in rows] == [(1, 1)]


async def test_nobody_announces_in_the_name_of_another(house: House, neighbour: Neighbour, work: str) -> None:
    """An Announce signed by another than its actor is answered 401."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    announce = neighbour.activity("Announce", bob, work)
    assert (await neighbour.send(mallory, house.uris.shared_inbox, announce))[0] == 401


async def test_an_announce_of_something_elsewhere_is_dropped_unasked(house: House, neighbour: Neighbour) -> None:
    """An Announce of what is not ours is answered 202; neither it nor its object is asked for (WIRE 10.2 #43)."""
    bob = neighbour.person("bob")
    announce = neighbour.activity("Announce", bob, f"{neighbour.origin}/notes/1")
    assert await effect(house, neighbour, bob, announce) == ("dropped", "at the door")
    assert neighbour.asked() == 0


async def test_the_embedded_copy_is_not_believed(house: House, neighbour: Neighbour, work: str) -> None:
    """An Announce that embeds our work with other words counts and changes nothing (WIRE 5.3)."""
    bob = neighbour.person("bob")
    before = [tuple(row) for row in await house.rows("SELECT title, text, availability FROM works")]
    fake = {"id": work, "type": "Note", "name": "Stolen", "content": "Buy elsewhere", "attributedTo": bob.uri}
    assert await effect(house, neighbour, bob, neighbour.activity("Announce", bob, fake)) == ("done", "announced")
    assert [tuple(row) for row in await house.rows("SELECT title, text, availability FROM works")] == before


@pytest.mark.parametrize("target", [None, 3, [None], {"type": "Note"}])
async def test_an_announce_of_nothing_is_refused(house: House, neighbour: Neighbour, target: object) -> None:
    """An Announce without an object is answered 400."""
    bob = neighbour.person("bob")
    status, _ = await neighbour.send(bob, house.uris.shared_inbox, neighbour.activity("Announce", bob, target))
    assert status == 400
