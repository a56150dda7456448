"""How often anything may be tried: by each visitor, about one thing, and by all together (WIRE 10.2 #37)."""

import ipaddress
from dataclasses import dataclass

from cachetools import LRUCache

from fedi_artisan.domain.clock import Clock

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
        wait_s = max(wait_s for _, wait_s in steps.values())
        if wait_s > 0:
            return wait_s
        for name, (over_at, _) in steps.items():
            self._over_at[name] = over_at
        return 0.0


def _step(over_at: float, pace: Pace, now: float) -> tuple[float, float]:
    """Return when all would be over with one try more, and how long that one has to wait."""
    # A clock that was set back must not lock anybody out.
    over_at = min(max(over_at, now), now + pace.at_once * pace.every_s)
    return over_at + pace.every_s, over_at - now - (pace.at_once - 1) * pace.every_s


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
