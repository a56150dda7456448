"""What holds for all types: nothing is lost, nothing stops the rest, everybody's doings keep their order."""

import asyncio

import pytest

from tests.house import House, until
from tests.inbox.sending import effect
from tests.neighbour import Neighbour


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
    rows = await house.rows("SELECT answer FROM inbox ORDER BY id")
    assert [row["answer"] for row in rows] == ["liked", "replied", "reply forgotten"]
    assert await house.value("SELECT count(*) FROM replies") == 0
