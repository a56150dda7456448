"""Block: accepted, repeated, by a stranger, for someone else, malformed (WIRE 5.6)."""

import pytest

from tests.house import House
from tests.inbox.answering import ask_to_follow, state_of
from tests.inbox.sending import befriend, effect
from tests.inbox.shapes import shapes, visit
from tests.neighbour import Neighbour

FOLLOWERS = "SELECT count(*) FROM followers"
BLOCKS = "SELECT count(*) FROM blocks"


@pytest.mark.parametrize(("software", "name"), shapes("block"))
async def test_every_server_can_block(house: House, neighbour: Neighbour, work: str, software: str, name: str) -> None:
    """The Block of every kind of server parts its actor from our artisan."""
    visitor = visit(software, house, neighbour, work)
    await visitor.is_followed()
    assert await visitor.send(visitor.read(name)) == ("done", "parted")
    assert await house.value("SELECT count(*) FROM following") == 0
    assert await house.value(BLOCKS) == 1


async def test_a_block_ends_following_both_ways(house: House, neighbour: Neighbour) -> None:
    """Whoever blocks our artisan gets nothing from her any more, nor is she followed; a second Block is as good."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    await befriend(house, neighbour, bob)
    await befriend(house, neighbour, carol)
    await ask_to_follow(house, bob)
    for _ in range(2):
        await effect(house, neighbour, bob, neighbour.activity("Block", bob, house.actor_uri))
    assert (await house.value(FOLLOWERS), await house.value(BLOCKS), await state_of(house, bob)) == (1, 1, None)


async def test_a_follow_after_a_block_lifts_it(house: House, neighbour: Neighbour) -> None:
    """Who follows wants to hear from the artisan again."""
    bob = neighbour.person("bob")
    await effect(house, neighbour, bob, neighbour.activity("Block", bob, house.actor_uri))
    await befriend(house, neighbour, bob)
    assert (await house.value(FOLLOWERS), await house.value(BLOCKS)) == (1, 0)


async def test_nobody_blocks_in_the_name_of_another(house: House, neighbour: Neighbour) -> None:
    """A Block signed by another than its actor is answered 401 and parts nobody."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    await befriend(house, neighbour, bob)
    block = neighbour.activity("Block", bob, house.actor_uri)
    assert (await neighbour.send(mallory, house.uris.shared_inbox, block))[0] == 401
    assert await house.value(FOLLOWERS) == 1


async def test_a_block_of_somebody_elsewhere_is_dropped(house: House, neighbour: Neighbour) -> None:
    """A Block of somebody who is not here is answered 202 and forgotten; of nobody here, refused."""
    bob = neighbour.person("bob")
    away = neighbour.activity("Block", bob, f"{neighbour.origin}/users/carol")
    assert await effect(house, neighbour, bob, away) == ("dropped", "at the door")
    nobody = neighbour.activity("Block", bob, house.uris.actor("nobody"))
    assert (await effect(house, neighbour, bob, nobody))[0] == "refused"


async def test_a_block_of_nothing_is_refused(house: House, neighbour: Neighbour) -> None:
    """A Block without an object is answered 400."""
    bob = neighbour.person("bob")
    assert (await neighbour.send(bob, house.uris.shared_inbox, neighbour.activity("Block", bob, None)))[0] == 400
