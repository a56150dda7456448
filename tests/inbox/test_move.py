"""Move: accepted, repeated, by a stranger, for someone else, malformed (WIRE 8)."""

import json

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.services import moving
from fedi_artisan.vocab.actors import parse_actor
from tests.house import House
from tests.inbox.answering import ask_to_follow, state_of
from tests.inbox.sending import befriend, effect
from tests.inbox.shapes import shapes, visit
from tests.neighbour import Neighbour, Person

MOVED = "SELECT moved_to_uri FROM actors WHERE uri = ?"


def move_of(neighbour: Neighbour, person: Person, target: object) -> dict[str, object]:
    """Return the Move of *person* to *target*."""
    return neighbour.activity("Move", person, person.uri, target=target)


@pytest.mark.parametrize("software", [software for software, _ in shapes("move")])
async def test_every_server_can_move(
    house: House, neighbour: Neighbour, elsewhere: Neighbour, work: str, software: str
) -> None:
    """The Move of every kind of server takes our Follow along: the new actor is asked, the old one is left."""
    visitor = visit(software, house, neighbour, work)
    new = elsewhere.person("new", alsoKnownAs=[visitor.uri])
    await visitor.is_followed()
    move = {**visitor.read("move"), "target": new.uri}
    assert await visitor.send(move) == ("done", f"moved to {new.uri}")
    assert await state_of(house, new) == "requested"
    assert await house.value("SELECT count(*) FROM following") == 1
    said = [json.loads(row["body"]) for row in await house.rows("SELECT body FROM activities ORDER BY id")]
    assert [(one["type"], one["to"]) for one in said if one["type"] != "Create"] == [
        ("Follow", [visitor.uri]),
        ("Follow", [new.uri]),
        ("Undo", [visitor.uri]),
    ]


async def test_a_follower_who_moves_is_counted_once(
    house: House, neighbour: Neighbour, elsewhere: Neighbour, work: str
) -> None:
    """Who follows already under her new name is no follower under the old one any more; where she went is noted."""
    old = neighbour.person("bob")
    new = elsewhere.person("bob", alsoKnownAs=old.uri)
    await befriend(house, neighbour, old)
    await befriend(house, elsewhere, new)
    for _ in range(2):
        await effect(house, neighbour, old, move_of(neighbour, old, {"id": new.uri, "type": "Person"}))
    assert await house.value("SELECT count(*) FROM followers") == 1
    assert await house.value(MOVED, old.uri) == new.uri


@pytest.mark.parametrize("known_as", [None, [], ["https://else.example/u"], "not me"])
async def test_the_new_actor_must_confirm(
    house: House, neighbour: Neighbour, elsewhere: Neighbour, known_as: object
) -> None:
    """A Move to somebody who does not say that she was the old actor is refused: followers cannot be given away."""
    old, new = neighbour.person("bob"), elsewhere.person("carol", alsoKnownAs=known_as)
    await ask_to_follow(house, old)
    assert (await effect(house, neighbour, old, move_of(neighbour, old, new.uri)))[0] == "refused"
    assert (await state_of(house, old), await state_of(house, new)) == ("requested", None)


