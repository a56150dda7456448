"""Attacks on whose something is (WIRE 10.2, "Object origin / spoofing"), by a hostile server over real sockets."""

from typing import Any

import pytest
from aiohttp import web

from tests.house import House
from tests.inbox.answering import ask_to_follow, state_of
from tests.inbox.sending import befriend, effect
from tests.neighbour import Neighbour

REPLIES = "SELECT count(*) FROM replies"


def naming(neighbour: Neighbour, person: Any, house: House, uri: str) -> dict[str, Any]:
    """Return a Create that only names its note."""
    return neighbour.activity("Create", person, uri, to=[house.actor_uri])


async def test_an_address_that_gives_the_words_of_another(
    house: House, neighbour: Neighbour, elsewhere: Neighbour, work: str
) -> None:
    """WIRE 10.2 #17: a document with the id, or the author, of another server is not believed."""
    bob, mallory = neighbour.person("bob"), elsewhere.person("mallory", key_number=1)
    hers = neighbour.note(bob, work)
    for name, document in {
        "id": hers,
        "author": {**hers, "id": f"{elsewhere.origin}/notes/author"},
        "none": {key: value for key, value in hers.items() if key != "id"},
    }.items():
        uri = f"{elsewhere.origin}/notes/{name}"
        elsewhere.serve(document, at=uri)
        assert (await effect(house, elsewhere, mallory, naming(elsewhere, mallory, house, uri)))[0] == "refused"
    assert await house.value(REPLIES) == 0


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "text/html",
        "application/json",
        "application/octet-stream",
        "application/ld+json",
        'application/ld+json; profile="https://evil.example/"',
        "image/png",
        "application/activity+jsonx",
    ],
)
async def test_an_upload_is_no_document(house: House, neighbour: Neighbour, work: str, kind: str) -> None:
    """WIRE 10.2 #18: JSON that somebody uploaded, served as anything else, is neither an actor nor a note."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work)
    neighbour.serve(note, kind=kind)
    assert (await effect(house, neighbour, bob, naming(neighbour, bob, house, note["id"])))[0] == "refused"
    fake = neighbour.person("upload")
    neighbour.serve(fake.document(), kind=kind)
    follow = neighbour.activity("Follow", fake, house.actor_uri)
    assert (await neighbour.send(fake, house.uris.shared_inbox, follow))[0] == 401


async def test_our_uploads_are_no_documents(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #19: what is uploaded here is never served as ActivityPub, and browsers may not guess."""
    for path in ("/media/none.jpg", "/static/none.json"):
        headers = {"accept": "application/activity+json"}
        async with neighbour.session.get(house.uris.origin + path, headers=headers) as answer:
            assert answer.status == 404
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "activity+json" not in answer.headers["content-type"]


async def test_objects_of_another_server(house: House, neighbour: Neighbour, elsewhere: Neighbour, work: str) -> None:
    """WIRE 10.2 #15, #20, #23, #43: nobody brings or changes what is of another server: 403, and nobody is asked."""
    bob, mallory = neighbour.person("bob"), elsewhere.person("mallory", key_number=1)
    note = neighbour.note(bob, work)
    await effect(house, neighbour, bob, neighbour.activity("Create", bob, note))
    await befriend(house, elsewhere, mallory)
    neighbour.requests.clear()
    forged = {**note, "content": "<p>Forged</p>", "attributedTo": mallory.uri, "updated": "2026-11-30T00:00:00Z"}
    for kind in ("Create", "Update"):
        for target in (note, forged, note["id"], bob.uri, bob.document()):
            activity = elsewhere.activity(kind, mallory, target, to=[house.actor_uri])
            assert (await elsewhere.send(mallory, house.uris.shared_inbox, activity))[0] == 403
    assert not neighbour.requests
    assert await house.value("SELECT content_html FROM replies") == "<p>Lovely!</p>"


