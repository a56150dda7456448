"""Which addresses of others this server talks to: judged by their spelling first, by their IP address on connecting."""

import re
import string
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote, urlsplit

from yarl import URL

from fedi_artisan.domain import uris
from fedi_artisan.errors import AddressRefused

# Not globally routable, or leading to what is not (WIRE 10.1, from the IANA special-purpose registries). Written out,
# because what the standard library calls global differs between versions of Python.
_SPECIAL_IPV4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' inner networks
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, and the metadata service of many clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# All IPv6 that is handed out for public use; outside lie loopback, private, link-local, multicast, NAT64, discard.
_GLOBAL_IPV6 = IPv6Network("2000::/3")
_SPECIAL_IPV6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/32",  # Teredo
        "2001:10::/28",  # ORCHID
        "2001:20::/28",  # ORCHID, version 2
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)
# What is asked by nobody, not even where private networks may be: clouds tell their secrets at a link-local address.
_NEVER = tuple(
    map(ip_network, ("0.0.0.0/32", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32", "fe80::/10", "ff00::/8"))
)
_CLOUDS_SECRETS = (IPv6Address("fd00:ec2::254"), IPv4Address("100.100.100.200"))
_COMPATIBLE_IPV4 = IPv6Network("::/96")

# Labels of letters, digits and hyphens. The last is no number in any base: resolvers read "0x7f.1" as an IP address.
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_LAST_LABEL = rf"(?!\d+$|0x[0-9a-f]*$){_LABEL}"
_NAME = re.compile(rf"(?:{_LABEL}\.)*{_LAST_LABEL}", re.ASCII)
_LONGEST_NAME = 253
_PRINTABLE = "".join(sorted({*string.ascii_letters, *string.digits, *string.punctuation}))


def check_url(url: str, *, plain_http: bool, own_host: str | None, allow_private_networks: bool) -> URL:
    """Return *url* in the form that goes over the wire: host in ASCII and lower case, path as it stands, no fragment.

    Args:
        url: as a stranger gave it.
        plain_http: whether http, and any port, may be used: only when this server tries things out itself.
        own_host: host of this server (host:port where the port is unusual), which must not ask itself.
        allow_private_networks: whether IP addresses, names without a dot, and any port may be used.

    Raises:
        AddressRefused: it is no such address.

    Source: WIRE 10.1.
    """
    origin = uris.origin_of(url)
    if origin is None:
        raise AddressRefused("This is not an address that can be asked.")
    if origin.scheme != "https" and not plain_http:
        raise AddressRefused("Only https is spoken with other servers.")
    if own_host is not None and origin == uris.origin_of(f"{origin.scheme}://{own_host}"):
        raise AddressRefused("This server does not ask itself.")
    parts = urlsplit(url)
    named = "[" not in parts.netloc and _is_name(origin.host)  # brackets hold nothing but IPv6 here
    if not (named and "." in origin.host) and not (allow_private_networks and (named or _is_ip_address(origin.host))):
        raise AddressRefused("The address must name a server, such as atelier.example.")
    usual_port = 443 if origin.scheme == "https" else 80
    if origin.port != usual_port and not (plain_http or allow_private_networks):
        raise AddressRefused("Other servers are asked on the usual port only.")
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    port = "" if origin.port == usual_port else f":{origin.port}"
    path = quote(parts.path, safe=_PRINTABLE) or "/"
    query = f"?{quote(parts.query, safe=_PRINTABLE)}" if parts.query else ""
    asked = f"{origin.scheme}://{host}{port}{path}{query}"
    # As it goes over the wire, letters beyond ASCII take up to nine signs.
    if len(asked) > uris.LONGEST_URI:
        raise AddressRefused("This address is too long.")
    return URL(asked, encoded=True)


def may_be_private(address: str) -> bool:
    """Whether the IP address *address* may be asked where private networks are allowed: to try things out.

    Where clouds tell the secrets of a machine, and at addresses of several, nobody is asked all the same.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found not in _CLOUDS_SECRETS and not any(found in network for network in _NEVER)


def is_public(address: str | IPv4Address | IPv6Address) -> bool:
    """Whether the IP address *address* may belong to a server on the public net; False for what is no IP address.

    IPv4 wrapped into IPv6 is unwrapped first.

    Source: WIRE 10.1.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        if found not in _COMPATIBLE_IPV4 and found.ipv4_mapped is None:
            return found in _GLOBAL_IPV6 and not any(found in network for network in _SPECIAL_IPV6)
        found = IPv4Address(int(found) & 0xFFFF_FFFF)  # also turns :: and ::1 into addresses of "this network"
    return not any(found in network for network in _SPECIAL_IPV4)


def _is_name(host: str) -> bool:
    """Whether *host* is a name that only DNS can turn into an IP address."""
    return len(host) <= _LONGEST_NAME and _NAME.fullmatch(host) is not None


def _is_ip_address(host: str) -> bool:
    """Whether *host* is an IP address in its one usual spelling."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
