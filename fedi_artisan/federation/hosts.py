"""What is remembered of other servers while this one runs: the signatures they read, and whether they answer."""

from datetime import datetime, timedelta
from typing import Self

from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.deliveries import breaker_wait
from fedi_artisan.federation.signatures.request import Scheme
from fedi_artisan.storage import hosts
from fedi_artisan.storage.db import Database, Tx
from fedi_artisan.storage.hosts import HostTrouble

SCHEME_HOLDS = timedelta(days=7)
DEAD_AFTER = timedelta(days=7)


class Hosts:
    """The memory of other servers; what was learned is written by `flush`, within somebody else's transaction.

    A class because what was learned is kept between many small events.
    """

    def __init__(self, schemes: dict[str, Scheme], troubles: dict[str, HostTrouble], clock: Clock) -> None:
        self._schemes = schemes
        self._troubles = troubles
        self._clock = clock
        self._new_schemes: dict[str, Scheme] = {}
        self._changed: set[str] = set()

    @classmethod
    async def load(cls, db: Database, clock: Clock) -> Self:
        """Return what was remembered when this server last ran."""
        async with db.read() as tx:
            schemes = await hosts.list_schemes(tx, clock() - SCHEME_HOLDS)
            troubles = await hosts.list_troubled(tx)
        return cls(
            {host: Scheme(scheme) for host, scheme in schemes.items()},
            {trouble.host: trouble for trouble in troubles},
            clock,
        )

    def scheme(self, host: str) -> Scheme:
        """Return the signatures to try first: what worked last, else draft-cavage, which nearly all read (WIRE 2.3)."""
        return self._schemes.get(host, Scheme.CAVAGE)

    def learned(self, host: str, scheme: Scheme) -> None:
        """Remember the signatures that a host was found to read."""
        self._schemes[host] = self._new_schemes[host] = scheme

    def failed(self, host: str) -> None:
        """Note that a host did not answer; after some failures in a row it is left in peace for a while."""
        trouble = self._troubles.get(host)
        failures = 1 if trouble is None else trouble.failures + 1
        self._troubles[host] = HostTrouble(host, failures, self._clock() + breaker_wait(failures))
        self._changed.add(host)

    def answered(self, host: str) -> None:
        """Note that a host is there."""
        if self._troubles.pop(host, None) is not None:
            self._changed.add(host)

    def closed(self, now: datetime) -> set[str]:
        """Return the hosts that are left in peace at the moment."""
        return {host for host, trouble in self._troubles.items() if trouble.closed_until > now}

    def next_opening(self, now: datetime) -> datetime | None:
        """Return when the next host will be tried again."""
        return min((one.closed_until for one in self._troubles.values() if one.closed_until > now), default=None)

    async def flush(self, tx: Tx) -> None:
        """Write what was learned since the last time."""
        now = self._clock()
        if self._new_schemes:
            await hosts.put_schemes(tx, self._new_schemes, now)
            self._new_schemes = {}
        if self._changed:
            failing = [self._troubles[host] for host in self._changed if host in self._troubles]
            await hosts.record_failures(tx, failing, now)
            await hosts.record_recoveries(tx, [host for host in self._changed if host not in self._troubles], now)
            self._changed = set()
        if self._troubles:
            await hosts.give_up_dead(tx, now - DEAD_AFTER, now)

    def forget(self, host: str | None) -> None:
        """Treat a host, or all, as if it had never failed."""
        for name in list(self._troubles) if host is None else [host]:
            self.answered(name)
