"""How the tests of the inbox send, and see what came of it."""

from collections.abc import Mapping
from typing import Any

from tests.house import House
from tests.neighbour import Neighbour, Person


async def effect(house: House, neighbour: Neighbour, person: Person, activity: Mapping[str, Any]) -> tuple[str, str]:
    """Send an activity, which must be answered 202; return state and answer once it has taken effect."""
    status, text = await neighbour.send(person, house.uris.shared_inbox, activity)
    assert status == 202, text
    await house.quiet()
    return await house.answer(activity) or ("dropped", "at the door")


async def befriend(house: House, neighbour: Neighbour, person: Person) -> dict[str, Any]:
    """Let *person* follow our artisan; return the Follow."""
    follow = neighbour.activity("Follow", person, house.actor_uri)
    assert await effect(house, neighbour, person, follow) == ("done", "follows")
    return follow
