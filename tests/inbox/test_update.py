"""Update: accepted, repeated, by a stranger, for someone else, malformed (ActivityPub 7.3; WIRE 5.4)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.house import House
from tests.inbox.sending import befriend, effect
from tests.inbox.shapes import shapes, visit
from tests.neighbour import Neighbour, Person, key, pem

WORDS = "SELECT content_html FROM replies"


def later(seconds: float) -> str:
    """Return a moment as it is written."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


async def replied(house: House, neighbour: Neighbour, person: Person, work: str) -> dict[str, Any]:
    """Let *person* reply to the work; return the note."""
    note = neighbour.note(person, work, "<p>Old</p>", published=later(-60))
    assert await effect(house, neighbour, person, neighbour.activity("Create", person, note)) == ("done", "replied")
    return note


@pytest.mark.parametrize(("software", "name"), shapes("update_reply"))
async def test_every_server_can_revise_a_reply(
    house: House, neighbour: Neighbour, work: str, software: str, name: str
) -> None:
    """The Update of a reply is taken as newer than what it updates."""
    visitor = visit(software, house, neighbour, work)
    await visitor.send(visitor.read("create_reply"))
    assert await house.value("SELECT updated_at FROM replies") is None
    assert await visitor.send(visitor.read(name)) == ("done", "post revised")
    assert await house.value("SELECT updated_at FROM replies") is not None


@pytest.mark.parametrize(("software", "name"), shapes("update_actor"))
async def test_every_server_can_update_an_actor(
    house: House, neighbour: Neighbour, work: str, software: str, name: str
) -> None:
    """The Update of an actor is known here at once."""
    visitor = visit(software, house, neighbour, work)
    await visitor.send(visitor.read("follow"))
    update = visitor.read(name)
    assert await visitor.send(update) == ("done", "actor updated")
    assert await house.value("SELECT name FROM actors") == (update["object"].get("name") or "")
    assert await house.value("SELECT count(*) FROM followers") == 1


async def test_an_older_update_is_nothing(house: House, neighbour: Neighbour, work: str) -> None:
    """Of several Updates the newest counts, in whatever order they arrive (WIRE 10.2 #60)."""
    bob = neighbour.person("bob")
    note = await replied(house, neighbour, bob, work)
    newest = {**note, "content": "<p>Newest</p>", "updated": later(-5)}
    older = {**note, "content": "<p>Older</p>", "updated": later(-30)}
    for edit in (newest, older, newest):
        await effect(house, neighbour, bob, neighbour.activity("Update", bob, edit))
    assert await house.value(WORDS) == "<p>Newest</p>"


async def test_an_update_from_the_future_does_not_end_all_edits(house: House, neighbour: Neighbour, work: str) -> None:
    """A moment to come is taken as now, so that later edits count as well."""
    bob = neighbour.person("bob")
    note = await replied(house, neighbour, bob, work)
    for words, updated in (("<p>One</p>", "9999-01-01T00:00:00Z"), ("<p>Two</p>", None)):
        edit = {**note, "content": words, "updated": updated}
        await effect(house, neighbour, bob, neighbour.activity("Update", bob, edit))
    assert await house.value(WORDS) == "<p>Two</p>"


async def test_new_words_wait_for_approval_again(house: House, neighbour: Neighbour, work: str) -> None:
    """What the artisan approved was the old words: the new ones are not shown before she has read them."""
    bob = neighbour.person("bob")
    note = await replied(house, neighbour, bob, work)
    async with house.db.write() as tx:
        await tx.execute("UPDATE posts SET approved = TRUE")
    await effect(house, neighbour, bob, neighbour.activity("Update", bob, {**note, "updated": later(-20)}))
    assert await house.value("SELECT approved FROM replies") == 1
    edit = {**note, "content": "<p>Buy pills</p>", "updated": later(-10)}
    await effect(house, neighbour, bob, neighbour.activity("Update", bob, edit))
    assert await house.value("SELECT approved FROM replies") == 0


