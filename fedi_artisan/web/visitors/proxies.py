"""Which web servers stand in front of this one, and are believed when they say for whom they ask."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

_LONGEST_ADDRESS = 64
_MAPPED_BITS = 96  # of ::ffff:0:0/96, under which IPv4 comes in where one socket listens for both (RFC 4291 2.5.5.2)


class Proxies:
    """Tells by an address whether it is of such a web server; a class because answers are remembered."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._networks = tuple(map(ipaddress.ip_network, written_both_ways(trusted)))
        self._knows = lru_cache(maxsize=1024)(self._look_up)

    def __contains__(self, address: str) -> bool:
        """Whether *address*, which may be anything, is of one that is believed."""
        return len(address) <= _LONGEST_ADDRESS and self._knows(address)

    def _look_up(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)


def written_both_ways(trusted: Iterable[str]) -> list[str]:
    """Return addresses and networks, with those of IPv4 also as they look on a socket that listens for IPv6 as well."""
    networks = [ipaddress.ip_network(one) for one in trusted]
    mapped = [
        f"::ffff:{one.network_address}/{_MAPPED_BITS + one.prefixlen}"
        for one in networks
        if isinstance(one, ipaddress.IPv4Network)
    ]
    return [*map(str, networks), *mapped]
