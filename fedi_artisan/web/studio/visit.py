"""Who is in the studio, as every endpoint of it is given her."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.sessions import Session
from fedi_artisan.web.bodies import Fields

SIGN_IN = "/studio/sign-in"
PROVE = "/studio/prove"
HOME = "/studio"
CARRIED_FIELD = "token"
CARRIED_HEADER = "x-token"
# The longest text of a work in several languages, percent-encoded, with all that is said of twenty photographs.
LONGEST_FORM_BYTES = 1_000_000
# Of a series every work that is in it comes with the form, and she may have made some thousands in her life.
MOST_FIELDS = 5_000
# A script sends photographs one by one, and as many as are chosen.
MOST_FILES = 20
_LONGEST_PATH = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """Who is in.

    Args:
        artisan: herself.
        session: by which she is.
        token: what its forms carry.
        fields: of the form that was sent.
        unread: how much has happened that she has not read; the menu tells.
    """

    artisan: Artisan
    session: Session
    token: str
    fields: Fields
    unread: int = 0


Endpoint = Callable[[Request, Studio], Awaitable[Response]]


def local_path(wanted: str) -> str:
    """Return *wanted* if it is a path within the studio, else that of its first page."""
    within = wanted == HOME or wanted.startswith((f"{HOME}/", f"{HOME}?"))
    readable = len(wanted) <= _LONGEST_PATH and wanted.isascii() and wanted.isprintable() and "\\" not in wanted
    return wanted if within and readable else HOME


def told_path(path: str, told: str = "") -> str:
    """Return *path* with what the page there says first that it was done, in place of what it said before, if any."""
    there, _, place = path.partition("#")
    page, _, query = there.partition("?")
    given = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != "told"]
    query = urlencode([*given, *([("told", told)] if told else [])])
    return page + (f"?{query}" if query else "") + (f"#{place}" if place else "")


def asked_path(request: Request) -> str:
    """Return the path that was asked for, with its query; not of `request.url`, which is built from the Host header."""
    query = request.scope["query_string"].decode("latin-1")
    path: str = request.scope.get("raw_path", request.scope["path"].encode()).decode("latin-1").partition("?")[0]
    return local_path(path + (f"?{query}" if query else ""))
