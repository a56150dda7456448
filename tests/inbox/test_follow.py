"""Follow: accepted, repeated, by a stranger, for someone else, malformed."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.services import moving
from fedi_artisan.vocab.actors import parse_actor
from tests.house import House, until
from tests.inbox.sending import befriend, effect
from tests.inbox.shapes import shapes, visit
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


@pytest.mark.parametrize(("software", "name"), shapes("follow"))
async def test_every_server_can_follow(house: House, neighbour: Neighbour, work: str, software: str, name: str) -> None:
    """The Follow of every kind of server makes a follower and is accepted."""
    visitor = visit(software, house, neighbour, work)
    follow = visitor.read(name)
    assert await visitor.send(follow) == ("done", "follows")
    assert await house.value("SELECT follow_uri FROM followers") == follow["id"]
    accept = json.loads(await house.value("SELECT body FROM activities WHERE type = 'Accept'"))
    assert accept["object"]["id"] == follow["id"]
    assert accept["to"] == [visitor.uri]


async def test_a_stranger_cannot_follow_for_another(house: House, neighbour: Neighbour) -> None:
    """A Follow in the name of another actor is refused, though both are of one server (WIRE 2.4 step 10)."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    follow = neighbour.activity("Follow", bob, house.actor_uri)
    status, text = await neighbour.send(mallory, house.uris.shared_inbox, follow)
    assert (status, await house.answer(follow)) == (401, None)
    assert "not by" in json.loads(text)["error"]


@pytest.mark.parametrize("target", [None, "", 7, [], {}, {"type": "Person"}, "maria", "acct:maria@x", ["", None]])
async def test_a_follow_of_nothing_is_refused(house: House, neighbour: Neighbour, target: object) -> None:
    """A Follow whose object is no address is answered 400 with a reason."""
    bob = neighbour.person("bob")
    status, text = await neighbour.send(bob, house.uris.shared_inbox, neighbour.activity("Follow", bob, target))
    assert (status, bool(json.loads(text)["error"])) == (400, True)


async def test_a_follow_of_a_work_makes_no_follower(house: House, neighbour: Neighbour, work: str) -> None:
    """Only an actor can be followed."""
    bob = neighbour.person("bob")
    state, _ = await effect(house, neighbour, bob, neighbour.activity("Follow", bob, work))
    assert (state, await house.value("SELECT count(*) FROM followers")) == ("refused", 0)


async def test_who_follows_again_is_heard_again(house: House, neighbour: Neighbour) -> None:
    """Some servers give the Follow after an unfollowing the id of the first: it makes a follower again (WIRE 5.2)."""
    bob = neighbour.person("bob")
    follow = await befriend(house, neighbour, bob)
    assert await effect(house, neighbour, bob, neighbour.activity("Undo", bob, follow)) == ("done", "unfollowed")
    later = datetime.now(UTC) + timedelta(seconds=5)
    assert (await neighbour.send(bob, house.uris.shared_inbox, follow, date=later))[0] == 202
    await house.quiet()
    assert await house.value("SELECT count(*) FROM followers") == 1


async def test_a_copy_of_an_old_follow_does_not_undo_the_leaving(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #10: a Follow recorded before the Undo and sent again after it has no effect."""
    bob = neighbour.person("bob")
    signed_at = datetime.now(UTC)
    follow = await befriend(house, neighbour, bob)
    await effect(house, neighbour, bob, neighbour.activity("Undo", bob, follow))
    assert (await neighbour.send(bob, house.uris.shared_inbox, follow, date=signed_at))[0] == 202
    await house.quiet()
    assert await house.value("SELECT count(*) FROM followers") == 0


async def test_an_undo_that_overtakes_its_follow_wins(house: House, neighbour: Neighbour) -> None:
    """A Follow that arrives after its own Undo makes no follower."""
    bob = neighbour.person("bob")
    await befriend(house, neighbour, bob)
    late = neighbour.activity("Follow", bob, house.actor_uri)
    await effect(house, neighbour, bob, neighbour.activity("Undo", bob, late))
    await effect(house, neighbour, bob, late)
    assert await house.value("SELECT count(*) FROM followers") == 0


async def test_who_has_moved_cannot_be_followed_any_more(house: House, neighbour: Neighbour) -> None:
    """A new Follow of an artisan who has moved gets a whole Reject (WIRE 8); a follower is accepted again."""
    bob, eve = neighbour.person("bob"), neighbour.person("eve")
    await befriend(house, neighbour, bob)
    target = parse_actor(neighbour.person("maria", alsoKnownAs=[house.actor_uri]).document())
    async with house.db.write() as tx:
        await moving.move(tx, house.uris, house.artisan, target, utc_now())
    follow = neighbour.activity("Follow", eve, house.actor_uri)
    assert await effect(house, neighbour, eve, follow) == ("done", "told that the artisan has moved")

    async def rejected() -> list[dict[str, object]]:
        return [one for one in neighbour.received if one["type"] == "Reject"]

    [reject] = await until(rejected, "the Reject")
    whole = {"id": follow["id"], "type": "Follow", "actor": eve.uri, "object": house.actor_uri}
    assert reject["object"] == whole
    await befriend(house, neighbour, bob)
    assert await house.value("SELECT count(*) FROM followers") == 1
