"""Who there is: artisans here, and actors elsewhere."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.terms import Terms
from fedi_artisan.errors import BadInput

_USERNAME = re.compile(r"[a-z0-9_]{1,30}")
_HANDLE = re.compile(r"@?(?P<username>[^@\s/]+)@(?P<host>[^@\s/]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A remote actor's RSA key: its id, and the key as PEM text."""

    key_id: str
    owner_uri: str
    pem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteActor:
    """An actor on another server, as its own document describes it; every text is as untrusted as on arrival."""

    uri: str
    type: str
    username: str
    inbox_url: str
    name: str = ""
    url: str | None = None
    shared_inbox_url: str | None = None
    followers_uri: str | None = None
    icon_url: str | None = None
    also_known_as: tuple[str, ...] = ()
    moved_to_uri: str | None = None
    keys: tuple[PublicKey, ...] = field(default=())

    def key(self, key_id: str) -> PublicKey | None:
        """Return the key listed under *key_id*, or None."""
        return next((key for key in self.keys if key.key_id == key_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Artisan:
    """An artisan on this server."""

    id: int
    uid: str
    username: str
    name: str
    summary: str
    language: str
    created_at: datetime
    updated_at: datetime
    icon: Photo | None = None
    image: Photo | None = None
    terms: Terms = field(default_factory=Terms)


def check_username(username: str) -> str:
    """Return *username* if it can be half of a handle.

    Raises:
        BadInput: with what may be used instead.
    """
    if not _USERNAME.fullmatch(username):
        raise BadInput(f"{username!r} cannot be a user name: use 1 to 30 of the letters a–z, digits and underscore")
    return username


def split_handle(handle: str) -> tuple[str, str]:
    """Return user name and host of `@user@host` or `user@host`.

    Raises:
        BadInput: it is no handle.
    """
    match = _HANDLE.fullmatch(handle.strip().removeprefix("acct:"))
    if match is None:
        raise BadInput(f"{handle!r} is not a handle: write it as @name@server.example")
    return match["username"], match["host"].lower()
