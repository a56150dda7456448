"""Time, as it is handed to whoever needs it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time

from fedi_artisan.errors import BadInput

Clock = Callable[[], datetime]
_DAY_LENGTH = len("2023-05-31")


@dataclass(frozen=True, slots=True)
class Span:
    """The time after *start* up to *end*, which belongs to it."""

    start: datetime
    end: datetime


def utc_now() -> datetime:
    """Return this moment, in UTC."""
    return datetime.now(UTC)


def parse_day(text: str, now: datetime) -> datetime:
    """Return the moment written in *text*, "2023-05-31" or "2023-05-31 14:30", in UTC where it names no other zone.

    A day alone is its noon, which is that day almost everywhere; the day that is now, its beginning.

    Raises:
        BadInput: with how to write it.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f'{text!r} is no date: write it as "2023-05-31" or "2023-05-31 14:30"') from None
    moment = moment.replace(tzinfo=moment.tzinfo or UTC)
    if len(text.strip()) > _DAY_LENGTH:
        return moment.astimezone(UTC)
    noon = datetime.combine(moment.date(), time(12), UTC)
    return moment if noon > now > moment else noon
