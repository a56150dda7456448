"""Where everything of this server lives, and how the addresses of others are compared.

ActivityStreams ids stand under `/ap/` and never serve HTML; pages for people stand everywhere else.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from ipaddress import IPv6Address
from typing import NamedTuple
from urllib.parse import quote, urlsplit

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
LONGEST_URI = 2048
_LONGEST_HOST = 253  # RFC 1035 2.3.4, as it is written with dots
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}")


class Origin(NamedTuple):
    """Scheme, host and port: what two addresses must share to speak for each other (FEP-fe34)."""

    scheme: str
    host: str
    port: int


def new_uid(now: datetime) -> str:
    """Return a fresh identifier of 26 letters that sorts by time (the ULID layout, in lower case)."""
    return uid_of_number(int(now.timestamp() * 1000) << 80 | secrets.randbits(80))


def uid_of_number(number: int) -> str:
    """Return the identifier of 26 letters that stands for a number of up to 128 bits."""
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


@lru_cache(maxsize=2048)
def origin_of(uri: str) -> Origin | None:
    """Return the origin of an http(s) address in its one canonical form, or None where there is none.

    None as well for whatever only pretends: user names in front of the host, control characters, overlong text.
    Letters beyond ASCII stand as in DNS (xn--…).
    """
    if len(uri) > LONGEST_URI or not uri.isprintable() or any(letter in uri for letter in ' \\"<>'):
        return None
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
        if parts.scheme not in _DEFAULT_PORTS or not host or port == 0 or "@" in parts.netloc:
            return None
        host = host.removesuffix(".")
        ascii_host = host.lower() if host.isascii() else host.encode("idna").decode("ascii").lower()
        if len(ascii_host) > _LONGEST_HOST:
            return None
        is_name = "[" not in parts.netloc and _NAME.fullmatch(ascii_host)
        if not is_name and IPv6Address(ascii_host).scope_id is not None:
            return None
    except ValueError:
        return None
    return Origin(parts.scheme, ascii_host, port or _DEFAULT_PORTS[parts.scheme])


def same_origin(one: str, other: str) -> bool:
    """Whether both are addresses and share scheme, host and port."""
    origin = origin_of(one)
    return origin is not None and origin == origin_of(other)


def host_of(uri: str) -> str:
    """Return host, or host:port where the port is unusual, as they stand in an address; "" where there is none."""
    origin = origin_of(uri)
    if origin is None:
        return ""
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    usual = origin.port == _DEFAULT_PORTS[origin.scheme]
    return host if usual else f"{host}:{origin.port}"


def site_of(uri: str) -> str:
    """Return the domain that an address is counted with, so that nobody is many by many names (WIRE 10.2 #43).

    Of a domain under which everybody can have one, as co.uk is, many share what is meant for one.
    """
    host = host_of(uri)
    return host if host[-1:].isdigit() or host.startswith("[") else ".".join(host.split(".")[-2:])


@dataclass(frozen=True, slots=True)
class Uris:
    """All addresses of this server.

    Args:
        origin: scheme and host, without a trailing slash.
        media_origin: where photographs are shown, if apart from the rest.
    """

    origin: str
    media_origin: str | None = None

    @property
    def host(self) -> str:
        """The part behind `@` in a handle."""
        return urlsplit(self.origin).netloc

    @property
    def instance_actor(self) -> str:
        """The actor that signs our questions to other servers."""
        return f"{self.origin}/ap/actor"

    @property
    def shared_inbox(self) -> str:
        """The inbox of everybody here."""
        return f"{self.origin}/ap/inbox"

    @property
    def nodeinfo(self) -> str:
        """The folder of the NodeInfo documents."""
        return f"{self.origin}/nodeinfo"

    def actor(self, uid: str) -> str:
        """The id of the artisan *uid*."""
        return f"{self.origin}/ap/actors/{uid}"

    def followers(self, uid: str) -> str:
        """The id of the collection of those who follow the artisan *uid*."""
        return f"{self.actor(uid)}/followers"

    def followers_at(self, uid: str) -> str:
        """Where a server finds those of them who are with it."""
        return f"{self.actor(uid)}/followers_synchronization"

    def key(self, actor_uri: str) -> str:
        """The id of an actor's RSA key."""
        return f"{actor_uri}#main-key"

    def work(self, uid: str) -> str:
        """The id of the work *uid*."""
        return f"{self.origin}/ap/works/{uid}"

    def activity(self, uid: str) -> str:
        """The id of the activity *uid*."""
        return f"{self.origin}/ap/activities/{uid}"

    def series(self, uid: str) -> str:
        """The id of the series *uid*."""
        return f"{self.origin}/ap/series/{uid}"

    def page(self, uid: str) -> str:
        """The id of the page *uid* that an artisan wrote."""
        return f"{self.origin}/ap/pages/{uid}"

    def post(self, uid: str) -> str:
        """The id of an artisan's post *uid*."""
        return f"{self.origin}/ap/posts/{uid}"

    def quote(self, uid: str) -> str:
        """The id of a permission to quote."""
        return f"{self.origin}/ap/quotes/{uid}"

    def tag(self, tag: str) -> str:
        """The id of the collection of works with a tag, in whatever case of letters it is asked for."""
        return f"{self.origin}/ap/tags/{quote(tag.casefold(), safe='')}"

    def profile_url(self, username: str) -> str:
        """The page of an artisan."""
        return f"{self.origin}/@{username}"

    def work_url(self, slug: str) -> str:
        """The page of a work."""
        return f"{self.origin}/works/{slug}"

    def series_url(self, slug: str) -> str:
        """The page of a series."""
        return f"{self.origin}/series/{slug}"

    def page_url(self, slug: str) -> str:
        """A page that an artisan wrote."""
        return f"{self.origin}/pages/{slug}"

    def post_url(self, uid: str) -> str:
        """The page of an artisan's post."""
        return f"{self.origin}/posts/{uid}"

    def tag_url(self, tag: str) -> str:
        """The page of the works with a tag, in the letters of the tag."""
        return f"{self.origin}/tags/{tag}"

    def media_url(self, name: str) -> str:
        """The address of a stored picture, *name* as given by media.store."""
        return f"{self.media_origin or self.origin}/media/{name}"

    def uid_of(self, uri: str, kind: str) -> str | None:
        """Return the uid in an id of ours of the given *kind* ("actors", "works", …), or None if it is no such id."""
        prefix = f"{self.origin}/ap/{kind}/"
        uid = uri.removeprefix(prefix)
        return uid if uri.startswith(prefix) and uid.isalnum() else None

    def is_ours(self, uri: str) -> bool:
        """Whether *uri* stands on this server."""
        return same_origin(uri, self.origin)
