"""What is counted, how it is written down, and what is told of it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.figures import VIEWS_KEPT, Period, Step, levels, steps_of, sums
from fedi_artisan.domain.works import Draft
from fedi_artisan.services import figures
from fedi_artisan.services import works as works_service
from fedi_artisan.services.figures import Views
from fedi_artisan.storage import followers
from fedi_artisan.storage.db import fetch_all, to_ms
from tests.photos import Shop
from tests.unit.storage.conftest import put_actor

LATE = datetime(2026, 11, 23, 23, 59, 30, tzinfo=UTC)


class Hands:
    """A clock that the test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return what it shows."""
        return self.now


async def written(shop: Shop) -> dict[tuple[int, str], int]:
    """Return what stands in the database of page views."""
    async with shop.db.read() as tx:
        return {(row["day"], row["path"]): row["count"] for row in await fetch_all(tx, "SELECT * FROM views")}


async def test_views_are_written_down_by_day(shop: Shop) -> None:
    """What was counted is added to what was there, each to the day on which it was counted."""
    clock = Hands(LATE)
    views = Views(clock)
    views.count("/")
    views.count("/")
    views.count("/works/jar")
    clock.now = LATE + timedelta(minutes=1)
    views.count("/")
    await views.write_down(shop.db)
    views.count("/")
    await views.write_down(shop.db)
    await views.write_down(shop.db)
    day = (LATE.date() - date(1970, 1, 1)).days
    assert await written(shop) == {(day, "/"): 2, (day, "/works/jar"): 1, (day + 1, "/"): 2}


async def test_what_cannot_be_written_stays_counted(shop: Shop) -> None:
    """Where the disk refuses, nothing is lost, and nothing counts twice."""
    views = Views(Hands(LATE))
    views.count("/")
    async with shop.db.write() as tx:
        await tx.execute("ALTER TABLE views RENAME TO gone")
    with pytest.raises(Exception, match="no such table"):
        await views.write_down(shop.db)
    views.count("/")
    async with shop.db.write() as tx:
        await tx.execute("ALTER TABLE gone RENAME TO views")
    await views.write_down(shop.db)
    assert list((await written(shop)).values()) == [2]


async def test_old_days_are_forgotten(shop: Shop) -> None:
    """After so many days nobody knows on which day a page was opened; up to then it is known."""
    clock = Hands(LATE)
    views = Views(clock)
    views.count("/")
    await views.write_down(shop.db)
    clock.now = LATE + VIEWS_KEPT
    views.count("/works")
    await views.write_down(shop.db)
    assert len(await written(shop)) == 2
    clock.now += timedelta(days=1)
    views.count("/works")
    await views.write_down(shop.db)
    assert {path for _, path in await written(shop)} == {"/works"}


async def test_followers_are_counted_as_they_come_and_go(shop: Shop) -> None:
    """A day knows who came and who went, also with an account that is gone; one who follows again has not come anew."""
    now = utc_now()
    async with shop.db.write() as tx:
        for name in ("anna", "berta", "carla"):
            actor_id = await put_actor(tx, name)
            for uri in (f"https://host.example/{name}/1", f"https://host.example/{name}/2"):
                await followers.put(tx, shop.artisan.id, actor_id, uri, now - timedelta(days=2))
        await followers.delete(tx, shop.artisan.id, actor_id)
        await tx.execute("DELETE FROM actors WHERE username = 'berta'")
        told = await figures.tell(tx, shop.artisan.id, Period.DAYS, now.date())
    assert (told.gained[-3:], told.lost[-3:]) == ((3, 0, 0), (0, 0, 2))
    assert (told.followers[-4:], sum(told.gained)) == ((0, 3, 3, 1), 3)


async def test_all_that_is_told(shop: Shop) -> None:
    """Views of her pages alone, works in the order in which they are seen, reactions by day, followers by server."""
    now = utc_now()
    day = (now.date() - date(1970, 1, 1)).days
    async with shop.db.write() as tx:
        jar, bowl, gone = [
            await works_service.publish(tx, shop.queue.uris, shop.artisan, Draft(title=title, text="x"), now)
            for title in ("Jar", "Bowl", "Gone")
        ]
        seen = [(day, "/", 5), (day, f"/works/{jar.slug}", 1), (day - 20, f"/works/{jar.slug}", 2)]
        seen += [(day - 5, f"/works/{bowl.slug}", 9), (day - 300, f"/works/{bowl.slug}", 40)]
        seen += [(day, "/@somebody", 50), (day, "/works/of-another", 60), (day, f"/works/{gone.slug}", 70)]
        await tx.executemany("INSERT INTO views VALUES (?, ?, ?)", seen)
        await works_service.withdraw(tx, shop.queue.uris, gone, now)
        for number in range(30):
            actor_id = await put_actor(tx, f"anna{number}", host=f"server{min(number, 22)}.example")
            await followers.put(tx, shop.artisan.id, actor_id, "https://x.example/follow", now)
        await tx.execute(
            "INSERT INTO reactions (work_id, actor_id, type, activity_uri, received_at) VALUES (?, ?, 'Like', 'x', ?)",
            (jar.id, actor_id, to_ms(now - timedelta(days=1))),
        )
        told = await figures.tell(tx, shop.artisan.id, Period.DAYS, now.date())
        year = await figures.tell(tx, shop.artisan.id, Period.MONTHS, now.date())
    assert (told.views[-1], told.views[-6], sum(told.views)) == (76, 9, 87)
    assert [(work.title, work.counts) for work in told.seen] == [("Bowl", (9, 9, 49)), ("Jar", (1, 3, 3))]
    assert (told.likes[-2:], sum(told.announces), sum(told.replies)) == ((1, 0), 0, 0)
    assert told.servers[0] == ("server22.example", 8)
    assert (len(told.servers), told.elsewhere) == (20, (3, 3))
    assert sum(year.views) == 127


# --- Steps


def test_steps_are_days_weeks_and_months() -> None:
    """Thirty days end today, twelve weeks begin on Mondays, twelve months are those of the calendar."""
    today = date(2026, 3, 1)
    days, weeks, months = (steps_of(period, today) for period in Period)
    assert (len(days), days[0], days[-1]) == (30, Step(date(2026, 1, 31), date(2026, 1, 31)), Step(today, today))
    assert (len(weeks), weeks[-1]) == (12, Step(date(2026, 2, 23), date(2026, 3, 1)))
    assert (len(months), months[0], months[-2:]) == (
        12,
        Step(date(2025, 4, 1), date(2025, 4, 30)),
        (Step(date(2026, 2, 1), date(2026, 2, 28)), Step(date(2026, 3, 1), date(2026, 3, 31))),
    )


def test_days_are_put_into_steps() -> None:
    """What happened before the first step, or on no day, is nowhere; levels are told backwards from today's."""
    steps = steps_of(Period.WEEKS, date(2026, 3, 1))
    assert sums(steps, {date(2026, 2, 23): 1, date(2026, 3, 1): 2, date(2025, 1, 1): 9})[-2:] == (0, 3)
    assert levels(10, (1, -2, 3)) == (9, 7, 10)
    assert levels(0, (5,)) == (0,)
