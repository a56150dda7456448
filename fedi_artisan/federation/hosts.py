"""What is remembered of other servers while this one runs: the signatures they read, and whether they answer."""

from datetime import timedelta
from typing import Self

from cachetools import LRUCache

from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.deliveries import breaker_wait
from fedi_artisan.federation.signatures.request import Scheme
from fedi_artisan.storage import hosts
from fedi_artisan.storage.db import Database, Tx
from fedi_artisan.storage.hosts import HostTrouble

SCHEME_HOLDS = timedelta(days=7)
DEAD_AFTER = timedelta(days=7)
# Anybody with a wildcard name can be many hosts.
_SCHEMES_REMEMBERED = 20_000


class Hosts:
    """The memory of other servers; what was learned is written by `flush`, within somebody else's transaction.

    A class because what was learned is kept between many small events. Which hosts are left in peace is read where
    it is written, in the database: a command may have changed it.
    """

    def __init__(self, schemes: dict[str, Scheme], failures: dict[str, int], clock: Clock) -> None:
        self._schemes: LRUCache[str, Scheme] = LRUCache(_SCHEMES_REMEMBERED)
        self._schemes.update(schemes)
        self._failures = failures
        self._clock = clock
        self._learned: dict[str, Scheme] = {}
        self._changed: set[str] = set()
        self._flushed: tuple[set[str], dict[str, Scheme]] = (set(), {})

    @classmethod
    async def load(cls, db: Database, clock: Clock) -> Self:
        """Return what was remembered when this server last ran."""
        async with db.read() as tx:
            schemes = await hosts.list_schemes(tx, clock() - SCHEME_HOLDS)
            failures = await hosts.list_failures(tx)
        return cls({host: Scheme(scheme) for host, scheme in schemes.items()}, failures, clock)

    def scheme(self, host: str) -> Scheme:
        """Return the signatures to try first: what worked last, else draft-cavage, which nearly all read (WIRE 2.3)."""
        return self._schemes.get(host, Scheme.CAVAGE)

    def learned(self, host: str, scheme: Scheme) -> None:
        """Remember the signatures that a host was found to read."""
        self._schemes[host] = self._learned[host] = scheme

    def failed(self, host: str) -> None:
        """Note that a host did not answer; after some failures in a row it is left in peace for a while."""
        self._failures[host] = self._failures.get(host, 0) + 1
        self._changed.add(host)

    def answered(self, host: str) -> None:
        """Note that a host is there."""
        if self._failures.pop(host, None) is not None:
            self._changed.add(host)

    @property
    def unsaved(self) -> bool:
        """Whether something was learned since the last `flush`."""
        return bool(self._changed or self._learned)

    async def flush(self, tx: Tx) -> None:
        """Write what was learned since the last time; what waits for a dead host that answers again is due at once."""
        self._flushed = (set(), {})
        if not self.unsaved:
            return
        # More may be learned while this is being written.
        changed, self._changed = self._changed, set()
        learned, self._learned = self._learned, {}
        self._flushed = changed, learned
        now = self._clock()
        failing = {host: self._failures[host] for host in changed if host in self._failures}
        troubles = [HostTrouble(host, count, now + breaker_wait(count)) for host, count in failing.items()]
        await hosts.put_schemes(tx, learned, now)
        await hosts.record_failures(tx, troubles, now)
        await hosts.record_recoveries(tx, [host for host in changed if host not in failing], now)

    def undo_flush(self) -> None:
        """Have the next `flush` write once more what the last one did: its transaction has failed."""
        changed, learned = self._flushed
        self._changed |= changed
        self._learned = learned | self._learned
        self._flushed = (set(), {})
