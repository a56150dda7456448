"""What is told to an artisan in figures; and how page views, counted in memory, are written down."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.figures import VIEWS_KEPT, Figures, Period, levels, steps_of, sums
from fedi_artisan.storage import figures, followers, views
from fedi_artisan.storage.db import Database, Tx
from fedi_artisan.storage.views import Opened

WRITE_DOWN_EVERY_S = 60.0


async def tell(tx: Tx, artisan_id: int, period: Period, today: date) -> Figures:
    """Return the figures of an artisan over a period that ends *today*."""
    steps = steps_of(period, today)
    since = steps[0].first
    came, went = await figures.followers_by_day(tx, artisan_id, since)
    gained, lost = sums(steps, came), sums(steps, went)
    changes = tuple(more - less for more, less in zip(gained, lost, strict=True))
    servers, elsewhere = await figures.list_servers(tx, artisan_id)
    return Figures(
        period=period,
        steps=steps,
        views=sums(steps, await figures.views_by_day(tx, artisan_id, since)),
        followers=levels(await followers.count(tx, artisan_id), changes),
        gained=gained,
        lost=lost,
        likes=sums(steps, await figures.reactions_by_day(tx, artisan_id, "Like", since)),
        announces=sums(steps, await figures.reactions_by_day(tx, artisan_id, "Announce", since)),
        replies=sums(steps, await figures.replies_by_day(tx, artisan_id, since)),
        seen=await figures.list_seen(tx, artisan_id, today),
        servers=servers,
        elsewhere=elsewhere,
    )


class Views:
    """How often pages were opened since it was last written down. A class because it counts.

    What was counted since then is lost when the process is killed: a minute of it at most.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: Counter[Opened] = Counter()
        self._today: dict[str, int] = {}
        self._day, self._midnight = _day_of(clock())

    def count(self, path: str) -> None:
        """Count that somebody opened the page *path*, which must be there: whatever is asked for would fill memory."""
        now = self._clock()
        if now >= self._midnight:
            self._end_day(now)
        self._today[path] = self._today.get(path, 0) + 1

    def _end_day(self, now: datetime) -> None:
        """Put what was counted to its day."""
        for path, count in self._today.items():
            self._counts[Opened(self._day, path)] += count
        self._today = {}
        self._day, self._midnight = _day_of(now)

    async def run(self, db: Database) -> None:
        """Write down what was counted, every minute, until cancelled."""
        while True:
            await asyncio.sleep(WRITE_DOWN_EVERY_S)
            await self.write_down(db)

    async def write_down(self, db: Database) -> None:
        """Write down what was counted since the last time; where that fails it stays counted, for the next time."""
        self._end_day(self._clock())
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            async with db.write() as tx:
                await views.add(tx, counts)
                await views.prune(tx, self._clock().date() - VIEWS_KEPT)
        except BaseException:
            self._counts.update(counts)
            raise


def _day_of(now: datetime) -> tuple[date, datetime]:
    """Return the day, and when it ends."""
    today = now.date()
    return today, datetime.combine(today + timedelta(days=1), time(), UTC)
