"""What a visitor who has an account elsewhere wants to do, and how the address of that account is read."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from fedi_artisan.domain.uris import host_of

LONGEST_ADDRESS = 320
_NAME = r"(?P<name>[\w.~-]{1,100})"
HANDLE = re.compile(rf"(?:acct:|mailto:)?@?{_NAME}@(?P<host>[^@\s/?#]+)/?")
# The page of a profile, as the address line of a browser has it; behind the name may stand where its account really is.
_PROFILE = re.compile(
    rf"(?:https?://)?(?P<host>[^@\s/?#]+)/(?:@|users/|u/|profile/|author/)?{_NAME}(?:@(?P<home>[^@\s/?#]+))?/?(?:[?#]\S*)?"
)
_AT_SIGNS = str.maketrans({"\N{FULLWIDTH COMMERCIAL AT}": "@", "\N{SMALL COMMERCIAL AT}": "@"})

# Where a name and a host are a letter box. Asking there would tell them of the visitor, and find nothing.
_MAIL_HOSTS = frozenset(
    {
        *(
            "gmail.com",
            "googlemail.com",
            "outlook.com",
            "outlook.fr",
            "hotmail.com",
            "hotmail.fr",
            "live.com",
            "live.fr",
        ),
        *("msn.com", "yahoo.com", "yahoo.fr", "aol.com", "icloud.com", "me.com", "mac.com", "proton.me"),
        *("protonmail.com", "gmx.com", "gmx.net", "gmx.de", "gmx.fr", "web.de", "orange.fr", "wanadoo.fr", "free.fr"),
        *("laposte.net", "sfr.fr", "bbox.fr", "neuf.fr", "numericable.fr", "bluewin.ch", "telenet.be", "skynet.be"),
    }
)
# Where accounts can follow nobody outside; people have them, and try.
_CLOSED_HOSTS = frozenset(
    {
        *("instagram.com", "facebook.com", "x.com", "twitter.com", "tiktok.com", "youtube.com", "linkedin.com"),
        *("pinterest.com", "pinterest.fr", "bsky.app", "bsky.social", "snapchat.com", "etsy.com"),
    }
)
_ENTRANCES = ("www.", "m.")


class Deed(StrEnum):
    """What a visitor can do from her own account; the value stands in addresses and forms."""

    FOLLOW = "follow"
    LIKE = "like"
    ANNOUNCE = "boost"
    REPLY = "reply"


class Obstacle(StrEnum):
    """Why a visitor cannot be sent on; pages have a sentence for each."""

    FORGED = "forged"  # another site's page sent the form
    GARBLED = "garbled"  # the form cannot be read
    EMPTY = "empty"  # nothing was written
    UNREADABLE = "unreadable"  # not the address of an account
    MAIL = "mail"  # the address of a letter box
    CLOSED = "closed"  # an account at a place that talks to no other
    OURS = "ours"  # an account here
    TOO_OFTEN = "too-often"  # asked too much in too little time
    BUSY = "busy"  # too many ask at this moment
    UNKNOWN = "unknown"  # nobody there by that name
    SILENT = "silent"  # the place does not answer
    BROKEN = "broken"  # its answer cannot be read, or must not be fetched
    NO_PAGE = "no-page"  # it has no page for this
    ASTRAY = "astray"  # the page that it names is not its own


@dataclass(frozen=True, slots=True)
class Home:
    """Where a visitor has her account: her name there, and the host (with its port where that is unusual)."""

    username: str
    host: str


@dataclass(frozen=True, slots=True)
class Destination:
    """The page on which a visitor confirms what she wants to do; *host* is where it is, in the letters of DNS."""

    url: str
    host: str


def read_address(text: str, own_host: str) -> Home | Obstacle:
    """Return whose account somebody's own words name: `@name@host`, `name@host`, or the address of a profile page.

    The host is given in the letters of DNS (xn--…), so that no foreign letter passes for another.

    Args:
        text: as it was typed or pasted, by anybody.
        own_host: of this server, whose accounts need no way.
    """
    if len(text) > LONGEST_ADDRESS:
        return Obstacle.UNREADABLE
    given = tidy(text)
    if not given:
        return Obstacle.EMPTY
    match = HANDLE.fullmatch(given) or _PROFILE.fullmatch(given)
    if match is None:
        return Obstacle.UNREADABLE
    host = host_of(f"https://{match.groupdict().get('home') or match['host']}/")
    if not host:
        return Obstacle.UNREADABLE
    return _refused(host, own_host) or Home(match["name"], host)


def _refused(host: str, own_host: str) -> Obstacle | None:
    """Return why nobody at *host* needs to be looked for."""
    return Obstacle.OURS if host == own_host else elsewhere_in_vain(host)


def elsewhere_in_vain(host: str) -> Obstacle | None:
    """Return why nobody is looked for at *host*, which is known to have letter boxes only, or to talk to no other."""
    for entrance in _ENTRANCES:
        host = host.removeprefix(entrance)
    if host in _MAIL_HOSTS:
        return Obstacle.MAIL
    return Obstacle.CLOSED if host in _CLOSED_HOSTS else None


def tidy(text: str) -> str:
    """Return *text* without what copying brings along: spaces around it, and signs that cannot be seen."""
    visible = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return visible.strip().strip("<>«»“”\"'()[],;").strip().translate(_AT_SIGNS)
