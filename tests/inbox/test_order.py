"""What holds for all types: nothing is lost, nothing stops the rest, everybody's doings keep their order."""

import asyncio
import dataclasses
import json
from datetime import timedelta
from typing import Any

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.storage import inbox
from fedi_artisan.storage.inbox import Arrival
from tests.house import House, until
from tests.inbox.sending import effect
from tests.neighbour import Neighbour, Person


async def test_a_fault_of_ours_stops_nothing_and_loses_nothing(
    house: House, neighbour: Neighbour, work: str, caplog: pytest.LogCaptureFixture
) -> None:
    """An activity that fails for a fault of ours is told in the log and waits; those of the same moment take effect."""
    bob = neighbour.person("bob")
    await effect(house, neighbour, bob, neighbour.activity("Block", bob, house.actor_uri))
    async with house.db.write() as tx:
        await tx.execute("ALTER TABLE reactions RENAME TO hidden")
    like = neighbour.activity("Like", bob, work)
    follow = neighbour.activity("Follow", bob, house.actor_uri)
    sent = [neighbour.send(bob, house.uris.shared_inbox, activity) for activity in (like, follow)]
    assert [status for status, _ in await asyncio.gather(*sent)] == [202, 202]
    await house.quiet()
    assert await house.answer(follow) == ("done", "follows")
    state, _ = await house.answer(like) or ("", "")
    assert state == "waiting"
    assert "failed" in caplog.text
    async with house.db.write() as tx:
        await tx.execute("ALTER TABLE hidden RENAME TO reactions")
        await tx.execute("UPDATE inbox SET due_at = 0 WHERE state = 'waiting'")

    async def liked() -> bool:
        return bool(await house.value("SELECT likes FROM works"))

    await until(liked, "the Like")
    assert await house.answer(like) == ("done", "liked")


async def test_a_refusal_takes_nothing_with_it(house: House, neighbour: Neighbour, work: str) -> None:
    """Activities that are refused and such that take effect, sent all at once, each end as if they were alone."""
    people = [neighbour.person(f"p{number}") for number in range(10)]
    for person in people:
        await effect(house, neighbour, person, neighbour.activity("Block", person, house.actor_uri))
    bad = [neighbour.activity("Follow", person, house.uris.actor("nobody")) for person in people]
    good = [neighbour.activity("Like", person, work) for person in people]
    pairs = [
        pair
        for both in zip(zip(people, bad, strict=True), zip(people, good, strict=True), strict=True)
        for pair in both
    ]
    await asyncio.gather(*(neighbour.send(person, house.uris.shared_inbox, one) for person, one in pairs))
    await house.quiet()
    assert {(await house.answer(one) or ("",))[0] for one in bad} == {"refused"}
    assert {await house.answer(one) for one in good} == {("done", "liked")}
    assert await house.value("SELECT likes FROM works") == 10


async def test_an_actor_s_doings_keep_their_order(house: House, neighbour: Neighbour, work: str) -> None:
    """A Delete that was sent after a Create whose note must be asked for takes effect after it."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work)
    await effect(house, neighbour, bob, neighbour.activity("Like", bob, work))
    for activity in (
        neighbour.activity("Create", bob, note["id"], to=[house.actor_uri]),
        neighbour.activity("Delete", bob, note["id"]),
    ):
        assert (await neighbour.send(bob, house.uris.shared_inbox, activity))[0] == 202
    await house.quiet()
    rows = await house.rows("SELECT answer FROM inbox WHERE activity_uri <> ? ORDER BY id", note["id"])
    assert [row["answer"] for row in rows] == ["liked", "replied", "post forgotten"]
    assert await house.value("SELECT count(*) FROM replies") == 0


async def test_what_was_deleted_stays_so(house: House, neighbour: Neighbour, work: str) -> None:
    """A late edit brings nothing back, nor does a late request to quote in it; what is said anew after that is new."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work)
    edit = {**note, "content": "<p>Late</p>", "updated": utc_now().isoformat()}
    for activity in (neighbour.activity("Create", bob, note), neighbour.activity("Delete", bob, note["id"])):
        await effect(house, neighbour, bob, activity)
    late = neighbour.activity("Update", bob, edit)
    assert await effect(house, neighbour, bob, late) == ("done", "deleted before it came")
    request = neighbour.activity("QuoteRequest", bob, work, instrument=note["id"])
    assert await effect(house, neighbour, bob, request) == ("done", "what quotes is gone")
    assert await house.value("SELECT (SELECT count(*) FROM posts) + (SELECT count(*) FROM quotes)") == 0
    anew = {**note, "updated": (utc_now() + timedelta(seconds=1)).isoformat()}
    assert await effect(house, neighbour, bob, neighbour.activity("Create", bob, anew)) == ("done", "replied")


