"""Whom or what somebody looks for, as she wrote or pasted it, and why it was not found."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fedi_artisan.domain.intents import HANDLE, Obstacle, elsewhere_in_vain, tidy
from fedi_artisan.domain.uris import LONGEST_URI, host_of, origin_of

_LINK_SCHEMES = ("web+ap:", "web+activitypub:")
_INTENT = "intent"
# Where a page elsewhere shows somebody of a third place: what is meant is she, not the page.
_GUEST = re.compile(r"/@([\w.~-]{1,100})@([^@\s/?#]+)/?")
_BARE = re.compile(r"[^\s/?#@:]+\.[^\s/?#@:]+(?::\d+)?/\S*")


class Missing(StrEnum):
    """Why nothing was found; pages have a sentence for each."""

    EMPTY = "empty"  # nothing was written
    UNREADABLE = "unreadable"  # neither the address of an account nor of a page
    MAIL = "mail"  # the address of a letter box
    CLOSED = "closed"  # at a place that talks to no other
    NOBODY = "nobody"  # nobody by that name, nothing at that address
    SILENT = "silent"  # the place does not answer
    NEITHER = "neither"  # something is there, but no person and no post
    BROKEN = "broken"  # the answer cannot be read
    UNCONFIRMED = "unconfirmed"  # her own server does not say that it is she
    REFUSED = "refused"  # the place shows it to nobody, or not to us
    BLOCKED = "blocked"  # the artisan does not want to hear from there
    TOO_OFTEN = "too-often"  # looked for too much in too little time
    BUSY = "busy"  # too much is looked for at this moment


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's name at a place; *host* in the letters of DNS, with its port where that is unusual."""

    username: str
    host: str

    @property
    def handle(self) -> str:
        """The two as they are written."""
        return f"@{self.username}@{self.host}"


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a page or of a document; *intent* is what a link says that is to be done there."""

    url: str
    intent: str = ""


Sought = Account | Address


def read_sought(text: str, *, scheme: str = "https") -> Sought | Missing:
    """Return what somebody's own words name: an account by its handle, or an address.

    Args:
        text: `@name@host`, `name@host`, `acct:…`, an address with or without https, or a `web+ap:` link (FEP-07d7).
        scheme: in which others are asked: "http" only when this server tries things out itself.
    """
    if len(text) > LONGEST_URI:
        return Missing.UNREADABLE
    given = tidy(text)
    if not given:
        return Missing.EMPTY
    given, intent = _unlinked(given)
    handle = HANDLE.fullmatch(given)
    found = _account(handle["name"], handle["host"]) if handle else _address(given, intent, scheme)
    if isinstance(found, Missing):
        return found
    in_vain = elsewhere_in_vain(found.host if isinstance(found, Account) else host_of(found.url))
    if in_vain is None:
        return found
    return Missing.MAIL if in_vain is Obstacle.MAIL and isinstance(found, Account) else Missing.CLOSED


def _account(name: str, host: str) -> Account | Missing:
    """Return the account *name* at *host*, however its letters are written."""
    written = host_of(f"https://{host}/")
    return Account(name, written) if written else Missing.UNREADABLE


def _address(given: str, intent: str, scheme: str) -> Account | Address | Missing:
    """Return the address *given*, in the scheme in which others are asked."""
    if given.lower().startswith(("https://", "http://")):
        url = f"{scheme}://{given.partition('://')[2]}"
    elif _BARE.fullmatch(given):
        url = f"{scheme}://{given}"
    else:
        return Missing.UNREADABLE
    if origin_of(url) is None:
        return Missing.UNREADABLE
    guest = _GUEST.fullmatch(urlsplit(url).path)
    return _account(guest[1], guest[2]) if guest else Address(url, intent)


def _unlinked(given: str) -> tuple[str, str]:
    """Return what a `web+ap:` link leads to, and what is to be done there; anything else as it is (FEP-07d7 2.1)."""
    for link in _LINK_SCHEMES:
        if given.lower().startswith(link):
            rest = given[len(link) :].removeprefix("//")
            return _without_intent(rest)
    return given, ""


def _without_intent(rest: str) -> tuple[str, str]:
    """Return an address without the parameter that says what is to be done, and that."""
    try:
        parts = urlsplit(rest)
    except ValueError:
        return rest, ""
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    intent = next((value for name, value in pairs if name == _INTENT), "").lower()
    if not intent:
        return rest, ""
    query = urlencode([pair for pair in pairs if pair[0] != _INTENT])
    return urlunsplit(parts._replace(query=query)), intent
