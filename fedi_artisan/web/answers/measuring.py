"""Measures how answers go out, where figures or a log of requests are wanted; of who asks it keeps nothing."""

import logging
from collections.abc import Awaitable
from functools import lru_cache
from http import HTTPStatus
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedi_artisan.domain.tally import Tally
from fedi_artisan.web.routes import routes_at

log = logging.getLogger("fedi_artisan.requests")

_METHODS = frozenset({"GET", "HEAD", "POST"})
_OTHER = "other"
# The parts of the house, by how addresses begin; the first that fits counts.
_PARTS = (
    ("/media/", "media"),
    ("/static/", "static"),
    ("/studio", "studio"),
    ("/ap/", "documents"),
    ("/.well-known/", "discovery"),
    ("/nodeinfo", "discovery"),
    ("/oembed", "discovery"),
    ("/sitemap", "feeds"),
    ("/robots.txt", "feeds"),
)


class Measuring:
    """Stands in front of what answers.

    Args:
        app: what answers.
        tally: counts how long it took.
        told: whether each request is told in the log.
    """

    def __init__(self, app: ASGIApp, tally: Tally, *, told: bool) -> None:
        self._app = app
        self._requests = tally.requests
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), 0

        def listen(message: Message) -> Awaitable[None]:
            nonlocal status
            if not status:
                status = message.get("status", 0)
            return send(message)

        try:
            await self._app(scope, receive, listen)
        finally:
            self._note(scope, status, perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one that was answered with *status*, or with nothing, which is 0."""
        kind = _kind_of(scope["path"], scope["method"], status)
        self._requests[kind].add(seconds)
        if self._told:
            method = kind[1]
            route, ms = route_of(scope["path"]), round(seconds * 1000, 1)
            fields = {"method": method, "route": route, "status": status, "ms": ms}
            log.info("%s %s %d", method, route, status, extra=fields)


@lru_cache(maxsize=1024)
def _kind_of(path: str, method: str, status: int) -> tuple[str, str, str]:
    """Return under what a request is counted: part of the house, method, and kind of status.

    That is 2xx for 204, and "none" where somebody left before he was answered.
    """
    known = method if method in _METHODS else _OTHER
    return part_of(path, known), known, f"{status // 100}xx" if status >= HTTPStatus.CONTINUE else "none"


def part_of(path: str, method: str) -> str:
    """Return the part of the house that an address belongs to, one of a dozen."""
    if path.startswith("/ap/") and path.endswith("/inbox") and method == "POST":
        return "inbox"
    for beginning, part in _PARTS:
        if path.startswith(beginning):
            return part
    route = route_of(path)
    return _OTHER if route == _OTHER else "feeds" if "feed." in route else "pages"


@lru_cache(maxsize=1024)
def route_of(path: str) -> str:
    """Return the line in the table of URLs that an address belongs to; never the address, which may be anything."""
    return next((one.path for one in routes_at(path) if one.path_regex.match(path)), _OTHER)