async def test_nobody_moves_others(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """Only the old actor herself can say that she moved: by another signer it is 401, of another object refused."""
    old, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    new = elsewhere.person("thief", alsoKnownAs=[old.uri, mallory.uri])
    await ask_to_follow(house, old)
    await befriend(house, neighbour, mallory)
    assert (await neighbour.send(mallory, house.uris.shared_inbox, move_of(neighbour, old, new.uri)))[0] == 401
    other = neighbour.activity("Move", mallory, old.uri, target=new.uri)
    assert (await effect(house, neighbour, mallory, other))[0] == "refused"
    assert await house.value(MOVED, old.uri) is None
    assert await state_of(house, new) is None


async def test_we_do_not_go_where_we_are_not_wanted(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """Where the old actor had refused us, or the new one has blocked us, the new one is not asked."""
    old, other = neighbour.person("bob"), neighbour.person("carol")
    new = elsewhere.person("bob", alsoKnownAs=[old.uri, other.uri])
    follow_uri = await ask_to_follow(house, old)
    await effect(house, neighbour, old, neighbour.activity("Reject", old, follow_uri))
    await effect(house, neighbour, old, move_of(neighbour, old, new.uri))
    assert await state_of(house, new) is None
    await effect(house, elsewhere, new, elsewhere.activity("Block", new, house.actor_uri))
    await ask_to_follow(house, other)
    await effect(house, neighbour, other, move_of(neighbour, other, new.uri))
    assert await state_of(house, new) is None


async def test_nobody_is_asked_for_a_move_that_changes_nothing(
    house: House, neighbour: Neighbour, elsewhere: Neighbour, work: str
) -> None:
    """WIRE 10.2 #43: who neither follows nor is followed cannot make us knock at another server by moving."""
    bob = neighbour.person("bob")
    await effect(house, neighbour, bob, neighbour.activity("Like", bob, work))
    victim = elsewhere.person("victim")
    assert (await effect(house, neighbour, bob, move_of(neighbour, bob, victim.uri)))[0] == "done"
    assert not elsewhere.requests


@pytest.mark.parametrize("target", [None, [], 7, "new home", {"type": "Person"}])
async def test_a_move_to_nowhere_is_refused(house: House, neighbour: Neighbour, target: object) -> None:
    """A Move without a target changes nothing."""
    bob = neighbour.person("bob")
    await befriend(house, neighbour, bob)
    assert (await effect(house, neighbour, bob, move_of(neighbour, bob, target)))[0] == "refused"


async def test_a_move_of_nothing_is_refused(house: House, neighbour: Neighbour) -> None:
    """A Move without an object is answered 400."""
    bob = neighbour.person("bob")
    move = neighbour.activity("Move", bob, None, target=bob.uri)
    assert (await neighbour.send(bob, house.uris.shared_inbox, move))[0] == 400


async def test_nobody_is_followed_around(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """One Move of an actor counts in seven days (WIRE 8): a second is refused until then."""
    old = neighbour.person("bob")
    first, second = (elsewhere.person(name, alsoKnownAs=[old.uri]) for name in ("bob", "rob"))
    await ask_to_follow(house, old)
    assert (await effect(house, neighbour, old, move_of(neighbour, old, first.uri)))[0] == "done"
    await ask_to_follow(house, old)
    answer = await effect(house, neighbour, old, move_of(neighbour, old, second.uri))
    assert answer == ("refused", f"{old.uri} has moved less than 7 days ago")
    assert (await state_of(house, old), await state_of(house, second)) == ("requested", None)
    async with house.db.write() as tx:
        await tx.execute("UPDATE actors SET moved_at = moved_at - 7 * 86400000")
    assert (await effect(house, neighbour, old, move_of(neighbour, old, second.uri)))[0] == "done"
    assert await state_of(house, second) == "requested"


async def test_a_move_in_a_circle_ends(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """Nobody goes where the new actor herself has moved away, nor from somebody to herself."""
    old = neighbour.person("bob")
    new = elsewhere.person("bob", alsoKnownAs=[old.uri], movedTo=old.uri)
    await ask_to_follow(house, old)
    answer = await effect(house, neighbour, old, move_of(neighbour, old, new.uri))
    assert answer == ("refused", f"the new actor has herself moved to {old.uri}")
    neighbour.serve({**old.document(), "alsoKnownAs": [old.uri]})
    assert (await effect(house, neighbour, old, move_of(neighbour, old, old.uri)))[0] == "refused"
    assert await state_of(house, old) == "requested"


async def test_an_artisan_who_moves_here_is_known_by_her_own_words(house: House, neighbour: Neighbour) -> None:
    """A Move to one of us counts where she named that account as hers: then it leads here, and is left. Nobody asks."""
    old, mallory = neighbour.person("maria"), neighbour.person("mallory", key_number=1)
    await ask_to_follow(house, old)
    await befriend(house, neighbour, mallory)
    async with house.db.write() as tx:
        await moving.add_account(tx, house.uris, house.artisan, parse_actor(old.document()), utc_now())
    leads_here = "SELECT leads_here FROM own_accounts"
    assert await house.value(leads_here) == 0
    forged = move_of(neighbour, mallory, house.actor_uri)
    assert (await effect(house, neighbour, mallory, forged))[0] == "refused"
    assert await house.value(leads_here) == 0
    assert await effect(house, neighbour, old, move_of(neighbour, old, house.actor_uri)) == ("done", "leads here now")
    assert (await house.value(leads_here), await state_of(house, old)) == (1, None)
