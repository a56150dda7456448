"""Who is let in at all: the rules of the house, kept in memory, and how much came from one server of late."""

import time
from typing import Self

from cachetools import TTLCache

from fedi_artisan.domain.safety import Reason, Rules
from fedi_artisan.domain.uris import site_of
from fedi_artisan.errors import Forbidden, TooManyRequests
from fedi_artisan.storage import rules
from fedi_artisan.storage.db import Database, Tx
from fedi_artisan.vocab.activity import Activity
from fedi_artisan.vocab.places import speakers, things

_HOUR_S = 3600.0
_SITES = 10_000


class _Hourly:
    """Counts what comes from each site within an hour; a class because it counts."""

    def __init__(self) -> None:
        self._counts: TTLCache[str, list[int]] = TTLCache(_SITES, _HOUR_S, time.monotonic)

    def count(self, uri: str) -> int:
        """Count one more from the server of *uri*, and return how many it has been."""
        counted = self._counts.setdefault(site_of(uri), [0])
        counted[0] += 1
        return counted[0]


class Guard:
    """Stands at the door.

    A class because it keeps the rules: they are read anew when their version has changed, which is asked once for each
    batch of activities, not for each of them. What takes effect is held against the rules of its own transaction; at
    the door, where only what is refused at once is told apart, they are as good as a moment ago.
    """

    def __init__(self, standing: Rules) -> None:
        self.rules = standing
        self._newcomers = _Hourly()
        self._requests = _Hourly()

    @classmethod
    async def load(cls, db: Database) -> Self:
        """Return the guard with the rules as they stand."""
        async with db.read() as tx:
            return cls(await rules.read(tx))

    async def current(self, tx: Tx) -> Rules:
        """Return the rules as they stand in this transaction."""
        if await rules.version(tx) != self.rules.version:
            self.rules = await rules.read(tx)
        return self.rules

    def admit(self, activity: Activity) -> None:
        """Refuse what comes from a server with which nothing is exchanged, or tells of one (WIRE 10.2 #27).

        Raises:
            Forbidden: it does.
        """
        if not self.rules.watches_servers:
            return
        for uri in speakers(activity):
            self._check(self.rules.refuses(uri))
        for uri in things(activity):
            self._check(self.rules.refuses(uri, listed=False))

    def admit_key(self, key_id: str) -> None:
        """Refuse a key of such a server, before it is asked for.

        Raises:
            Forbidden: it is.
        """
        self._check(self.rules.refuses(key_id))

    @staticmethod
    def _check(reason: Reason | None) -> None:
        if reason is Reason.SERVER_BLOCKED:
            raise Forbidden("nothing is taken from this server")
        if reason is not None:
            raise Forbidden("only servers that were chosen may come in here")

    def admit_newcomer(self, uri: str) -> None:
        """Count somebody whom nobody here knows.

        Raises:
            TooManyRequests: too many of her server came within the hour.
        """
        if self._newcomers.count(uri) > self.rules.limits.new_people:
            raise TooManyRequests("too many unknown people of this server; please come back later")

    def count_request(self, uri: str) -> int:
        """Count a request to follow, and return how many of that server there were within the hour."""
        return self._requests.count(uri)

    def refuses(self, url: str) -> bool:
        """Whether nothing is asked of the server of *url*."""
        return self.rules.refuses(url, listed=False) is not None

    def refuses_delivery(self, url: str) -> bool:
        """Whether nothing is sent to the server of *url*."""
        return self.rules.refuses(url) is not None
