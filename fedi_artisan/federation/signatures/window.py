"""When a signature is fresh enough, and the one form of date that signatures use.

Source: WIRE 2.1, the window Mastodon keeps.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import formatdate

from fedi_artisan.errors import BadSignature

_CLOCK_SKEW_S = 60 * 60
_USUAL_LIFE_S = 5 * 60
_LONGEST_LIFE_S = 12 * 60 * 60
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_IMF_FIXDATE = re.compile(
    rf"(?P<weekday>{'|'.join(_DAYS)}), (?P<day>\d\d) (?P<month>{'|'.join(_MONTHS)}) (?P<year>\d{{4}})"
    r" (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d) GMT",
    re.ASCII,
)


def check(created_s: int, expires_s: int | None, now: datetime) -> None:
    """Pass a signature made at *created_s* that wants to live until *expires_s* (both Unix time).

    Raises:
        BadSignature: it was made more than an hour from now, or its life ended more than an hour ago.
    """
    now_s = now.timestamp()
    end_s = created_s + _USUAL_LIFE_S if expires_s is None else min(expires_s, created_s + _LONGEST_LIFE_S)
    if created_s > now_s + _CLOCK_SKEW_S:
        raise BadSignature("The signature was made in the future; is the sender's clock right?")
    if now_s > end_s + _CLOCK_SKEW_S:
        raise BadSignature("The signature is too old; is the sender's clock right?")


def parse_date(text: str) -> int:
    """Return the Unix time of an IMF-fixdate such as "Mon, 23 Nov 2026 12:30:22 GMT".

    Raises:
        BadSignature: it has another form, or no such day exists.

    Source: RFC 9110 5.6.7.
    """
    if match := _IMF_FIXDATE.fullmatch(text):
        year, day, hour, minute, second = (int(match[name]) for name in ("year", "day", "hour", "minute", "second"))
        with suppress(ValueError):  # a 30th of February, or a 25th hour
            date = datetime(year, _MONTHS.index(match["month"]) + 1, day, hour, minute, second, tzinfo=UTC)
            if _DAYS[date.weekday()] == match["weekday"]:
                return int(date.timestamp())
    raise BadSignature("The date of the request cannot be read.")


def format_date(now: datetime) -> str:
    """Return *now* as an IMF-fixdate, whole seconds."""
    return formatdate(int(now.timestamp()), usegmt=True)
