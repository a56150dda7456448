"""What one server passes on of another is never believed: the other is asked (WIRE 2.6; 10.2 #15, #16)."""

from typing import Any

from tests.house import House
from tests.inbox.sending import effect
from tests.inbox.talking import POSTS
from tests.neighbour import PUBLIC, Neighbour, Person

SEAL = {"signature": {"type": "RsaSignature2017", "creator": "https://x.example/u#main-key", "signatureValue": "AAAA"}}


async def pass_on(house: House, neighbour: Neighbour, person: Person, activity: Any) -> tuple[str, str]:
    """Let *person* pass on what another did; return what came of it."""
    return await effect(house, neighbour, person, {**activity, **SEAL})


async def replied(house: House, neighbour: Neighbour, person: Person, above: str, **more: Any) -> dict[str, Any]:
    """Let *person* answer something; return the note."""
    note = neighbour.note(person, above, "<p>True</p>", **more)
    assert await effect(house, neighbour, person, neighbour.activity("Create", person, note)) == ("done", "replied")
    return note


async def test_an_answer_is_asked_for_at_its_own_server(
    house: House, neighbour: Neighbour, elsewhere: Neighbour, work: str
) -> None:
    """A Create that is passed on brings the answer as its own server serves it, by its own author, once."""
    bob, eva = neighbour.person("bob"), elsewhere.person("eva")
    first = await replied(house, neighbour, bob, work)
    note = elsewhere.note(eva, first["id"], "<p>True</p>")
    for state in ("done", "dropped"):
        create = elsewhere.activity("Create", eva, {**note, "content": "<p>False</p>", "attributedTo": bob.uri})
        assert (await pass_on(house, neighbour, bob, create))[0] == state
    assert elsewhere.asked(note["id"]) == 1
    rows = await house.rows(
        "SELECT posts.uri, actors.uri AS author, content_html, work_id IS NULL AS lost FROM posts "
        "JOIN actors ON actors.id = actor_id WHERE posts.uri != ?",
        first["id"],
    )
    assert [tuple(row) for row in rows] == [(note["id"], eva.uri, "<p>True</p>", 0)]


async def test_newer_words_and_ends_are_asked_about(
    house: House, neighbour: Neighbour, elsewhere: Neighbour, work: str
) -> None:
    """An Update that is passed on brings what is there now; a Delete is heeded only where the post is gone indeed."""
    bob, eva = neighbour.person("bob"), elsewhere.person("eva")
    note = await replied(house, elsewhere, eva, work)
    elsewhere.serve({**note, "content": "<p>Newer</p>", "updated": "2030-01-01T00:00:00Z"})
    update = elsewhere.activity("Update", eva, {**note, "content": "<p>False</p>", "updated": "2031-01-01T00:00:00Z"})
    delete = elsewhere.activity("Delete", eva, note["id"])
    assert await pass_on(house, neighbour, bob, update) == ("done", "post revised")
    assert (await pass_on(house, neighbour, bob, delete))[0] == "done"
    assert [row["content_html"] for row in await house.rows(POSTS)] == ["<p>Newer</p>"]
    elsewhere.serve({"id": note["id"], "type": "Tombstone"}, status=410)
    again = elsewhere.activity("Delete", eva, note["id"])
    assert await pass_on(house, neighbour, bob, again) == ("done", "post forgotten")
    assert await house.rows(POSTS) == []


async def test_private_words_are_not_forgotten_for_a_rumour(
    house: House, neighbour: Neighbour, elsewhere: Neighbour, work: str
) -> None:
    """That a server does not show us what was private means nothing: it is not even asked."""
    bob, eva = neighbour.person("bob"), elsewhere.person("eva")
    note = await replied(house, elsewhere, eva, work, to=[house.actor_uri])
    elsewhere.serve(note, status=404)
    await pass_on(house, neighbour, bob, elsewhere.activity("Delete", eva, note["id"]))
    assert len(await house.rows(POSTS)) == 1
    assert elsewhere.asked(note["id"]) == 0


async def test_what_is_of_no_interest_is_dropped_unasked(
    house: House, neighbour: Neighbour, elsewhere: Neighbour, work: str
) -> None:
    """What changes nothing kept here, nor answers anything of ours, is answered 202; nobody is asked."""
    bob, eva = neighbour.person("bob"), elsewhere.person("eva")
    await replied(house, elsewhere, eva, work)
    note = elsewhere.note(eva, f"{elsewhere.origin}/notes/0", cc=[house.actor_uri])
    for kind, target in (("Create", note), ("Update", note), ("Delete", note["id"]), ("Delete", eva.uri)):
        activity = elsewhere.activity(kind, eva, target, to=[PUBLIC], cc=[house.actor_uri])
        assert await pass_on(house, neighbour, bob, activity) == ("dropped", "at the door")
    assert elsewhere.asked(note["id"]) == 0
    assert await house.value("SELECT count(*) FROM actors WHERE uri = ?", eva.uri) == 1


async def test_an_id_is_not_claimed_by_passing_on(
    house: House, neighbour: Neighbour, elsewhere: Neighbour, work: str
) -> None:
    """WIRE 10.2 #5: what is passed on under the id of another's activity does not take the place of that."""
    bob, eva = neighbour.person("bob"), elsewhere.person("eva")
    note = elsewhere.note(eva, work)
    create = elsewhere.activity("Create", eva, note)
    elsewhere.serve(note, status=404)
    await pass_on(house, neighbour, bob, create)
    assert await house.rows(POSTS) == []
    assert (await elsewhere.send(eva, house.uris.shared_inbox, create))[0] == 202
    await house.quiet()
    assert len(await house.rows(POSTS)) == 1
