"""What was said above: conversations become whole, in whatever order their parts come (WIRE 5.3; 10.2 #43)."""

from typing import Any

import pytest

from tests.house import House, until
from tests.inbox.sending import effect
from tests.inbox.talking import POSTS, followed
from tests.neighbour import PUBLIC, Neighbour, Person


async def mention(house: House, neighbour: Neighbour, person: Person, above: str) -> dict[str, Any]:
    """Let *person* answer *above* and name our artisan; return the note once nothing more is asked for."""
    tag = [{"type": "Mention", "href": house.actor_uri, "name": "@maria"}]
    note = neighbour.note(person, above, to=[PUBLIC], cc=[house.actor_uri], tag=tag)
    create = neighbour.activity("Create", person, note, to=[PUBLIC], cc=[house.actor_uri])
    assert (await effect(house, neighbour, person, create))[0] == "done"
    await asked(house)
    return note


async def asked(house: House) -> None:
    """Return when nothing is asked for any more."""

    async def none() -> bool:
        return not await house.value("SELECT count(*) FROM wanted_posts WHERE attempts = 0")

    await until(none, "an end of asking")


async def test_answers_to_unknown_answers_join_the_conversation(
    house: House, neighbour: Neighbour, elsewhere: Neighbour, work: str
) -> None:
    """The posts between a work and a mention of strangers are asked for, and all stand below the work.

    Who wrote them becomes known as well; what comes later and is known is not asked for again.
    """
    ann = await followed(house, neighbour, "ann")
    bob, eva = neighbour.person("bob"), elsewhere.person("eva")
    first = elsewhere.note(eva, work, to=[], cc=[PUBLIC])
    second = neighbour.note(ann, first["id"])
    third = elsewhere.note(eva, second["id"])
    last = await mention(house, neighbour, bob, third["id"])
    rows = {row["uri"]: row for row in await house.rows(POSTS)}
    assert set(rows) == {note["id"] for note in (first, second, third, last)}
    assert {row["work_id"] for row in rows.values()} == {await house.value("SELECT id FROM works")}
    assert rows[first["id"]]["visibility"] == "unlisted"
    assert [rows[note["id"]]["approved"] for note in (first, second, third, last)] == [0, 1, 0, 0]
    assert await house.value("SELECT replies FROM works") == 4
    assert await house.value("SELECT count(*) FROM mentions") == 0
    assert [elsewhere.asked(note["id"]) for note in (first, third)] == [1, 1]
    assert elsewhere.asked(eva.uri) == 1
    create = elsewhere.activity("Create", eva, first, to=[PUBLIC])
    assert (await effect(house, elsewhere, eva, create))[0] == "done"
    assert await house.value("SELECT replies FROM works") == 4


async def test_strangers_do_not_make_us_walk_for_ever(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """WIRE 10.2 #43: of a chain without end five are asked for, of a ring each once, what is gone is let go."""
    bob, eva = neighbour.person("bob"), elsewhere.person("eva")
    chain = [elsewhere.note(eva, None)]
    for _ in range(8):
        chain.append(elsewhere.note(eva, chain[-1]["id"]))
    await mention(house, neighbour, bob, chain[-1]["id"])
    assert [elsewhere.asked(note["id"]) for note in reversed(chain)] == [1] * 5 + [0] * 4

    one, two = elsewhere.note(eva, None), elsewhere.note(eva, None)
    for note, above in ((one, two), (two, one)):
        elsewhere.serve({**note, "inReplyTo": above["id"]})
    await mention(house, neighbour, bob, one["id"])
    assert [elsewhere.asked(note["id"]) for note in (one, two)] == [1, 1]

    await mention(house, neighbour, bob, f"{elsewhere.origin}/gone")
    assert await house.value("SELECT count(*) FROM wanted_posts") == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"to": ["https://x.example/users/1"]},
        {"attributedTo": "https://x.example/users/1"},
        {"id": "https://x.example/1"},
        {"type": "Person"},
    ],
)
async def test_what_was_said_above_must_be_sound(
    house: House, neighbour: Neighbour, elsewhere: Neighbour, work: str, changes: dict[str, Any]
) -> None:
    """What is asked for and is not for everybody, not its author's, or something else is not kept."""
    bob, eva = neighbour.person("bob"), elsewhere.person("eva")
    above = elsewhere.note(eva, work)
    elsewhere.serve({**above, **changes}, at=above["id"])
    last = await mention(house, neighbour, bob, above["id"])
    assert [(row["uri"], row["work_id"]) for row in await house.rows(POSTS)] == [(last["id"], None)]


async def test_what_waited_is_placed_when_its_parent_comes(house: House, neighbour: Neighbour, work: str) -> None:
    """A mention whose parent cannot be had yet, and what answers it, come below the work when the parent is sent."""
    bob = neighbour.person("bob")
    parent = neighbour.note(bob, work)
    neighbour.serve(parent, status=503)
    child = await mention(house, neighbour, bob, parent["id"])
    await mention(house, neighbour, bob, child["id"])
    assert await house.value("SELECT replies FROM works") == 0
    assert await effect(house, neighbour, bob, neighbour.activity("Create", bob, parent)) == ("done", "replied")
    assert {row["work_id"] for row in await house.rows(POSTS)} == {await house.value("SELECT id FROM works")}
    assert await house.value("SELECT replies FROM works") == 3