def arrival(person: Person, activity: dict[str, Any]) -> Arrival:
    """Return an activity as our inbox takes it in, signed a moment ago."""
    return Arrival(
        actor_uri=person.uri,
        activity_uri=activity["id"],
        body=json.dumps(activity).encode(),
        asks=False,
        signed_at=utc_now() - timedelta(seconds=9),
    )


async def test_a_clock_that_is_set_back_lets_nothing_overtake(house: House, neighbour: Neighbour) -> None:
    """What came before the clock was set back takes effect first: a Follow is answered, then undone."""
    bob = neighbour.person("bob")
    await effect(house, neighbour, bob, neighbour.activity("Block", bob, house.actor_uri))
    follow = neighbour.activity("Follow", bob, house.actor_uri)
    undo = neighbour.activity("Undo", bob, follow)
    async with house.db.write() as tx:
        await inbox.insert(tx, [arrival(bob, follow)], utc_now() + timedelta(days=1))
        await inbox.insert(tx, [arrival(bob, undo)], utc_now())
    await house.quiet()
    assert [await house.answer(one) for one in (follow, undo)] == [("done", "taken back"), ("done", "unfollowed")]
    assert await house.value("SELECT count(*) FROM activities WHERE type = 'Accept'") == 1


async def test_a_clock_that_is_set_back_puts_no_question_off(house: House, neighbour: Neighbour, work: str) -> None:
    """What came before and needs another server's word is asked about at once, before what came later takes effect."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work)
    await effect(house, neighbour, bob, neighbour.activity("Like", bob, work))
    create = neighbour.activity("Create", bob, note["id"], to=[house.actor_uri])
    delete = neighbour.activity("Delete", bob, note["id"])
    async with house.db.write() as tx:
        early = dataclasses.replace(arrival(bob, create), asks=True)
        await inbox.insert(tx, [early], utc_now() + timedelta(days=1))
        await inbox.insert(tx, [arrival(bob, delete)], utc_now())
    await house.quiet()
    assert [await house.answer(one) for one in (create, delete)] == [("done", "replied"), ("done", "post forgotten")]


async def test_an_undo_that_overtakes_within_a_moment(house: House, neighbour: Neighbour, work: str) -> None:
    """Where both are taken in at the same time, the one that was taken back has no effect, and may be done anew."""
    bob = neighbour.person("bob")
    await effect(house, neighbour, bob, neighbour.activity("Like", bob, work))
    follow = neighbour.activity("Follow", bob, house.actor_uri)
    undo = neighbour.activity("Undo", bob, follow)
    async with house.db.write() as tx:
        await inbox.insert(tx, [arrival(bob, undo), arrival(bob, follow)], utc_now())
    await effect(house, neighbour, bob, neighbour.activity("Like", bob, work))
    assert [await house.answer(one) for one in (undo, follow)] == [
        ("done", "unfollowed"),
        ("done", "taken back"),
    ]
    assert await house.value("SELECT count(*) FROM followers") == 0
    later = utc_now() + timedelta(seconds=2)
    assert (await neighbour.send(bob, house.uris.shared_inbox, follow, date=later))[0] == 202
    await house.quiet()
    assert await house.answer(follow) == ("done", "follows")
