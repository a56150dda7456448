"""What is said to those who are put off: small, made once, and the same for everybody, as there may be thousands."""

import math
import re
from collections.abc import Callable
from http import HTTPStatus
from weakref import WeakKeyDictionary

from starlette.types import Scope, Send

from fedi_artisan.language import LANGUAGES
from fedi_artisan.web import negotiate
from fedi_artisan.web.people.pages import Pages
from fedi_artisan.web.visitors.kinds import Kind, kind_of

_REASONS = {
    HTTPStatus.TOO_MANY_REQUESTS: "too many requests; please come back later",
    HTTPStatus.SERVICE_UNAVAILABLE: "too much is going on here; please come back later",
}
_FOR_PEOPLE = frozenset({Kind.PAGE, Kind.SEARCH, Kind.FORM, Kind.STUDIO})
_LONGEST_WAIT_S = 3600
_LANGUAGE = re.compile(rb"(?:^|&)lang=([a-z]+)(?:&|$)")
_Header = tuple[bytes, bytes]


class Excuses:
    """Makes them. A class because it keeps the pages that it made, for as long as pages look as they do.

    Args:
        pages: how pages look at this moment.
    """

    def __init__(self, pages: Callable[[], Pages]) -> None:
        self._pages = pages
        self._made: WeakKeyDictionary[Pages, dict[tuple[HTTPStatus, str], bytes]] = WeakKeyDictionary()

    async def send(self, scope: Scope, send: Send, status: HTTPStatus, wait_s: float) -> None:
        """Answer a request with *status*, in the form that was asked for."""
        kind = kind_of(scope)
        if kind in _FOR_PEOPLE:
            headers, body = self._page(scope, status)
        elif kind is Kind.FILE:
            headers, body = [(b"content-type", b"text/plain; charset=utf-8")], f"{_REASONS[status]}\n".encode()
        else:
            headers = [(b"content-type", b"application/json"), (b"access-control-allow-origin", b"*")]
            body = b'{"error":"%s"}' % _REASONS[status].encode()
        headers += [
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"retry-after", b"%d" % math.ceil(min(max(wait_s, 1), _LONGEST_WAIT_S))),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": int(status), "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _page(self, scope: Scope, status: HTTPStatus) -> tuple[list[_Header], bytes]:
        """Return the page that says it to people."""
        pages = self._pages()
        language = _language(scope)
        made = self._made.setdefault(pages, {})
        body = made.get((status, language))
        if body is None:
            body = made[status, language] = pages.render("put_off.html", language=language, status=int(status))
        kept = ("cache-control", "x-content-type-options")
        headers = [
            (name.lower().encode(), value.encode()) for name, value in pages.headers.items() if name.lower() not in kept
        ]
        return [
            *headers,
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-language", language.encode()),
        ], body


def _language(scope: Scope) -> str:
    """Return the language in which to say it: as the address asks, else the one of ours that the browser likes best."""
    asked = _LANGUAGE.search(scope["query_string"])
    if asked is not None and asked[1].decode() in LANGUAGES:
        return asked[1].decode()
    accepted = b", ".join(value for name, value in scope["headers"] if name == b"accept-language")
    return negotiate.preferred_language(accepted.decode("latin-1")[: negotiate.LONGEST_HEADER])
