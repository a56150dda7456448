"""How backups are called, which of them stay, and when the next one is due."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from fedi_artisan.domain.backups import Ending, Keeping, Kind, Name, due_after, house_of, read_name, staying

NIGHT = datetime(2026, 11, 26, 3, 0, 5, tzinfo=UTC)
KEEPING = Keeping(days=7, weeks=4, months=6)
AT = time(3)


def whole(at: datetime) -> Name:
    """Return a whole backup of this moment."""
    return Name(house="atelier.example", at=at)


def since(base: Name, at: datetime) -> Name:
    """Return what was new at this moment since *base*."""
    return Name(house="atelier.example", at=at, base=base.at)


@pytest.mark.parametrize("ending", Ending)
@pytest.mark.parametrize("base", [None, NIGHT - timedelta(days=3)])
def test_a_name_is_read_as_it_was_written(ending: Ending, base: datetime | None) -> None:
    """Whose it is, when it was made, what it needs and how it is written can be read from the name."""
    name = Name(house=house_of("atelier.example:8000"), at=NIGHT, base=base, ending=ending)
    assert ":" not in str(name)
    assert read_name(str(name)) == name
    assert name.kind is (Kind.WHOLE if base is None else Kind.SINCE)


@pytest.mark.parametrize(
    "text",
    [
        "atelier.example.tar",
        "atelier.example-20261126T030005Z-whole.tar.gz",
        "atelier.example-20261199T030005Z-whole.tar",
        "atelier.example-20261126T030005Z-whole.tar.list",
        ".atelier.example-20261126T030005Z-whole.tar.part",
        "holidays-2026.jpg",
        "",
    ],
)
def test_other_files_are_not_ours(text: str) -> None:
    """Whatever else lies in the folder is no backup."""
    assert read_name(text) is None


def test_days_weeks_and_months_stay() -> None:
    """Of a year of nights the last seven stay, the last of each of four weeks, and the last of each of six months."""
    nights = [whole(NIGHT - timedelta(days=days)) for days in range(365)]
    stays = sorted((name.at.date() for name in staying(nights, KEEPING)), reverse=True)
    assert [f"{day:%m-%d}" for day in stays] == [
        *("11-26", "11-25", "11-24", "11-23", "11-22", "11-21", "11-20"),
        *("11-15", "11-08"),
        *("10-31", "09-30", "08-31", "07-31", "06-30"),
    ]


def test_what_another_needs_stays() -> None:
    """A whole backup stays as long as one that needs it does, however old it is."""
    base, other = whole(NIGHT - timedelta(days=900)), whole(NIGHT - timedelta(days=890))
    nights = [since(base, NIGHT - timedelta(days=days)) for days in range(300)]
    stays = staying([base, other, *nights], Keeping(days=1, weeks=1, months=1))
    assert stays == {base, nights[0]}


def test_the_last_good_one_stays() -> None:
    """One that lacks what it needs takes nobody's place: the last that can be restored stays, as does the other."""
    good, lost = whole(NIGHT - timedelta(days=500)), whole(NIGHT - timedelta(days=40))
    broken = [since(lost, NIGHT - timedelta(days=days)) for days in range(10)]
    stays = staying([good, *broken], Keeping(days=1, weeks=1, months=1))
    assert stays == {good, *broken}
    assert staying([], KEEPING) == set()


def test_a_wrong_clock_makes_nothing_go() -> None:
    """A clock that was years ahead for a night leaves one odd backup, and takes one place, not all."""
    nights = [whole(NIGHT - timedelta(days=days)) for days in range(7)]
    odd = whole(NIGHT + timedelta(days=3650))
    assert staying([*nights, odd], Keeping(days=7, weeks=1, months=1)) >= {odd, *nights[:6]}


@pytest.mark.parametrize(
    ("last", "every_hours", "due"),
    [
        (NIGHT, 24, NIGHT.replace(second=0) + timedelta(days=1)),
        # Made up for in the afternoon, as the machine was off at night: the next night it is due again.
        (NIGHT + timedelta(hours=12), 24, NIGHT.replace(second=0) + timedelta(days=1)),
        (NIGHT, 6, NIGHT.replace(hour=9, second=0)),
        (NIGHT, 1, NIGHT.replace(hour=4, second=0)),
        (NIGHT, 24 * 7, NIGHT.replace(second=0) + timedelta(days=7)),
    ],
)
def test_when_the_next_is_due(last: datetime, every_hours: int, due: datetime) -> None:
    """Every so many hours, at the time of the day that is set."""
    assert due_after(last, every_hours=every_hours, at=AT, zone=UTC) == due


def test_the_time_is_that_on_the_wall() -> None:
    """Three in the morning is three in the morning in summer and in winter."""
    paris = ZoneInfo("Europe/Paris")
    for last in (datetime(2026, 3, 28, 2, 0, tzinfo=UTC), datetime(2026, 10, 24, 1, 0, tzinfo=UTC)):
        due = due_after(last, every_hours=24, at=AT, zone=paris)
        assert due.astimezone(paris).timetz().replace(tzinfo=None) == AT
        assert timedelta(hours=22) < due - last < timedelta(hours=26)
