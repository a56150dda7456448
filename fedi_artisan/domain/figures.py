"""What is told to an artisan in figures: over which stretches of time, and how days are put together into steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

# How long it is known on which day a page was opened; more than a year, so that a year can be told.
VIEWS_KEPT = timedelta(days=400)
# Over how many days it is told which works are seen most.
SPANS_DAYS = (7, 30, 365)
MOST_WORKS = 12
MOST_SERVERS = 20
_DAYS, _WEEKS, _MONTHS = 30, 12, 12


class Period(StrEnum):
    """Over what time figures are told, and in which steps."""

    DAYS = "30-days"
    WEEKS = "12-weeks"
    MONTHS = "12-months"


class Step(NamedTuple):
    """A day, a week from Monday on, or a month; the last one may still go on."""

    first: date
    last: date


class Seen(NamedTuple):
    """How often the page of a work was opened, by days (SPANS_DAYS)."""

    title: str
    slug: str
    counts: tuple[int, ...]


class Server(NamedTuple):
    """How many followers live on one server."""

    host: str
    followers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that is told; what has many numbers has one for each of *steps*.

    Args:
        period: over what time.
        steps: the earliest first.
        views: how often pages were opened.
        followers: how many there were at the end.
        gained, lost: how many came, and how many went.
        likes, announces, replies: how many came.
        seen: the works that are seen most.
        servers: those on which most followers live.
        elsewhere: how many further servers there are, and how many live there.
    """

    period: Period
    steps: tuple[Step, ...]
    views: tuple[int, ...]
    followers: tuple[int, ...]
    gained: tuple[int, ...]
    lost: tuple[int, ...]
    likes: tuple[int, ...]
    announces: tuple[int, ...]
    replies: tuple[int, ...]
    seen: tuple[Seen, ...]
    servers: tuple[Server, ...]
    elsewhere: tuple[int, int]


def steps_of(period: Period, today: date) -> tuple[Step, ...]:
    """Return the steps of a period that ends *today*, the earliest first."""
    if period is Period.DAYS:
        days = [today - timedelta(days=back) for back in range(_DAYS - 1, -1, -1)]
        return tuple(Step(day, day) for day in days)
    if period is Period.WEEKS:
        monday = today - timedelta(days=today.weekday())
        mondays = [monday - timedelta(weeks=back) for back in range(_WEEKS - 1, -1, -1)]
        return tuple(Step(first, first + timedelta(days=6)) for first in mondays)
    months = [_month(today, back) for back in range(_MONTHS - 1, -2, -1)]
    return tuple(Step(first, following - timedelta(days=1)) for first, following in pairwise(months))


def _month(today: date, back: int) -> date:
    """Return the first day of the month so many months before that of *today*."""
    number = today.year * 12 + today.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)


def sums(steps: tuple[Step, ...], by_day: Mapping[date, int]) -> tuple[int, ...]:
    """Return how much each step has of what happened on its days."""
    return tuple(sum(count for day, count in by_day.items() if first <= day <= last) for first, last in steps)


def levels(now: int, changes: tuple[int, ...]) -> tuple[int, ...]:
    """Return how much there was at the end of each step: *now* at the end of the last, and by how much each changed.

    >>> levels(10, (1, 0, 3))
    (7, 7, 10)
    """
    return tuple(max(now - sum(changes[place + 1 :]), 0) for place in range(len(changes)))
