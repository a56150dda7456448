"""What may be put off or sent away so that the house stays open for all others."""

import ipaddress
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Refused(StrEnum):
    """What was refused, and why; the names stand in the database and in figures for machines."""

    # Too much by one in too little time
    PAGES = "pages"
    SEARCHES = "searches"
    DOCUMENTS = "documents"
    LOOKUPS = "lookups"
    FORMS = "forms"
    STUDIO = "studio"
    MESSAGES = "messages"
    # Too much by all together
    BUSY = "busy"
    MEMORY = "memory"
    # Connections
    CONNECTIONS = "connections"
    CONNECTIONS_OF_ONE = "connections_of_one"
    SLOW = "slow"
    OVERSIZED = "oversized"
    UNREADABLE = "unreadable"


class Counted(NamedTuple):
    """How many were refused, and how many of these seemed to come from this machine or its own network."""

    number: int
    nearby: int


# Loopback, private networks, and what providers share among their customers (RFC 1918, 6598, 4193, 3927, 4291).
_NEARBY = tuple(
    map(
        ipaddress.ip_network,
        (
            *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"),
            *("::1/128", "fc00::/7", "fe80::/10"),
        ),
    )
)


@lru_cache(maxsize=1024)
def is_nearby(address: str) -> bool:
    """Whether an address is of this machine or its own network: then it is likely a web server in front of this one."""
    try:
        found = ipaddress.ip_address(address.partition("/")[0])
    except ValueError:
        return False
    return any(found in network for network in _NEARBY)
