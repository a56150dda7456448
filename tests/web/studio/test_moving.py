"""Moving, in the studio: an account is named and looked at, and left for another with followers; each is taken back."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from fedi_artisan.domain.moving import MOST_ACCOUNTS
from tests.federation.delivering import add_followers
from tests.house import House, until
from tests.inbox.sending import befriend
from tests.neighbour import ACTIVITY_JSON, Neighbour, Person
from tests.studio import Visitor, signed_in

PATH = "/studio/moving"
AWAY = f"{PATH}/away"


@pytest.fixture
async def maria(house: House) -> AsyncIterator[Visitor]:
    """The artisan, in her studio."""
    async with signed_in(house) as visitor:
        yield visitor


def account(neighbour: Neighbour, name: str, /, **extra: Any) -> tuple[Person, str]:
    """Return an account of the other server that is found by its handle, and the handle."""
    person, host = neighbour.person(name, **extra), neighbour.origin.removeprefix("http://")
    subject = f"acct:{name}@{host}"
    links = [{"rel": "self", "type": ACTIVITY_JSON, "href": person.uri}]
    at = f"{neighbour.origin}/.well-known/webfinger?resource={quote(subject, safe='')}"
    neighbour.serve({"subject": subject, "links": links}, at=at, kind="application/jrd+json")
    return person, f"@{name}@{host}"


async def actor_of(house: House) -> dict[str, Any]:
    """Return the artisan's actor document, as others get it."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(house.actor_uri, headers={"Accept": ACTIVITY_JSON}) as answer,
    ):
        document: dict[str, Any] = await answer.json()
        return document


async def told(neighbour: Neighbour, *types: str) -> list[dict[str, Any]]:
    """Return what came of these types, once one of each is there."""

    async def all_there() -> list[dict[str, Any]]:
        came = [one for one in neighbour.received if one["type"] in types]
        return came if {one["type"] for one in came} == set(types) else []

    came: list[dict[str, Any]] = await until(all_there, f"{types}")
    return came


async def test_an_account_is_named_looked_at_and_taken_off(
    maria: Visitor, neighbour: Neighbour, elsewhere: Neighbour
) -> None:
    """It is served as hers, by its id, and followers' servers are told; whether it leads here is seen at each look."""
    house, bob = maria.house, elsewhere.person("bob")
    await befriend(house, elsewhere, bob)
    old, handle = account(neighbour, "maria")
    answer = await maria.post(f"{PATH}/accounts", {"account": f" {handle} "})
    assert answer.headers["Location"] == f"{PATH}?told=named"
    [update] = await told(elsewhere, "Update")
    assert update["object"]["alsoKnownAs"] == [old.uri]
    await until(lambda: _says(house, "alsoKnownAs", [old.uri]), "the document")
    page = await maria.get(f"{PATH}?told=named")
    assert "does not lead here yet" in page.text
    neighbour.serve({**old.document(), "movedTo": house.actor_uri})
    # By its page this time; a profile's address gives the account under another id.
    neighbour.serve({**old.document(), "movedTo": house.actor_uri}, at=f"{neighbour.origin}/@maria")
    for given in (old.uri, f"{neighbour.origin}/@maria"):
        await maria.post(f"{PATH}/accounts", {"account": given, "again": "1"})
    page = await maria.get(PATH)
    assert "leads here" in page.text
    assert len(page.page.select("ul.rows > li")) == 1
    for where in ("off", "gone"):
        answer = await maria.post(f"{PATH}/accounts/off", {"account": old.uri})
        assert answer.headers["Location"] == f"{PATH}?told={where}"
    await until(lambda: _says(house, "alsoKnownAs", None), "the document")


async def _says(house: House, key: str, value: object) -> bool:
    return (await actor_of(house)).get(key) == value


async def test_what_is_no_account_comes_back_with_why(maria: Visitor, neighbour: Neighbour) -> None:
    """Each is answered 422 in plain words, with what was typed beside them, and nothing is named."""
    neighbour.serve({"id": f"{neighbour.origin}/notes/1", "type": "Note"})
    us, them = maria.house.uris.host, neighbour.origin.removeprefix("http://")
    wrong = {
        "": "Write the address",
        "no address": "Write the address",
        "x" * 600: "Write the address",
        f"@maria@{us}": "of your own site",
        f"http://{us}/@maria": "of your own site",
        f"@nobody@{them}": "Nobody is there",
        f"http://{them}/notes/1": "no account",
        "@x@127.0.0.1:1": "does not answer",
    }
    for given, why in wrong.items():
        for path, name in ((f"{PATH}/accounts", "account"), (AWAY, "target")):
            answer = await maria.post(path, {name: given})
            assert answer.status == 422
            assert answer.page.select(f"input#{name}")[0]["value"] == given[:500]
            assert why in answer.page.select(f"#{name}-told")[0].text
    assert await maria.house.value("SELECT count(*) FROM own_accounts") == 0


async def test_there_is_an_end_to_accounts(maria: Visitor, neighbour: Neighbour) -> None:
    """So many can be named, and no more (WIRE 10.2 #42); those that are named can still be looked at."""
    people = [neighbour.person(f"maria{number}") for number in range(MOST_ACCOUNTS + 1)]
    answers = [await maria.post(f"{PATH}/accounts", {"account": one.uri}) for one in (*people, people[0])]
    assert [one.status for one in answers] == [303] * MOST_ACCOUNTS + [422, 303]
    assert await maria.house.value("SELECT count(*) FROM own_accounts") == MOST_ACCOUNTS


