"""How often anything may be tried: by each visitor, about one thing, and by all together (WIRE 10.2 #37)."""

import ipaddress
from dataclasses import dataclass
from typing import NamedTuple

from cachetools import LRUCache

from fedi_artisan.domain.clock import Clock

VISITOR = "visitor"  # in the scope of a request: who asks; empty where a web server in front does not say for whom
_MOST_REMEMBERED = 10_000
_NETWORK_OF_A_VISITOR = 64  # bits of an IPv6 address: a household has all of what follows
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Pace:
    """So many at once after a rest, then one more each time so many seconds have gone by."""

    at_once: int
    every_s: float


class Tries:
    """Counts tries. A class, because what it has counted must be remembered between requests, within bounds.

    Of each it knows one moment: when as many tries as were made would be over at its pace (GCRA, as in ATM networks).
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._over_at: LRUCache[str, float] = LRUCache(_MOST_REMEMBERED)

    def take(self, *counted: tuple[str, Pace]) -> float:
        """Count one try and return 0, or the seconds to wait before it may be made: then it is not counted.

        Args:
            counted: by what it counts, each with its pace: the visitor, all visitors together. All of them must have
                room for it.
        """
        now = self._clock().timestamp()
        steps = {name: _step(self._over_at.get(name, 0.0), pace, now) for name, pace in counted}
        wait_s = max(step.wait_s for step in steps.values())
        for name, step in steps.items():
            self._over_at[name] = step.over_at if wait_s > 0 else step.over_at + step.every_s
        return max(wait_s, 0.0)


class _Step(NamedTuple):
    """When all that was tried is over, how much later with one try more, and how long that one has to wait."""

    over_at: float
    every_s: float
    wait_s: float


def _step(over_at: float, pace: Pace, now: float) -> _Step:
    """Return what one try more would mean."""
    # A clock that was set back must not lock anybody out: nothing takes longer than all that is free at once.
    over_at = min(max(over_at, now), now + pace.at_once * pace.every_s)
    return _Step(over_at, pace.every_s, over_at - now - (pace.at_once - 1) * pace.every_s)


def visitor_of(address: str) -> str:
    """Return what counts as one visitor: an IPv4 address, or the network of a household in IPv6.

    Args:
        address: of the client; from a proxy it may be anything.
    """
    try:
        found = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return address[:_LONGEST_NAME]
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((found, _NETWORK_OF_A_VISITOR), strict=False))
