"""Create of a reply: accepted, repeated, by a stranger, for someone else, malformed (ActivityPub 7.2)."""

from typing import Any

import pytest

from tests.house import House
from tests.inbox.sending import effect
from tests.inbox.shapes import shapes, visit
from tests.neighbour import PUBLIC, Neighbour, Person

REPLIES = "SELECT count(*) FROM replies"


def saying(neighbour: Neighbour, person: Person, note: Any) -> dict[str, Any]:
    """Return the Create of a note."""
    return neighbour.activity("Create", person, note, to=[PUBLIC])


@pytest.mark.parametrize(("software", "name"), shapes("create_reply"))
async def test_every_server_can_reply(house: House, neighbour: Neighbour, work: str, software: str, name: str) -> None:
    """The reply of every kind of server is kept, counted, and waits for approval."""
    visitor = visit(software, house, neighbour, work)
    create = visitor.read(name)
    assert await visitor.send(create) == ("done", "replied")
    [row] = await house.rows("SELECT uri, in_reply_to, content_html, public, approved FROM replies")
    assert (row["uri"], row["in_reply_to"], row["public"], row["approved"]) == (create["object"]["id"], work, 1, 0)
    assert row["content_html"]
    assert await house.value("SELECT replies FROM works") == 1


async def test_a_reply_to_a_reply_belongs_to_the_work(house: House, neighbour: Neighbour, work: str) -> None:
    """A conversation below a work is kept with the work (WIRE 5.3)."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    first = neighbour.note(bob, work)
    second = neighbour.note(carol, first["id"], to=[house.actor_uri, PUBLIC])
    await effect(house, neighbour, bob, saying(neighbour, bob, first))
    assert await effect(house, neighbour, carol, neighbour.activity("Create", carol, second, to=[house.actor_uri])) == (
        "done",
        "replied",
    )
    assert await house.value("SELECT replies FROM works") == 2


async def test_a_reply_is_kept_once(house: House, neighbour: Neighbour, work: str) -> None:
    """The same reply in several Creates is kept once, as it first was."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work, "<p>First</p>")
    for content in ("<p>First</p>", "<p>Second</p>"):
        await effect(house, neighbour, bob, saying(neighbour, bob, {**note, "content": content}))
    rows = await house.rows("SELECT content_html FROM replies")
    assert [row["content_html"] for row in rows] == ["<p>First</p>"]


async def test_nobody_replies_in_the_name_of_another(house: House, neighbour: Neighbour, work: str) -> None:
    """A Create signed by another is 401; one of a note by another of the same server is refused."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    note = neighbour.note(bob, work)
    forged = saying(neighbour, bob, note)
    assert (await neighbour.send(mallory, house.uris.shared_inbox, forged))[0] == 401
    assert (await effect(house, neighbour, mallory, saying(neighbour, mallory, note)))[0] == "refused"
    assert await house.value(REPLIES) == 0


async def test_what_does_not_concern_us_is_dropped_unasked(house: House, neighbour: Neighbour, work: str) -> None:
    """A Create neither to anybody here nor about a work here is answered 202 without a question."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, f"{neighbour.origin}/notes/0")
    for target in (note, note["id"]):
        assert await effect(house, neighbour, bob, saying(neighbour, bob, target)) == ("dropped", "at the door")
    assert neighbour.asked() == 0


async def test_words_in_copy_are_not_kept(house: House, neighbour: Neighbour, work: str) -> None:
    """A note that answers no work, and neither names our artisan nor is to her above all, is read and not kept."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, None, cc=[house.actor_uri])
    create = neighbour.activity("Create", bob, note, cc=[house.actor_uri])
    assert await effect(house, neighbour, bob, create) == ("done", "not about anything of ours")
    assert await house.value("SELECT (SELECT count(*) FROM replies) + (SELECT count(*) FROM mentions)") == 0


async def test_a_private_reply_is_kept_and_not_counted(house: House, neighbour: Neighbour, work: str) -> None:
    """Words for our artisan alone are kept, and no number tells others of them."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work, to=[house.actor_uri])
    await effect(house, neighbour, bob, neighbour.activity("Create", bob, note, to=[house.actor_uri]))
    assert await house.value("SELECT public FROM replies") == 0
    assert await house.value("SELECT replies FROM works") == 0


