"""Follow: accepted, repeated, by a stranger, for someone else, malformed."""

from tests.house import House, until
from tests.neighbour import Neighbour


async def test_a_follow_is_accepted_with_the_whole_follow(house: House, neighbour: Neighbour) -> None:
    """A Follow is answered 202, makes a follower, and is accepted with the whole Follow embedded (WIRE 5.2)."""
    bob = neighbour.person("bob")
    follow = neighbour.activity("Follow", bob, house.actor_uri)

    status, _ = await neighbour.send(bob, f"{house.actor_uri}/inbox", follow)

    async def accepted() -> list[dict[str, object]]:
        return [one for one in neighbour.received if one["type"] == "Accept"]

    [accept] = await until(accepted, "the Accept")
    assert status == 202
    assert await house.value("SELECT follow_uri FROM followers") == follow["id"]
    assert accept["actor"] == house.actor_uri
    assert accept["object"] == {
        "id": follow["id"],
        "type": "Follow",
        "actor": bob.uri,
        "object": house.actor_uri,
    }


async def test_a_repeated_follow_is_one_follower_and_accepted_again(house: House, neighbour: Neighbour) -> None:
    """A second Follow of the same actor replaces the id of the first and is accepted as well (WIRE 5.2)."""
    bob = neighbour.person("bob")
    first = neighbour.activity("Follow", bob, house.actor_uri)
    second = neighbour.activity("Follow", bob, house.actor_uri)
    for follow in (first, second):
        assert (await neighbour.send(bob, house.uris.shared_inbox, follow))[0] == 202

    async def accepted() -> bool:
        return {one["object"]["id"] for one in neighbour.received} == {first["id"], second["id"]}

    await until(accepted, "two Accepts")
    assert [tuple(row) for row in await house.rows("SELECT follow_uri FROM followers")] == [(second["id"],)]


async def test_a_replayed_follow_has_no_second_effect(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #10: the very same delivery is answered 202 again and changes nothing."""
    bob = neighbour.person("bob")
    follow = neighbour.activity("Follow", bob, house.actor_uri)
    answers = [await neighbour.send(bob, house.uris.shared_inbox, follow) for _ in range(3)]
    await house.quiet()
    assert [status for status, _ in answers] == [202, 202, 202]
    assert await house.value("SELECT count(*) FROM inbox") == 1
    assert await house.value("SELECT count(*) FROM activities WHERE type = 'Accept'") == 1


async def test_a_follow_of_nobody_here_makes_no_follower(house: House, neighbour: Neighbour) -> None:
    """A Follow of an id that is not ours, or that nobody here has, has no effect and no 5xx."""
    bob = neighbour.person("bob")
    for target in (f"{house.uris.origin}/ap/actors/nobody", f"{neighbour.origin}/users/carol"):
        follow = neighbour.activity("Follow", bob, target)
        assert (await neighbour.send(bob, house.uris.shared_inbox, follow))[0] == 202
    await house.quiet()
    assert await house.value("SELECT count(*) FROM followers") == 0
    assert not neighbour.received
