"""Two servers agree who follows whom: by a number with what is for followers, and a list for that server (FEP-8fcf)."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256

from fedi_artisan.domain.synchronization import HEADER, Synchronization, digest_of, read_header
from fedi_artisan.domain.works import Audience, Draft
from tests.federation import commands
from tests.federation.delivering import add_followers, arrived
from tests.federation.letterboxes import Letterboxes
from tests.house import House, open_house, until
from tests.inbox.answering import ask_to_follow, state_of
from tests.inbox.sending import befriend, effect
from tests.neighbour import ACTIVITY_JSON, Neighbour, Person, signed_headers


@pytest.fixture
async def nour(tmp_path: Path) -> AsyncIterator[House]:
    """Another of our houses."""
    async with open_house(tmp_path / "nour", username="nour") as opened:
        yield opened


async def ask(url: str, person: Person | None = None) -> tuple[int, Mapping[str, str], Any]:
    """Return what *url* answers to a question of *person*, signed by her, or to one that nobody signed."""
    headers = {"accept": ACTIVITY_JSON}
    if person is not None:
        headers |= signed_headers("GET", url, key_id=person.key_id, private=person.private)
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, answer.headers, await answer.json()


# --- Sending


async def test_what_is_for_followers_says_which_of_them_are_there(
    house: House, boxes: Letterboxes, other_boxes: Letterboxes
) -> None:
    """Each server gets the digest of its own followers, signed along; with what is for everybody there is none."""
    bob, eve, ada = boxes.person("bob"), boxes.person("eve"), other_boxes.person("ada")
    await add_followers(house, bob, eve, ada)
    await house.publish(Draft(title="For all"))
    await house.publish(Draft(title="For you", audience=Audience.FOLLOWERS))
    await arrived(boxes, 2)
    await arrived(other_boxes, 2)
    for box, there in ((boxes, [bob.uri, eve.uri]), (other_boxes, [ada.uri])):
        said = {one.activity["object"]["craft:work"]["name"]: one.headers for one in box.arrivals}
        assert HEADER not in said["For all"]
        assert read_header(said["For you"][HEADER]) == Synchronization(
            collection_uri=f"{house.actor_uri}/followers",
            url=f"{house.actor_uri}/followers_synchronization",
            digest=digest_of(there),
        )
        assert f" {HEADER}" in said["For you"]["signature"]


async def test_the_list_is_for_the_server_that_asks(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """Whoever signs is told who follows from her server, and nobody else; all others get what an absent actor gives."""
    bob, eve = neighbour.person("bob"), neighbour.person("eve", key_number=1)
    ada, stranger = elsewhere.person("ada"), elsewhere.person("stranger")
    await befriend(house, neighbour, bob)
    url = house.uris.followers_at(house.artisan.uid)
    # Asked first by nobody: what that gets must not be kept for the others.
    nothing = await ask(url)
    status, headers, document = await ask(url, eve)
    assert (status, document["id"], document["orderedItems"]) == (200, url, [bob.uri])
    assert headers["cache-control"] == "private, no-store"
    assert "Signature" in headers["vary"]
    absent = url.replace(house.artisan.uid, "01jc7nobody00000000000000a")
    assert nothing == await ask(url) != (await ask(url, eve))
    for person in (None, ada, stranger):
        answers = [await ask(one, person) for one in (url, absent)]
        assert [(status, body) for status, _, body in answers] == [(404, {"error": "there is no such actor"})] * 2
        assert len({tuple(sorted((k, v) for k, v in one.items() if k != "Date")) for _, one, _ in answers}) == 1
        # One who signs may be answered otherwise than the next.
        assert [("Signature" in one["Vary"], "private" in one["Cache-Control"]) for _, one, _ in answers] == [
            (person is not None, person is not None)
        ] * 2
    # Where nobody follows from there, its key is not even asked for.
    assert elsewhere.asked() == 0
    forged = Person(bob.uri, eve.private)
    assert (await ask(url, forged))[0] == 404


async def test_a_work_for_followers_is_read_by_followers(
    house: House, neighbour: Neighbour, elsewhere: Neighbour
) -> None:
    """The document is for whoever follows and signs; for all others, also of her server, it is as if it never was."""
    bob, eve = neighbour.person("bob"), neighbour.person("eve", key_number=1)
    ada = elsewhere.person("ada")
    await befriend(house, neighbour, bob)
    work = await house.publish(Draft(title="For you", audience=Audience.FOLLOWERS))
    uri, absent = house.uris.work(work.uid), house.uris.work("01jc7nothing0000000000000a")
    for person in (None, eve, ada):
        (status, one, body), (_, other, other_body) = await ask(uri, person), await ask(absent, person)
        assert (status, body) == (404, other_body)
        assert {k: v for k, v in one.items() if k != "Date"} == {k: v for k, v in other.items() if k != "Date"}
    status, headers, document = await ask(uri, bob)
    assert (status, document["id"], headers["cache-control"]) == (200, uri, "private, no-store")
    assert (await ask(uri))[0] == 404
    await effect(house, neighbour, bob, neighbour.activity("Undo", bob, {"type": "Follow", "object": house.actor_uri}))
    assert (await ask(uri, bob))[0] == 404


# --- Receiving


def listing(neighbour: Neighbour, person: Person, *uris: str, pages: int = 1) -> str:
    """Serve the list of those who follow *person* from here, over some pages; return where."""
    url = f"{person.uri}/followers_synchronization"
    for number in range(pages):
        at = url if number == 0 else f"{url}/{number + 1}"
        page = {"id": at, "type": "OrderedCollection", "orderedItems": list(uris[number::pages])}
        if number + 1 < pages:
            page["next"] = f"{url}/{number + 2}"
        neighbour.serve(page)
    return url


async def say(
    house: House,
    neighbour: Neighbour,
    person: Person,
    *,
    header: str | None = None,
    digest: str = "",
    is_signed: bool = True,
) -> None:
    """Have *person* send something with the header, signed along or not."""
    followers = f"{person.uri}/followers"
    url = f"{person.uri}/followers_synchronization"
    value = header or Synchronization(collection_uri=followers, url=url, digest=digest).header()
    note = neighbour.note(person, None, to=[followers])
    body = neighbour.activity("Update", person, note, to=[followers])
    sent = {HEADER: value}
    if is_signed:
        sent |= _signed_along(person, house.uris.shared_inbox, body, value)
    status, text = await neighbour.send(person, house.uris.shared_inbox, body, headers=sent)
    assert status == 202, text


def _signed_along(person: Person, url: str, activity: Mapping[str, Any], value: str) -> dict[str, str]:
    """Return the headers of a signature that answers for the further one as well."""
    body = json.dumps(activity).encode()
    headers = signed_headers("POST", url, body, key_id=person.key_id, private=person.private)
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    text = "\n".join(
        [
            f"(request-target): post /{url.split('/', 3)[3]}",
            f"host: {headers['host']}",
            f"date: {headers['date']}",
            f"digest: SHA-256={digest}",
            f"{HEADER}: {value}",
        ]
    )
    signature = base64.b64encode(person.private.sign(text.encode(), padding.PKCS1v15(), SHA256())).decode()
    names = f"(request-target) host date digest {HEADER}"
    return {
        "date": headers["date"],
        "signature": f'keyId="{person.key_id}",algorithm="rsa-sha256",headers="{names}",signature="{signature}"',
    }


async def accepted(house: House, neighbour: Neighbour, name: str = "bob") -> Person:
    """Return somebody whom our artisan follows."""
    uri = f"{neighbour.origin}/users/{name}"
    person = neighbour.person(name, followers=f"{uri}/followers")
    follow_uri = await ask_to_follow(house, person)
    await effect(house, neighbour, person, neighbour.activity("Accept", person, follow_uri))
    return person


async def rejected(house: House, person: Person) -> bool:
    """Whether our follow of somebody was given up."""
    return await state_of(house, person) == "rejected"


async def test_a_follow_that_is_lost_there_is_given_up_here(house: House, neighbour: Neighbour) -> None:
    """Who is not on the list follows no more; nobody is asked where the digest is ours, nor twice in an hour."""
    bob = await accepted(house, neighbour)
    url = listing(neighbour, bob)
    await say(house, neighbour, bob, digest=digest_of([house.actor_uri]))
    await say(house, neighbour, bob, digest=digest_of([]))
    await until(lambda: house.value("SELECT state = 'rejected' FROM following"), "the end of the follow")
    assert neighbour.asked(url) == 1
    await accepted(house, neighbour)
    eve = await accepted(house, neighbour, "eve")
    listing(neighbour, eve)
    await say(house, neighbour, bob, digest=digest_of([]))
    await say(house, neighbour, eve, digest=digest_of([]))
    # They are looked after in turn: with eve's, bob's has been as well.
    await until(lambda: rejected(house, eve), "eve's")
    assert await state_of(house, bob) == "accepted"
    assert neighbour.asked(url) == 1


async def test_what_is_listed_is_accepted_or_disowned(house: House, neighbour: Neighbour) -> None:
    """A request that is on the list was accepted; who is on it without ever having asked says so with an Undo."""
    bob = await accepted(house, neighbour)
    async with house.db.write() as tx:
        await tx.execute("UPDATE following SET state = 'requested'")
    listing(neighbour, bob, f"{neighbour.origin}/users/eve", house.actor_uri, pages=2)
    await say(house, neighbour, bob, digest=digest_of([house.actor_uri]))
    await until(lambda: house.value("SELECT state = 'accepted' FROM following"), "the follow")
    eve = neighbour.person("eve", followers=f"{neighbour.origin}/users/eve/followers")
    await befriend(house, neighbour, eve)
    listing(neighbour, eve, house.actor_uri)
    await say(house, neighbour, eve, digest=digest_of([house.actor_uri]))

    async def undone() -> list[dict[str, Any]]:
        return [one for one in neighbour.received if one["type"] == "Undo"]

    [undo] = await until(undone, "the Undo")
    follow = undo["object"]
    assert (follow["type"], follow["actor"], follow["object"]) == ("Follow", house.actor_uri, eve.uri)


async def test_nobody_loses_a_follow_by_a_false_word(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """A header that is not signed along, of other people or servers, or not borne out by the list, is nothing."""
    eve = await accepted(house, neighbour, "eve")
    listing(neighbour, eve)
    none, other = digest_of([]), digest_of([house.actor_uri, "https://somebody.example/"])
    false: dict[str, dict[str, Any]] = {
        "of others": {"collection_uri": f"{eve.uri}/followers"},
        "elsewhere": {"url": f"{elsewhere.origin}/list"},
        "unlike the list": {"digest": other},
        "unsigned": {},
        "broken": {},
        "endless": {},
        "no list": {},
    }
    people = {case: await accepted(house, neighbour, f"p{number}") for number, case in enumerate(false)}
    for case, changes in false.items():
        person = people[case]
        url = listing(neighbour, person, pages=20 if case == "endless" else 1)
        said = {"collection_uri": f"{person.uri}/followers", "url": url, "digest": none, **changes}
        if case == "no list":
            neighbour.serve({"id": url, "type": "Note"})
        header = "collectionId=nonsense" if case == "broken" else Synchronization(**said).header()
        await say(house, neighbour, person, header=header, is_signed=case != "unsigned")
    # What comes after them has its turn after them.
    await say(house, neighbour, eve, digest=none)
    await until(lambda: rejected(house, eve), "eve's turn")
    assert {case: await state_of(house, person) for case, person in people.items()} == dict.fromkeys(false, "accepted")
    assert elsewhere.asked() == 0
    endless = f"{people['endless'].uri}/followers_synchronization"
    assert [neighbour.asked(f"{endless}/{number}") for number in (11, 12)] == [1, 0]


# --- Two of ours


async def test_two_houses_agree_again_after_a_lost_undo(house: House, nour: House) -> None:
    """An Undo that was lost is said again, and a follow that was lost is given up, with the next word for followers."""
    await commands.follow(nour, house.handle)
    await until(lambda: nour.value("SELECT state = 'accepted' FROM following"), "the Accept")
    work = await house.publish(Draft(title="For you", audience=Audience.FOLLOWERS))
    async with nour.db.write() as tx:
        await tx.execute("DELETE FROM following")
    await commands.revise(house, work, text="Is anybody there?")

    async def unfollowed() -> bool:
        return bool(await house.value("SELECT count(*) = 0 FROM followers"))

    await until(unfollowed, "the Undo")