async def test_a_bare_id_is_asked_for_at_its_own_server(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 5.3: a Create that only names its note is completed by asking for it, signed, once."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work)
    create = neighbour.activity("Create", bob, note["id"], to=[house.actor_uri])
    assert await effect(house, neighbour, bob, create) == ("done", "replied")
    assert await house.value("SELECT uri FROM replies") == note["id"]
    assert neighbour.asked(note["id"]) == 1


async def test_a_bare_id_that_is_gone_is_refused(house: House, neighbour: Neighbour, work: str) -> None:
    """Where the named note is not there, nothing is kept, and it is not asked for again."""
    bob = neighbour.person("bob")
    create = neighbour.activity("Create", bob, f"{neighbour.origin}/notes/gone", to=[house.actor_uri])
    assert (await effect(house, neighbour, bob, create))[0] == "refused"


async def test_a_bare_id_that_cannot_be_had_is_asked_for_later(house: House, neighbour: Neighbour, work: str) -> None:
    """Where the server of the note fails for now, the activity waits; what its actor does next does not."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work)
    neighbour.serve(note, status=503)
    create = neighbour.activity("Create", bob, note["id"], to=[house.actor_uri])
    assert (await effect(house, neighbour, bob, create))[0] == "waiting"
    assert await effect(house, neighbour, bob, neighbour.activity("Like", bob, work)) == ("done", "liked")


async def test_a_reply_deleted_before_it_came_stays_away(house: House, neighbour: Neighbour, work: str) -> None:
    """A Delete that overtakes the Create of the same note wins."""
    bob = neighbour.person("bob")
    await effect(house, neighbour, bob, neighbour.activity("Like", bob, work))
    note = neighbour.note(bob, work)
    await effect(house, neighbour, bob, neighbour.activity("Delete", bob, note["id"]))
    create = saying(neighbour, bob, note)
    assert await effect(house, neighbour, bob, create) == ("done", "deleted before it came")
    assert await house.value(REPLIES) == 0


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"content": None, "contentMap": {"fr": "<p>Beau</p>"}}, True),
        ({"content": "", "name": "yes"}, False),
        ({"type": "Person"}, False),
        ({"attributedTo": None}, False),
        ({"attributedTo": ["https://elsewhere.example/u"]}, False),
        ({"published": "yesterday", "to": None, "cc": None, "tag": 7}, True),
        ({"published": "9999-12-31T23:59:59Z"}, True),
        ({"url": "javascript:alert(1)"}, True),
        ({"content": "<annotation><math>" * 50 + "x"}, True),
    ],
)
async def test_odd_replies(house: House, neighbour: Neighbour, work: str, changes: dict[str, Any], kept: bool) -> None:
    """What can be understood is kept, what cannot is refused; nothing fails."""
    bob = neighbour.person("bob")
    create = saying(neighbour, bob, {**neighbour.note(bob, work), **changes})
    state, _ = await effect(house, neighbour, bob, create)
    assert state in {"done", "refused"}
    assert await house.value(REPLIES) == int(kept)
    assert await house.value("SELECT count(*) FROM replies WHERE url LIKE 'javascript%'") == 0


@pytest.mark.parametrize("target", [None, 1, "note", {"type": "Note"}, {"id": "x:y"}])
async def test_a_create_of_nothing_is_refused(house: House, neighbour: Neighbour, target: object) -> None:
    """A Create whose object has no id is answered 400 (WIRE 10.2 #23)."""
    bob = neighbour.person("bob")
    assert (await neighbour.send(bob, house.uris.shared_inbox, saying(neighbour, bob, target)))[0] == 400
