"""Counts how often people open pages, in front of the kept answers, without knowing anything about them."""

import re
from collections.abc import Awaitable, Callable
from functools import lru_cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedi_artisan.web.answers.people import opened_by_a_person

# The pages that show work: a work, a series, a page she wrote, the first page and the lists.
_PAGE = re.compile(r"/(?:works|series|(?:works|series|pages)/[^/]+|(?P<artisan>@[^/]+(?:/series)?))?")
LONGEST_PATH = 300  # of a page that is there; what is longer is not even remembered as none
_OPENED = frozenset({200, 304})


class Counting:
    """Stands in front of everything that answers, and tells of each page that a person opened.

    Args:
        app: what answers.
        opened: is told the path of the page, without the parameters. Only a page that is there is told of, so their
            number is bounded by what was published.
    """

    def __init__(self, app: ASGIApp, opened: Callable[[str], None]) -> None:
        self._app = app
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3)."""
        counts = scope["type"] == "http" and scope["method"] == "GET" and len(scope["path"]) <= LONGEST_PATH
        path = _page(scope["path"]) if counts else None
        if path is None or not opened_by_a_person(scope):
            await self._app(scope, receive, send)
            return
        opened = self._opened

        def listen(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start" and message["status"] in _OPENED:
                opened(path)
            return send(message)

        await self._app(scope, receive, listen)


@lru_cache(maxsize=1024)
def _page(path: str) -> str | None:
    """Return a path in its one form; None where it is none of a page that is counted."""
    match = _PAGE.fullmatch(path)
    # Names of artisans are read in whatever case of letters.
    return None if match is None else path.lower() if match["artisan"] else path
