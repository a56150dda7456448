"""QuoteRequest: accepted, repeated, by a stranger, for someone else, malformed (FEP-044f, WIRE 4.8)."""

from typing import Any

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.policies import OwnPolicy, Policy, Quoting, Welcome
from fedi_artisan.domain.works import Audience, Draft
from fedi_artisan.services import policies, quotes
from fedi_artisan.services import works as works_service
from fedi_artisan.services.safety import people
from fedi_artisan.storage import works
from tests.house import House, until
from tests.inbox.sending import befriend, effect
from tests.neighbour import ACTIVITY_JSON, PUBLIC, Neighbour, Person

QUOTES = "SELECT count(*) FROM quotes"


def asking(neighbour: Neighbour, person: Person, target: str, instrument: Any = None) -> dict[str, Any]:
    """Return the request of *person* to quote *target* in a post of hers."""
    return neighbour.activity(
        "QuoteRequest", person, target, instrument=instrument or f"{neighbour.origin}/notes/Quoting~1"
    )


async def answered(house: House, neighbour: Neighbour, person: Person, request: dict[str, Any]) -> dict[str, Any]:
    """Return what our server answers to a request of *person*."""
    assert (await effect(house, neighbour, person, request))[0] == "done"

    async def found() -> Any:
        answers = [one for one in neighbour.received if one["type"] in {"Accept", "Reject"}]
        return next((one for one in answers if one["object"]["id"] == request["id"]), None)

    answer: dict[str, Any] = await until(found, "an answer")
    return answer


async def stamp(neighbour: Neighbour, uri: str) -> tuple[int, dict[str, Any]]:
    """Return the status and the document of a permission."""
    async with neighbour.session.get(uri, headers={"accept": ACTIVITY_JSON}) as answer:
        return answer.status, await answer.json(content_type=None)


async def gone(neighbour: Neighbour, uri: str, status: int) -> None:
    """Wait until a permission is answered with this status."""

    async def answers() -> bool:
        return (await stamp(neighbour, uri))[0] == status

    await until(answers, f"{status} for {uri}")


async def withdraw(house: House) -> None:
    """Let our artisan take back the last permission that she gave."""
    uid = await house.value("SELECT uid FROM quotes ORDER BY id DESC")
    async with house.db.write() as tx:
        await quotes.withdraw(tx, house.uris, house.artisan, uid, utc_now())


@pytest.mark.parametrize("embedded", [False, True])
async def test_whoever_asks_may_quote(house: House, neighbour: Neighbour, work: str, embedded: bool) -> None:
    """The request is granted with a permission in which the three ids are the same byte for byte."""
    bob = neighbour.person("bob")
    post = neighbour.note(bob, None, quote=work)
    request = asking(neighbour, bob, work, post if embedded else post["id"])
    accept = await answered(house, neighbour, bob, request)
    assert (accept["type"], accept["actor"], accept["to"]) == ("Accept", house.actor_uri, [bob.uri])
    assert accept["object"] == {
        "id": request["id"],
        "type": "QuoteRequest",
        "actor": bob.uri,
        "object": work,
        "instrument": post["id"],
    }
    status, document = await stamp(neighbour, accept["result"])
    said = {key: document[key] for key in document if key != "@context"}
    assert (status, said) == (
        200,
        {
            "id": accept["result"],
            "type": "QuoteAuthorization",
            "attributedTo": house.actor_uri,
            "interactingObject": post["id"],
            "interactionTarget": work,
        },
    )


async def test_the_same_request_gets_the_same_permission(house: House, neighbour: Neighbour, work: str) -> None:
    """Asked twice about one post, with one id or another, there is one permission."""
    bob = neighbour.person("bob")
    first = await answered(house, neighbour, bob, asking(neighbour, bob, work))
    second = await answered(house, neighbour, bob, asking(neighbour, bob, work))
    assert first["result"] == second["result"]
    assert await house.value(QUOTES) == 1


async def test_what_was_taken_back_is_not_given_again(house: House, neighbour: Neighbour, work: str) -> None:
    """Taken back, the permission is gone, its quoter is told, and asking again is refused."""
    bob = neighbour.person("bob")
    uri = (await answered(house, neighbour, bob, asking(neighbour, bob, work)))["result"]
    await withdraw(house)

    async def told() -> Any:
        return next((one for one in neighbour.received if one["type"] == "Delete"), None)

    delete = await until(told, "the Delete")
    assert delete["object"] == {"id": uri, "type": "QuoteAuthorization"}
    assert bob.uri in delete["cc"]
    await gone(neighbour, uri, 410)
    again = await answered(house, neighbour, bob, asking(neighbour, bob, work))
    assert (again["type"], "result" in again) == ("Reject", False)


