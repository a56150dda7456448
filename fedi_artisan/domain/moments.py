"""Days and hours as people write them, in the zone in which they live."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from fedi_artisan.errors import BadInput

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(rf"{DATE.pattern}(?:[T ][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,6}})?)?)?")
_FIRST_YEAR, _LAST_YEAR = 1970, 2999
_NOON = "T12:00"
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*")
_MINUTES = re.compile(r"[+-]?[0-9]{1,3}")
# No clock on earth differs more from Greenwich, but some think it does.
_MOST_MINUTES = 15 * 60


def zone_of(text: str) -> tzinfo:
    """Return the zone that *text* names: "Europe/Paris", minutes east of Greenwich ("120"), or one after the other.

    The minutes in "Europe/Paris 120" are for small systems, which have no table of zones; UTC where nothing is known.
    """
    for word in text.split():
        if _MINUTES.fullmatch(word) and abs(int(word)) <= _MOST_MINUTES:
            return timezone(timedelta(minutes=int(word)))
        if _ZONE.fullmatch(word):
            try:
                return ZoneInfo(word)
            except (KeyError, ValueError, OSError):
                continue
    return UTC


def moment_of(text: str, zone: tzinfo) -> datetime:
    """Return the moment, in UTC, that is written as "2024-05-01T14:30" or "2024-05-01" (noon) in this zone.

    Raises:
        BadInput: it is none.
    """
    wrong = BadInput("This is no day and hour that could be read.")
    if not _MOMENT.fullmatch(text):
        raise wrong
    try:
        moment = datetime.fromisoformat(text + _NOON if DATE.fullmatch(text) else text)
    except ValueError:
        raise wrong from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise wrong
    return moment.replace(tzinfo=zone).astimezone(UTC)