async def test_a_known_reply_keeps_its_author(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #22: a Create under an id that is known already changes neither the words nor whose they are."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    note = neighbour.note(bob, work)
    await effect(house, neighbour, bob, neighbour.activity("Create", bob, note))
    stolen = {**note, "attributedTo": mallory.uri, "content": "<p>Stolen</p>"}
    await effect(house, neighbour, mallory, neighbour.activity("Create", mallory, stolen))
    await effect(house, neighbour, mallory, neighbour.activity("Delete", mallory, note["id"]))
    sql = "SELECT actors.uri, content_html FROM replies JOIN actors ON actors.id = actor_id"
    assert [tuple(row) for row in await house.rows(sql)] == [(bob.uri, "<p>Lovely!</p>")]


async def test_a_note_under_another_address_of_its_server(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #30: a note is what stands at the very id that was named, not another one that is shown there."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work)
    alias = f"{neighbour.origin}/notes/alias"
    neighbour.serve(note, at=alias)
    assert (await effect(house, neighbour, bob, naming(neighbour, bob, house, alias)))[0] == "refused"
    assert await house.value(REPLIES) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": ""},
        {"id": 5},
        {"id": None, "attributedTo": None},
        {"id": ["", None]},
        {"id": {"id": None}},
    ],
)
async def test_words_without_an_id(house: House, neighbour: Neighbour, work: str, changes: dict[str, object]) -> None:
    """WIRE 10.2 #23: an embedded object without an id is nobody's: 400."""
    bob = neighbour.person("bob")
    anonymous = {**neighbour.note(bob, work), **changes}
    for kind in ("Create", "Update", "Delete"):
        activity = neighbour.activity(kind, bob, anonymous, to=[house.actor_uri])
        assert (await neighbour.send(bob, house.uris.shared_inbox, activity))[0] == 400


async def test_nobody_undoes_through_a_nameless_wrapper(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #21, #23: an inner activity without an actor is the doing of the sender, and of nobody else."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    like = neighbour.activity("Like", bob, work)
    await effect(house, neighbour, bob, like)
    await befriend(house, neighbour, mallory)
    for inner in ({"id": like["id"], "type": "Like", "object": work}, {"type": "Like", "object": work}):
        await effect(house, neighbour, mallory, neighbour.activity("Undo", mallory, inner))
    assert await house.value("SELECT likes FROM works") == 1


async def test_an_accept_in_passing(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """WIRE 10.2 #24: nobody accepts for another, not even her own server under her name."""
    bob, mallory = neighbour.person("bob"), elsewhere.person("mallory", key_number=1)
    follow_uri = await ask_to_follow(house, bob)
    await befriend(house, elsewhere, mallory)
    whole = {"id": follow_uri, "type": "Follow", "actor": house.actor_uri, "object": bob.uri}
    await effect(house, elsewhere, mallory, elsewhere.activity("Accept", mallory, whole))
    forged = {**elsewhere.activity("Accept", mallory, whole), "actor": bob.uri}
    assert (await elsewhere.send(mallory, house.uris.shared_inbox, forged))[0] == 401
    assert await state_of(house, bob) == "requested"


async def test_a_note_that_leads_elsewhere(house: House, neighbour: Neighbour, elsewhere: Neighbour, work: str) -> None:
    """WIRE 10.2 #17: where the address of a note redirects to another server, what is found there is not the note."""
    bob = neighbour.person("bob")
    uri = f"{neighbour.origin}/notes/leading"

    async def lead(request: web.Request) -> web.Response:
        raise web.HTTPFound(f"{elsewhere.origin}/notes/1")

    neighbour.routes["/notes/leading"] = lead
    elsewhere.serve({**neighbour.note(bob, work), "id": uri}, at=f"{elsewhere.origin}/notes/1")
    assert (await effect(house, neighbour, bob, naming(neighbour, bob, house, uri)))[0] == "refused"
    assert await house.value(REPLIES) == 0
