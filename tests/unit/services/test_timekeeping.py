"""The clock is set, ahead or back: what waits for a moment waits no day too long, and goes out no day too early."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from fedi_artisan.domain.clock import Span
from fedi_artisan.domain.deliveries import LONGEST_WAIT
from fedi_artisan.services.timekeeping import DOUBTED_FOR_S, SWEEP_EVERY_S, Timekeeper
from fedi_artisan.storage import photo_jobs
from fedi_artisan.storage.db import Tx, fetch_value, from_ms, to_ms
from tests.photos import Shop
from tests.unit.services.drafting import NOW, Desk

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@dataclass
class Clocks:
    """The clock on the wall, and what counts seconds; a class because both go on."""

    now: datetime = NOW
    seconds: float = 1_000.0
    was_set: list[datetime] = field(default_factory=list)

    def pass_by(self, time: timedelta) -> None:
        """Let time pass."""
        self.now += time
        self.seconds += time.total_seconds()


@pytest.fixture
def clocks() -> Clocks:
    """Both clocks."""
    return Clocks()


def keeper(shop: Shop, clocks: Clocks) -> Timekeeper:
    """Return somebody who looks at both."""
    return Timekeeper(shop.db, lambda: clocks.now, seconds=lambda: clocks.seconds)


async def put_off(tx: Tx, due_at: datetime, *, attempts: int = 1) -> None:
    """Let one thing of each kind wait until *due_at*, after so many tries."""
    moment = to_ms(due_at)
    columns = "actor_uri, activity_uri, asks, received_at, attempts, due_at"
    await tx.execute(f"INSERT INTO inbox ({columns}) VALUES ('a', 'b', 0, 0, ?, ?)", (attempts, moment))  # noqa: S608 - ours
    await tx.execute("INSERT INTO hosts (host, failures, closed_until) VALUES ('h', 9, ?)", (moment,))


async def due(shop: Shop, table: str = "inbox", column: str = "due_at") -> datetime:
    """Return until when what was put off waits."""
    async with shop.db.read() as tx:
        return from_ms(await fetch_value(tx, f"SELECT max({column}) FROM {table}"))  # noqa: S608 - of this test


async def test_set_back_by_a_day_nothing_waits_for_that_day(shop: Shop, clocks: Clocks) -> None:
    """What was to be tried in a minute is tried in a minute, and what was due already, now."""
    keeps = keeper(shop, clocks)
    async with shop.db.write() as tx:
        await put_off(tx, NOW + MINUTE)
    clocks.now -= DAY
    assert await keeps.look()
    for table, column in (("inbox", "due_at"), ("hosts", "closed_until")):
        assert await due(shop, table, column) == clocks.now + MINUTE
    assert not await keeps.look()


async def test_what_was_begun_before_and_written_down_after_is_seen_to(shop: Shop, clocks: Clocks) -> None:
    """It bears the clock of before, though that was set back meanwhile; what has failed keeps the wait that it has."""
    keeps = keeper(shop, clocks)
    clocks.now -= DAY
    await keeps.look()
    async with shop.db.write() as tx:
        await put_off(tx, NOW, attempts=0)
    clocks.pass_by(timedelta(seconds=1))
    assert await keeps.look()
    assert await due(shop) <= clocks.now + timedelta(seconds=1)
    async with shop.db.write() as tx:
        await tx.execute("UPDATE inbox SET attempts = 3, due_at = ?", (to_ms(clocks.now + MINUTE),))
    assert not await keeps.look()


async def test_a_clock_that_was_wrong_for_less_than_a_look_leaves_nothing_either(shop: Shop, clocks: Clocks) -> None:
    """What came in that moment is found by and by."""
    keeps = keeper(shop, clocks)
    assert not await keeps.look()
    async with shop.db.write() as tx:
        await put_off(tx, NOW + DAY, attempts=0)
    clocks.pass_by(timedelta(seconds=SWEEP_EVERY_S))
    assert await keeps.look()
    assert await due(shop) <= clocks.now + timedelta(seconds=1)


async def test_photographs_and_drafts_that_were_due_are_due(desk: Desk, clocks: Clocks) -> None:
    """A work that waits for its pictures goes out with them; one for which a later moment was chosen keeps that."""
    keeps, uid = keeper(desk.shop, clocks), await desk.photo_to_make()
    pressed = await desk.begin(uid, title="Jar")
    assert (await desk.publish(pressed)).work is None
    later = (await desk.schedule(await desk.begin(title="Bowl", publish_at="2026-11-23T15:00"))).draft
    sql = "SELECT publish_at FROM drafts WHERE uid = '{uid}'"
    chosen = await desk.count(sql.format(uid=later.uid))
    async with desk.shop.db.write() as tx:
        await photo_jobs.want(tx, [], clocks.now)
        await tx.execute("UPDATE photo_jobs SET due_at = ?", (to_ms(NOW + MINUTE),))
    clocks.now -= DAY
    assert await keeps.look()
    assert await due(desk.shop, "photo_jobs") == clocks.now + MINUTE
    assert await desk.count(sql.format(uid=pressed.uid)) == to_ms(clocks.now)
    assert await desk.count(sql.format(uid=later.uid)) == chosen > to_ms(clocks.now)


async def test_a_clock_that_is_set_right_a_little_changes_nothing(shop: Shop, clocks: Clocks) -> None:
    """Seconds are no jump, nor is time that simply passes, however long."""
    keeps = keeper(shop, clocks)
    async with shop.db.write() as tx:
        await put_off(tx, NOW + LONGEST_WAIT)
    for by in (timedelta(seconds=-20), timedelta(seconds=25)):
        clocks.now += by
        assert not await keeps.look()
    clocks.pass_by(DAY)
    assert not await keeps.look()
    assert await due(shop) == NOW + LONGEST_WAIT


async def test_a_leap_ahead_is_doubted_for_a_while(shop: Shop, clocks: Clocks) -> None:
    """What it has leapt over, less what passes since, is doubted for ten minutes; then it is believed."""
    keeps = keeper(shop, clocks)
    assert keeps.doubted() is None
    clocks.now += DAY
    # Also before anybody has looked at the clock: what is due is looked for at any moment.
    assert keeps.doubted() == Span(NOW, NOW + DAY)
    assert await keeps.look()
    assert keeps.doubted() == Span(NOW, NOW + DAY)
    clocks.pass_by(timedelta(seconds=DOUBTED_FOR_S - 1))
    assert keeps.doubted() == Span(clocks.now - DAY, NOW + DAY)
    clocks.pass_by(timedelta(seconds=2))
    assert keeps.doubted() is None


async def test_a_leap_that_is_taken_back_leaves_nothing(shop: Shop, clocks: Clocks) -> None:
    """Set right again, the clock is believed at once, and nothing was put off by it."""
    keeps = keeper(shop, clocks)
    clocks.now += DAY
    await keeps.look()
    async with shop.db.write() as tx:
        await put_off(tx, clocks.now)
    clocks.now -= DAY
    assert await keeps.look()
    assert keeps.doubted() is None
    assert await due(shop) == clocks.now


async def test_a_clock_that_was_behind_is_believed_when_it_is_right_again(shop: Shop, clocks: Clocks) -> None:
    """It was set back wrongly: that it comes back to where it was is no leap."""
    keeps = keeper(shop, clocks)
    clocks.now -= DAY
    await keeps.look()
    clocks.now += DAY
    assert await keeps.look()
    assert keeps.doubted() is None


async def test_what_is_scheduled_waits_out_a_leap(desk: Desk, clocks: Clocks) -> None:
    """The work that was to go out tomorrow stays in while the clock is doubted, and goes out when it is believed.

    One for which the button is pressed meanwhile goes out with its pictures.
    """
    keeps = keeper(desk.shop, clocks)
    await desk.schedule(await desk.begin(title="Jar", publish_at="2026-11-24T12:00"))
    publisher = desk.publisher(keeps.doubted)
    clocks.now += 2 * DAY
    desk.now = clocks.now
    await keeps.look()
    assert await publisher.publish_due() == 0
    clocks.pass_by(MINUTE)
    desk.now, uid = clocks.now, await desk.photo_to_make()
    assert (await desk.publish(await desk.begin(uid, title="Bowl"))).work is None
    await desk.make(uid)
    assert await publisher.publish_due() == 1
    clocks.pass_by(timedelta(seconds=DOUBTED_FOR_S + 1))
    desk.now = clocks.now
    assert await publisher.publish_due() == 1


async def test_a_clock_that_was_set_back_while_the_house_was_closed_is_noticed(shop: Shop, clocks: Clocks) -> None:
    """What was written down in time to come tells of it: with the start, nothing waits for that time any more."""
    async with shop.db.write() as tx:
        await put_off(tx, NOW + DAY)
        await tx.execute(
            "INSERT INTO activities (uri, artisan_id, type, subject_uri, public, body, created_at)"
            " VALUES ('u', ?, 'Create', 's', 1, x'', ?)",
            (shop.artisan.id, to_ms(NOW + DAY)),
        )
    await keeper(shop, clocks).open()
    assert await due(shop) == clocks.now
