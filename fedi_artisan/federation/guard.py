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

_MINUTE_S = 60.0
_HOUR_S = 3600.0
_SITES = 10_000
# Whom one address may make us ask for: a server speaks for its own people, a house of many servers for those of all.
MOST_KEYS_FOR_ONE = 500


class _Count:
    """Counts what comes from each within a time; a class because it counts."""

    def __init__(self, within_s: float) -> None:
        self._counts: TTLCache[str, list[int]] = TTLCache(_SITES, within_s, time.monotonic)

    def count(self, name: str) -> int:
        """Count one more of *name*, and return how many it has been."""
        counted = self._counts.setdefault(name, [0])
        counted[0] += 1
        return counted[0]


class Guard:
    """Stands at the door.

    A class because it keeps the rules: they are read anew when their version has changed, which is asked once for each
    batch of activities, not for each of them. What takes effect is held against the rules of its own transaction; at
    the door, where only what is refused at once is told apart, they are as good as a moment ago.
    """

    def __init__(self, standing: Rules, messages_per_minute: int) -> None:
        self.rules = standing
        self._messages_per_minute = messages_per_minute
        self._messages = _Count(_MINUTE_S)
        self._newcomers = _Count(_HOUR_S)
        self._keys = _Count(_HOUR_S)
        self._requests = _Count(_HOUR_S)

    @classmethod
    async def load(cls, db: Database, messages_per_minute: int) -> Self:
        """Return the guard with the rules as they stand, who takes so many messages in a minute from each server."""
        async with db.read() as tx:
            return cls(await rules.read(tx), messages_per_minute)

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

    def admit_message(self, signer_uri: str) -> None:
        """Count a message, now that it is known of which server it is.

        Raises:
            TooManyRequests: that server has sent too many within the minute.
        """
        if self._messages.count(site_of(signer_uri)) > self._messages_per_minute:
            raise TooManyRequests("too many messages of this server at once; please come back later")

    def admit_newcomer(self, uri: str, sender: str = "") -> None:
        """Count somebody whom nobody here knows, before her server is asked for her.

        Args:
            uri: of her, or of her key; whoever sends it can name whom he likes.
            sender: the address from which it was sent, empty where it is not known.

        Raises:
            TooManyRequests: too many of her server came within the hour, or from this address.
        """
        if sender and self._keys.count(sender) > MOST_KEYS_FOR_ONE:
            raise TooManyRequests("too many unknown people from this address; please come back later")
        if self._newcomers.count(site_of(uri)) > self.rules.limits.new_people:
            raise TooManyRequests("too many unknown people of this server; please come back later")

    def count_request(self, uri: str) -> int:
        """Count a request to follow, and return how many of that server there were within the hour."""
        return self._requests.count(site_of(uri))

    def refuses(self, url: str) -> bool:
        """Whether nothing is asked of the server of *url*."""
        return self.rules.refuses(url, listed=False) is not None

    def refuses_delivery(self, url: str) -> bool:
        """Whether nothing is sent to the server of *url*."""
        return self.rules.refuses(url) is not None