async def test_nobody_updates_what_is_of_others(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #20: another actor of the same server changes neither a reply nor an actor."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    note = await replied(house, neighbour, bob, work)
    await befriend(house, neighbour, mallory)
    edit = {**note, "content": "<p>Forged</p>", "updated": later(0)}
    for forged in (edit, {**edit, "attributedTo": mallory.uri}, {**bob.document(), "name": "Forged"}):
        await effect(house, neighbour, mallory, neighbour.activity("Update", mallory, forged))
    assert await house.value(WORDS) == "<p>Old</p>"
    assert await house.value("SELECT count(*) FROM actors WHERE name = 'Forged'") == 0


async def test_an_update_of_our_work_is_forbidden(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #20: what stands on our server nobody elsewhere can change: 403."""
    bob = neighbour.person("bob")
    await befriend(house, neighbour, bob)
    for target in (work, {"id": work, "type": "Note", "content": "x", "attributedTo": bob.uri}):
        update = neighbour.activity("Update", bob, target)
        assert (await neighbour.send(bob, house.uris.shared_inbox, update))[0] == 403


async def test_an_update_by_an_unknown_actor_is_dropped_unasked(house: House, neighbour: Neighbour) -> None:
    """WIRE 5.5: whoever is not known here cannot change anything here; her server is not asked."""
    bob = neighbour.person("bob")
    update = neighbour.activity("Update", bob, bob.document())
    assert await effect(house, neighbour, bob, update) == ("dropped", "at the door")
    assert neighbour.asked() == 0


async def test_a_bare_id_is_asked_for_where_it_matters(house: House, neighbour: Neighbour, work: str) -> None:
    """An Update that only names its object is completed by asking if the object is known here; else nobody is."""
    bob = neighbour.person("bob")
    note = await replied(house, neighbour, bob, work)
    neighbour.serve({**note, "content": "<p>Asked</p>", "updated": later(-1)})
    await effect(house, neighbour, bob, neighbour.activity("Update", bob, note["id"]))
    assert await house.value(WORDS) == "<p>Asked</p>"
    other = neighbour.note(bob, None)
    await effect(house, neighbour, bob, neighbour.activity("Update", bob, other["id"]))
    assert neighbour.asked(other["id"]) == 0


async def test_a_new_key_is_valid_from_the_update_on(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 2.4: an actor announces her new key under the old one; the old one is not believed any more."""
    bob = neighbour.person("bob")
    await befriend(house, neighbour, bob)
    renewed = Person(bob.uri, key(3))
    neighbour.serve(renewed.document())
    await effect(house, neighbour, bob, neighbour.activity("Update", bob, renewed.document()))
    assert await house.value("SELECT pem FROM actor_keys") == pem(key(3))
    asked = neighbour.asked()
    assert await effect(house, neighbour, renewed, neighbour.activity("Like", renewed, work)) == ("done", "liked")
    assert neighbour.asked() == asked
    status, _ = await neighbour.send(bob, house.uris.shared_inbox, neighbour.activity("Like", bob, work))
    assert status == 401


@pytest.mark.parametrize(
    "changes", [{"inbox": None}, {"inbox": "https://10.0.0.1/inbox"}, {"preferredUsername": "a@b"}, {"type": "Note"}]
)
async def test_an_actor_who_would_be_unreachable_stays_as_she_was(
    house: House, neighbour: Neighbour, changes: dict[str, object]
) -> None:
    """WIRE 10.2 #35: an Update with an inbox elsewhere, or that is no actor, changes nothing."""
    bob = neighbour.person("bob")
    await befriend(house, neighbour, bob)
    update = neighbour.activity("Update", bob, {**bob.document(), **changes})
    assert (await effect(house, neighbour, bob, update))[0] == "refused"
    assert await house.value("SELECT inbox_url FROM actors") == f"{bob.uri}/inbox"


@pytest.mark.parametrize("target", [None, 1, {}, {"type": "Person"}])
async def test_an_update_of_nothing_is_refused(house: House, neighbour: Neighbour, target: object) -> None:
    """An Update without an object is answered 400."""
    bob = neighbour.person("bob")
    assert (await neighbour.send(bob, house.uris.shared_inbox, neighbour.activity("Update", bob, target)))[0] == 400
