"""How our clock stands beside those of other servers, which date each of their answers."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from cachetools import TTLCache

_REMEMBERED_S = 3600.0
_MOST_HOSTS = 15


class Clocks:
    """Remembers by how much our clock is ahead of those of the last servers that answered; a class because it does.

    Source: RFC 9110 6.6.1.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._ahead_s: TTLCache[str, float] = TTLCache(_MOST_HOSTS, _REMEMBERED_S, now)

    def note(self, host: str, date: str, now: datetime) -> None:
        """Note the *date* of an answer of *host*, as its header has it, which came *now*; none is no news."""
        try:
            moment = parsedate_to_datetime(date)
        except (ValueError, OverflowError):
            return
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        # Half of the second that a date leaves out.
        self._ahead_s[host] = (now - moment).total_seconds() - 0.5

    def ahead(self) -> timedelta | None:
        """Return by how much our clock is ahead of most others, below zero where it is behind; None if nobody told."""
        told = list(self._ahead_s.values())
        return timedelta(seconds=statistics.median(told)) if told else None
