"""Follow, where the artisan answers herself: waiting, accepted, declined, taken back, and followers sent away."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.happenings import Kind
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import followers as followers_service
from tests.house import House
from tests.inbox.happening import happened
from tests.inbox.sending import befriend, effect
from tests.neighbour import Neighbour, Person

WAITS = ("done", "waits for the artisan's answer")


async def approve_by_hand(house: House, wanted: bool = True) -> None:
    """Have the artisan answer requests herself, or not any more."""
    async with house.db.write() as tx:
        await artisans_service.set_approval(tx, house.uris, house.artisan, wanted, utc_now())


async def ask(house: House, neighbour: Neighbour, person: Person) -> dict[str, Any]:
    """Let *person* ask to follow; return the Follow, which waits."""
    follow = neighbour.activity("Follow", person, house.actor_uri)
    assert await effect(house, neighbour, person, follow) == WAITS
    return follow


async def said(house: House, *kinds: str) -> list[dict[str, Any]]:
    """Return what was said of these kinds, the first one first."""
    rows = await house.rows("SELECT body FROM activities ORDER BY id")
    return [one for one in (json.loads(row["body"]) for row in rows) if one["type"] in kinds]


async def counts(house: House) -> tuple[int, int]:
    """Return how many follow and how many wait."""
    sql = "SELECT (SELECT count(*) FROM followers), (SELECT count(*) FROM follow_requests)"
    follow, wait = (await house.rows(sql))[0]
    return follow, wait


async def answer(house: House, deed: Any, person: Person) -> bool:
    """Let the artisan do one of the service's deeds to *person*."""
    async with house.db.write() as tx:
        done: bool = await deed(tx, house.uris, house.artisan, person.uri, utc_now())
    return done


async def test_a_request_waits_and_is_accepted_once(house: House, neighbour: Neighbour) -> None:
    """Nobody follows before the artisan says so; then the whole Follow is accepted, once, and it is no news."""
    bob = neighbour.person("bob")
    await approve_by_hand(house)
    follow = await ask(house, neighbour, bob)
    second = await ask(house, neighbour, bob)
    assert (await counts(house), await said(house, "Accept", "Reject")) == ((0, 1), [])
    [request] = await happened(house)
    assert (request.kind, request.person.uri) == (Kind.REQUEST, bob.uri)

    assert [await answer(house, followers_service.accept, bob) for _ in range(2)] == [True, False]
    [accept] = await said(house, "Accept")
    assert accept["object"] == {"id": second["id"], "type": "Follow", "actor": bob.uri, "object": house.actor_uri}
    assert accept["to"] == [bob.uri]
    assert await counts(house) == (1, 0)
    [told] = await happened(house)
    # It is no news that she herself did.
    assert (told.kind, told.happened_at) == (Kind.FOLLOW, request.happened_at)
    # A follower's Follow is accepted again at once: her server may have lost the answer.
    again = neighbour.activity("Follow", bob, house.actor_uri)
    assert await effect(house, neighbour, bob, again) == ("done", "follows")
    assert (await counts(house), follow["id"] != second["id"]) == ((1, 0), True)


@pytest.mark.parametrize("deed", ["decline", "remove"])
async def test_who_is_sent_away_may_come_again(house: House, neighbour: Neighbour, deed: str) -> None:
    """Declined or removed, she gets a Reject with the whole Follow, and a new Follow counts, even under the old id."""
    bob = neighbour.person("bob")
    if deed == "remove":
        follow = await befriend(house, neighbour, bob)
    else:
        await approve_by_hand(house)
        follow = await ask(house, neighbour, bob)
    assert [await answer(house, getattr(followers_service, deed), bob) for _ in range(2)] == [True, False]
    [reject] = await said(house, "Reject")
    assert reject["object"] == {"id": follow["id"], "type": "Follow", "actor": bob.uri, "object": house.actor_uri}
    assert (reject["to"], await counts(house), await happened(house)) == ([bob.uri], (0, 0), [])

    # The very same delivery is a copy still; one that is signed later is not.
    assert (await neighbour.send(bob, house.uris.shared_inbox, follow, date=datetime.now(UTC) - timedelta(seconds=9)))[
        0
    ] == 202
    await house.quiet()
    assert await counts(house) == (0, 0)
    later = datetime.now(UTC) + timedelta(seconds=5)
    assert (await neighbour.send(bob, house.uris.shared_inbox, follow, date=later))[0] == 202
    await house.quiet()
    assert await counts(house) == ((1, 0) if deed == "remove" else (0, 1))


@pytest.mark.parametrize("shape", ["id", "whole", "block", "delete"])
async def test_a_request_ends_with_whoever_asked(house: House, neighbour: Neighbour, shape: str) -> None:
    """Undone, in any shape, or followed by a Block or the end of the account, a request is gone; nobody is accepted."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    await approve_by_hand(house)
    follow = await ask(house, neighbour, bob)
    await ask(house, neighbour, mallory)
    await effect(house, neighbour, mallory, neighbour.activity("Undo", mallory, follow["id"]))
    assert await counts(house) == (0, 2)
    end = {
        "id": neighbour.activity("Undo", bob, follow["id"]),
        "whole": neighbour.activity("Undo", bob, {**follow, "id": f"{bob.uri}#old"}),
        "block": neighbour.activity("Block", bob, house.actor_uri),
        "delete": neighbour.activity("Delete", bob, bob.uri),
    }[shape]
    await effect(house, neighbour, bob, end)
    assert await counts(house) == (0, 1)
    assert await answer(house, followers_service.accept, bob) is False
    # An Undo that overtakes its Follow wins, here as well.
    late = neighbour.activity("Follow", mallory, house.actor_uri)
    await effect(house, neighbour, mallory, neighbour.activity("Undo", mallory, late["id"]))
    await effect(house, neighbour, mallory, late)
    assert await house.value("SELECT count(*) FROM follow_requests WHERE follow_uri = ?", late["id"]) == 0


async def test_the_setting_is_told_once_and_leaves_who_waits(house: House, neighbour: Neighbour) -> None:
    """Other servers hear that requests are answered by hand; turned off, who waits goes on waiting or asks anew."""
    bob, carol, dora = (neighbour.person(name) for name in ("bob", "carol", "dora"))
    await befriend(house, neighbour, dora)
    for wanted in (True, True):
        await approve_by_hand(house, wanted)
    await ask(house, neighbour, bob)
    await ask(house, neighbour, carol)
    await approve_by_hand(house, wanted=False)
    told = [one["object"]["manuallyApprovesFollowers"] for one in await said(house, "Update")]
    assert (told, await counts(house)) == ([True, False], (1, 2))
    again = neighbour.activity("Follow", bob, house.actor_uri)
    assert await effect(house, neighbour, bob, again) == ("done", "follows")
    assert await counts(house) == (2, 1)
    # What everybody can read counts followers alone.
    url = f"{house.actor_uri}/followers"
    async with neighbour.session.get(url, headers={"Accept": "application/activity+json"}) as response:
        assert (await response.json(content_type=None))["totalItems"] == 2