async def test_followers_arrive_in_a_burst(maria: Visitor, neighbour: Neighbour) -> None:
    """All who come along at once are taken as followers, each with an Accept (WIRE 8)."""
    house, people = maria.house, [neighbour.person(f"p{number}") for number in range(30)]
    for person in people:
        follow = neighbour.activity("Follow", person, house.actor_uri)
        assert (await neighbour.send(person, house.uris.shared_inbox, follow))[0] == 202

    async def all_accepted() -> bool:
        return len([one for one in neighbour.received if one["type"] == "Accept"]) == len(people)

    await until(all_accepted, "every Accept")
    assert await house.value("SELECT count(*) FROM followers") == len(people)


async def test_she_moves_with_her_followers_and_comes_back(
    maria: Visitor, neighbour: Neighbour, elsewhere: Neighbour
) -> None:
    """Only to who names her, asked before; Update, then Move go out, and pages lead on, until it is taken back."""
    house, bob, eve = maria.house, elsewhere.person("bob"), elsewhere.person("eve")
    await befriend(house, elsewhere, bob)
    async with house.db.write() as tx:
        await tx.execute("UPDATE artisans SET approves_followers = 1")
    await elsewhere.send(eve, house.uris.shared_inbox, elsewhere.activity("Follow", eve, house.actor_uri))
    await until(lambda: house.value("SELECT count(*) FROM follow_requests"), "the request")
    new, handle = account(neighbour, "maria", name="Maria Keramik")
    for path in (AWAY, f"{AWAY}/go"):
        answer = await maria.post(path, {"target": handle})
        assert answer.status == 422
        assert "does not know yet that you come from here" in answer.text
    neighbour.serve({**new.document(), "alsoKnownAs": ["https://x.example/", house.actor_uri]})
    question = await maria.post(AWAY, {"target": handle})
    assert f"Move to {handle}?" in question.text
    assert await house.value("SELECT count(*) FROM own_moves") == 0
    target = str(question.page.select("input[name=target]")[0]["value"])
    assert (await maria.post(f"{AWAY}/go", {"target": target})).headers["Location"] == f"{PATH}?told=moved"
    came = {one["type"]: one for one in await told(elsewhere, "Update", "Move", "Reject")}
    move, reject = came["Move"], came["Reject"]
    # What the Move relies on comes before it; the answer to a request goes its own way.
    assert [kind for kind in came if kind != "Reject"] == ["Update", "Move"]
    assert came["Update"]["object"]["movedTo"] == new.uri
    assert {key: move[key] for key in ("type", "actor", "object", "target", "to")} == {
        "type": "Move",
        "actor": house.actor_uri,
        "object": house.actor_uri,
        "target": new.uri,
        "to": [f"{house.actor_uri}/followers"],
    }
    assert reject["object"]["actor"] == eve.uri
    assert (await actor_of(house))["movedTo"] == new.uri
    for path in ("/", "/follow", "/@maria"):
        page = await maria.get(path)
        assert page.status == 200
        assert page.page.select(f'main a[href="{new.uri}"]'), path
        assert not page.page.select('form[action*="follow"]'), path
    assert "0 of 1 follower has gone along" in (await maria.get(PATH)).text
    async with house.db.write() as tx:
        await tx.execute("DELETE FROM followers")
    assert "1 of 1 follower has gone along" in (await maria.get(PATH)).text
    await add_followers(house, bob)
    answers = [await maria.post(f"{PATH}/back") for _ in range(2)]
    assert [one.headers["Location"] for one in answers] == [f"{PATH}?told=back", f"{PATH}?told=gone"]
    await until(lambda: _says(house, "movedTo", None), "the document")
    assert "has moved" not in (await maria.get("/")).text


async def test_nobody_moves_twice_in_a_week(maria: Visitor, neighbour: Neighbour) -> None:
    """Not taken back, nor after it was: other servers would not go along (WIRE 8); after seven days it is possible."""
    house = maria.house
    target = neighbour.person("maria", alsoKnownAs=[house.actor_uri])
    other = neighbour.person("other", alsoKnownAs=[house.actor_uri])
    assert (await maria.post(f"{AWAY}/go", {"target": target.uri})).status == 303
    for _ in range(2):
        answer = await maria.post(f"{AWAY}/go", {"target": other.uri})
        assert answer.status == 422
        assert "within the last seven days" in answer.text
        assert "possible from" in (await maria.get(AWAY)).text
        await maria.post(f"{PATH}/back")
    async with house.db.write() as tx:
        week_ms = timedelta(days=7) // timedelta(milliseconds=1)
        await tx.execute("UPDATE own_moves SET moved_at = moved_at - ?", (week_ms,))
    assert (await maria.post(f"{AWAY}/go", {"target": other.uri})).status == 303
    assert (await actor_of(house))["movedTo"] == other.uri


async def test_moving_needs_a_proof(maria: Visitor, neighbour: Neighbour) -> None:
    """A window that was left open is not enough to give her followers away, or to call them back."""
    house = maria.house
    target = neighbour.person("maria", alsoKnownAs=[house.actor_uri])
    async with house.db.write() as tx:
        await tx.execute("UPDATE sessions SET proved_at = 0")
    for path in (AWAY, f"{AWAY}/go", f"{PATH}/back"):
        assert (await maria.post(path, {"target": target.uri})).status == 401
    assert await house.value("SELECT count(*) FROM own_moves") == 0
    assert neighbour.asked() == 0
