"""Rules about backups: how their files are called, which of them stay, and when the next one is due."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum

_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(
    r"(?P<house>[a-z0-9._-]+)-(?P<at>[0-9]{8}T[0-9]{6}Z)-(?:whole|since-(?P<base>[0-9]{8}T[0-9]{6}Z))"
    r"(?P<ending>\.tar|\.tar\.age|\.sealed\.tar)"
)
# A backup that was made up for late in the day does not put off the next one by a whole day.
_EARLY = 0.9
_DAY_HOURS = 24


class Kind(StrEnum):
    """What is in a backup: everything, or what is new since a whole one that lies beside it."""

    WHOLE = "whole"
    SINCE = "since"


class Ending(StrEnum):
    """How the file of a backup is written: as it is, for those who have a key, or for who knows the passphrase."""

    PLAIN = ".tar"
    RECIPIENTS = ".tar.age"
    PASSPHRASE = ".sealed.tar"  # noqa: S105 - how a name ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """How a backup in a folder of backups is called.

    Args:
        house: whose it is; by `house_of`.
        at: when it was made, a whole second of UTC.
        base: when the whole one was made that it needs beside it; None for a whole one.
        ending: how its file is written.
    """

    house: str
    at: datetime
    base: datetime | None = None
    ending: Ending = Ending.PLAIN

    @property
    def kind(self) -> Kind:
        """What is in it."""
        return Kind.WHOLE if self.base is None else Kind.SINCE

    def __str__(self) -> str:
        """Return the name of its file."""
        kind = "whole" if self.base is None else f"since-{self.base:{_STAMP}}"
        return f"{self.house}-{self.at:{_STAMP}}-{kind}{self.ending}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How many backups stay: the last one of each of so many days, weeks and months in which any was made."""

    days: int
    weeks: int
    months: int


def house_of(host: str) -> str:
    """Return how backups of *host* begin; a port stands behind an underscore, as some disks know no colon."""
    return re.sub(r"[^a-z0-9.-]", "_", host)


def read_name(text: str) -> Name | None:
    """Return what the name of a file says, None where it is none of ours."""
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    try:
        at, base = _moment(found["at"]), None if found["base"] is None else _moment(found["base"])
    except ValueError:
        return None
    return Name(house=found["house"], at=at, base=base, ending=Ending(found["ending"]))


def _moment(stamp: str) -> datetime:
    return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)


def staying(found: Collection[Name], keeping: Keeping) -> set[Name]:
    """Return those of one house's backups that stay.

    The days that count are those on which a backup was made, not those on the wall: a clock that is wrong by years
    makes nothing go. A backup that lacks the whole one which it needs fills nobody's place; but it may come back to
    use, so it stays as well.
    """
    wholes = {one.at: one for one in found if one.base is None}
    good = sorted((one for one in found if one.base is None or one.base in wholes), key=lambda one: one.at)[::-1]
    stays = {*found} - {*good}
    periods: tuple[tuple[Callable[[datetime], object], int], ...] = (
        (lambda at: at.date(), keeping.days),
        (lambda at: at.isocalendar()[:2], keeping.weeks),
        (lambda at: (at.year, at.month), keeping.months),
    )
    stays |= {*good[:1]}
    for period, count in periods:
        last: dict[object, Name] = {}
        for one in good:
            last.setdefault(period(one.at), one)
        stays |= {*list(last.values())[:count]}
    return stays | {wholes[one.base] for one in stays if one.base in wholes}


def due_after(last: datetime, *, every_hours: int, at: time, zone: tzinfo | None = None) -> datetime:
    """Return when the next backup is due.

    Args:
        last: when the last one was begun.
        every_hours: how often there is to be one.
        at: at which time of the day; more often than daily, counted from there.
        zone: in which that time is meant; that of this machine where None.
    """
    step_hours = min(every_hours, _DAY_HOURS)
    earliest = last + timedelta(hours=every_hours - _EARLY * step_hours)
    day = earliest.astimezone(zone).date() - timedelta(days=1)
    while True:
        for hours in range(0, _DAY_HOURS, step_hours):
            wall = datetime.combine(day, at, zone) + timedelta(hours=hours)
            if wall.astimezone(UTC) >= earliest:
                return wall.astimezone(UTC)
        day += timedelta(days=1)