async def test_nobody_asks_in_the_name_of_another(house: House, neighbour: Neighbour, work: str) -> None:
    """A request signed by another is 401; one for a post of another, there or elsewhere, is refused."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    request = asking(neighbour, bob, work)
    assert (await neighbour.send(mallory, house.uris.shared_inbox, request))[0] == 401
    for instrument in (neighbour.note(bob, None), "https://elsewhere.example/notes/1"):
        request = asking(neighbour, mallory, work, instrument)
        assert (await effect(house, neighbour, mallory, request))[0] == "refused"
    await answered(house, neighbour, bob, asking(neighbour, bob, work))
    assert (await effect(house, neighbour, mallory, asking(neighbour, mallory, work)))[0] == "refused"
    assert await house.value(QUOTES) == 1


async def test_what_cannot_be_read_is_not_spoken_of(house: House, neighbour: Neighbour, work: str) -> None:
    """Of a work that never was, was withdrawn, or is not for everybody, nobody learns by asking (WIRE 10.2 #53)."""
    bob = neighbour.person("bob")
    hidden = [
        house.uris.work((await house.publish(Draft(title="Jar", audience=audience))).uid)
        for audience in (Audience.FOLLOWERS, Audience.WEB)
    ]
    for target in (house.uris.work("never"), house.actor_uri, *hidden):
        assert await effect(house, neighbour, bob, asking(neighbour, bob, target)) == (
            "done",
            "nothing that can be quoted",
        )
    elsewhere = asking(neighbour, bob, f"{neighbour.origin}/notes/1")
    assert await effect(house, neighbour, bob, elsewhere) == ("dropped", "at the door")
    assert [one for one in neighbour.received if one["type"] in {"Accept", "Reject"}] == []


@pytest.mark.parametrize("instrument", [[], "🏺", {"id": None}, 7])
async def test_a_request_that_does_not_say_for_what_is_refused(
    house: House, neighbour: Neighbour, work: str, instrument: object
) -> None:
    """A request without a post to quote in is answered 400, or taken in and refused."""
    bob = neighbour.person("bob")
    request = neighbour.activity("QuoteRequest", bob, work, instrument=instrument)
    status, _ = await neighbour.send(bob, house.uris.shared_inbox, request)
    await house.quiet()
    assert status == 400 or (await house.answer(request) or ("",))[0] == "refused"
    assert await house.value(QUOTES) == 0


async def test_the_artisan_says_who_may_quote(house: House, neighbour: Neighbour) -> None:
    """Followers alone, or nobody, as the work says, else the artisan; a refusal is not for ever."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    await befriend(house, neighbour, bob)
    policy = OwnPolicy(quotes=Quoting.FOLLOWERS)
    jar = house.uris.work((await house.publish(Draft(title="Jar", policy=policy))).uid)
    bowl = house.uris.work((await house.publish(Draft(title="Bowl"))).uid)
    posts = {person.uri: neighbour.note(person, None)["id"] for person in (bob, carol)}

    async def answer(person: Person, target: str) -> str:
        request = asking(neighbour, person, target, posts[person.uri])
        return str((await answered(house, neighbour, person, request))["type"])

    assert [await answer(bob, jar), await answer(carol, jar)] == ["Accept", "Reject"]
    async with house.db.write() as tx:
        nobody = Policy(quotes=Quoting.NOBODY)
        await policies.set_policy(tx, house.uris, house.artisan, policy=nobody, welcome=Welcome.KNOWN, now=utc_now())
    assert [await answer(bob, bowl), await answer(bob, jar)] == ["Reject", "Accept"]
    async with house.db.write() as tx:
        await policies.set_policy(tx, house.uris, house.artisan, policy=Policy(), welcome=Welcome.KNOWN, now=utc_now())
    assert await answer(bob, bowl) == "Accept"


async def test_who_is_blocked_may_quote_no_more(house: House, neighbour: Neighbour, work: str) -> None:
    """With a block all permissions of one actor are taken back at once; those of others stay."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    uris = [
        (await answered(house, neighbour, one, asking(neighbour, one, work, neighbour.note(one, None))))["result"]
        for one in (bob, bob, carol)
    ]
    async with house.db.write() as tx:
        await people.block(tx, house.uris, house.artisan, bob.uri, utc_now())
    for uri, status in zip(uris, (410, 410, 200), strict=True):
        await gone(neighbour, uri, status)


async def test_a_quote_goes_with_its_post(house: House, neighbour: Neighbour, work: str) -> None:
    """When the quoting post is deleted, or the work withdrawn, there is no permission any more."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    post = neighbour.note(bob, None)
    uri = (await answered(house, neighbour, bob, asking(neighbour, bob, work, post)))["result"]
    delete = neighbour.activity("Delete", carol, {"id": post["id"], "type": "Tombstone"}, to=[PUBLIC])
    await effect(house, neighbour, bob, neighbour.activity("Like", bob, work))
    await effect(house, neighbour, carol, neighbour.activity("Like", carol, work))
    await effect(house, neighbour, carol, delete)
    assert (await stamp(neighbour, uri))[0] == 200
    await effect(house, neighbour, bob, {**delete, "id": f"{delete['id']}b", "actor": bob.uri})
    await gone(neighbour, uri, 404)
    other = (await answered(house, neighbour, carol, asking(neighbour, carol, work)))["result"]
    async with house.db.write() as tx:
        await works_service.withdraw(tx, house.uris, await works.get(tx, work.rsplit("/", 1)[-1]), utc_now())
    await gone(neighbour, other, 410)
