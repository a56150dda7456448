"""How many connections there may be, altogether and of one visitor, and who looks after them."""

import asyncio
import resource
from collections import Counter
from typing import Protocol

from fedi_artisan.config import Config
from fedi_artisan.domain.refusals import Refused
from fedi_artisan.services.refusals import Refusals
from fedi_artisan.web.tries import visitor_of
from fedi_artisan.web.visitors.proxies import Proxies

READ_BYTES = 16_384
LOOK_EVERY_S = 1.0
MOST_LINGERING = 64
# With TLS: of the connections that may stand, so large a part may be before the end of its handshake, besides them.
MOST_GREETING_PART = 4
# Files that are open besides connections of visitors: the database, photographs, this program's own.
OTHER_FILES = 128
FEWEST_CONNECTIONS = 64
# Of all connections, the rest is for web servers in front: whoever comes past these must not shut all others out.
STRANGERS = 0.9
# From here on, connections on which nothing is asked are closed sooner.
_NEARLY_FULL = 0.8


class Visited(Protocol):
    """A connection, as far as the doorman knows it."""

    loop: asyncio.AbstractEventLoop

    def look(self, now: float, *, is_full: bool) -> None:
        """End the connection, if it has stood still for too long or its room is needed."""
        ...


class Doorman:
    """Knows all connections. A class because it counts them and looks after them while there are any."""

    def __init__(self, config: Config, refusals: Refusals) -> None:
        self.most = most_connections(config)
        self.most_of_one = config.limits.connections_per_address
        self.head_s = config.timeouts.request_head_s
        self.answer_s = config.timeouts.answer_s
        self.refusals = refusals
        self.proxies = Proxies(config.trusted_proxies)
        # What is read of all connections goes through here, one after the other.
        self.buffer = memoryview(bytearray(READ_BYTES))
        self._inside: set[Visited] = set()
        self._outside: set[Visited] = set()
        self._of_one: Counter[str] = Counter()
        self._greeting: Counter[str] = Counter()
        self._look_every_s = min(LOOK_EVERY_S, self.head_s / 4, self.answer_s / 4)
        self._next_look: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """How many are inside."""
        return len(self._inside)

    def admit(self, connection: Visited, visitor: str) -> Refused | None:
        """Let a connection in, or say why not; *visitor* is empty for those of whom any number may come."""
        if self._next_look is None:
            self._next_look = connection.loop.call_later(self._look_every_s, self._look, connection.loop)
        if len(self._inside) >= (self.most * STRANGERS if visitor else self.most):
            self._outside.add(connection)
            return Refused.CONNECTIONS
        if visitor and self._of_one[visitor] >= self.most_of_one:
            self._outside.add(connection)
            return Refused.CONNECTIONS_OF_ONE
        self._inside.add(connection)
        if visitor:
            self._of_one[visitor] += 1
        return None

    def visitor_at(self, address: str) -> str:
        """Return who is counted as one at an address; empty for web servers in front, of whom any number may come."""
        return "" if not address or address in self.proxies else visitor_of(address)

    def admit_greeting(self, visitor: str) -> bool:
        """Count somebody who begins with a handshake, and return whether she may; else she is counted as refused."""
        if self._greeting.total() >= self.most // MOST_GREETING_PART:
            self.refusals.count(Refused.CONNECTIONS, visitor)
            return False
        if visitor and self._greeting[visitor] >= self.most_of_one:
            self.refusals.count(Refused.CONNECTIONS_OF_ONE, visitor)
            return False
        self._greeting[visitor] += 1
        return True

    def end_greeting(self, visitor: str) -> None:
        """Forget a handshake that is over, however it ended."""
        self._greeting[visitor] -= 1
        if not self._greeting[visitor]:
            del self._greeting[visitor]

    @property
    def may_linger(self) -> bool:
        """Whether there is room for one more who is told why she is sent away."""
        return len(self._outside) <= MOST_LINGERING

    def leave(self, connection: Visited, visitor: str) -> None:
        """Forget a connection that has ended."""
        self._outside.discard(connection)
        if connection not in self._inside:
            return
        self._inside.remove(connection)
        if visitor:
            self._of_one[visitor] -= 1
            if not self._of_one[visitor]:
                del self._of_one[visitor]

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look after all connections, and again in a moment while there are any."""
        now, is_full = loop.time(), len(self._inside) > self.most * _NEARLY_FULL
        for connection in [*self._inside, *self._outside]:
            connection.look(now, is_full=is_full)
        more = self._inside or self._outside
        self._next_look = loop.call_later(self._look_every_s, self._look, loop) if more else None


def most_connections(config: Config) -> int:
    """Return how many connections may stand at once, and have the system let this program open as many files.

    Where it does not, fewer may: without a file left, photographs and the database could not be opened any more.
    """
    others = OTHER_FILES + MOST_LINGERING + config.delivery.concurrency + config.delivery.slow_concurrency
    # With TLS, those whose handshake goes on come on top.
    each = 1 + 1 / MOST_GREETING_PART if config.tls.enabled else 1
    wanted = int(config.limits.connections * each) + others
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return config.limits.connections
    return min(config.limits.connections, max(int((soft - others) / each), FEWEST_CONNECTIONS))
