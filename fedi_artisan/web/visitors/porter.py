"""Stands in front of the application: says to whoever asks too much, or comes when all places are taken, to come back.

What was answered before is kept in front of it (answers/cache.py), costs nothing, and is never refused.
"""

import contextlib
import random
from collections.abc import AsyncIterator
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.refusals import Refused
from fedi_artisan.services.refusals import Refusals
from fedi_artisan.web.tries import VISITOR, Pace, Tries, visitor_of
from fedi_artisan.web.visitors.excuses import Excuses
from fedi_artisan.web.visitors.kinds import Kind, Measure, Share, kind_of, measures
from fedi_artisan.web.visitors.memory import Memory
from fedi_artisan.web.visitors.places import NoPlace, Places
from fedi_artisan.web.visitors.proxies import Proxies

RETRY_AFTER_S = (5, 30)
# How long one may wait for a place: a person for a page, a picture or a form, another server for its message.
PATIENCE_S = {Share.VISITORS: 2.0, Share.FILES: 10.0, Share.STUDIO: 10.0, Share.INBOX: 5.0}
# Files go out as fast as visitors read them, which may be slowly: so many times as many of them as of pages.
FILES_FOR_A_PAGE = 8
# While memory is short, so many of each queue of strangers are let in; the artisan's own stays as it is.
ONLY = {Share.VISITORS: 2, Share.FILES: 16, Share.INBOX: 2}
# A body is read as a whole, but in the studio and for files; for so many bytes of it a place is needed.
BODY_BYTES = 65_536


class Porter:
    """Lets in as many as can be served. A class because it remembers who asked how often, and who is inside."""

    def __init__(
        self, app: ASGIApp, config: Config, *, excuses: Excuses, refusals: Refusals, memory: Memory, clock: Clock
    ) -> None:
        self._app = app
        self._excuses = excuses
        self._refusals = refusals
        self._memory = memory
        self._measures = measures(config.limits)
        self._longest_body = config.limits.request_body_bytes
        self._proxies = Proxies(config.trusted_proxies)
        # Apart from those who guess passwords: a flood of visitors must not make these forgotten.
        self._tries = Tries(clock)
        most = config.limits.requests_at_once
        self._places = {
            share: Places(most * FILES_FOR_A_PAGE if share is Share.FILES else most, PATIENCE_S[share])
            for share in Share
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kind = kind_of(scope)
        measure = self._measures[kind]
        visitor = self._visitor(scope)
        wait_s = self._wait_s(kind, measure, visitor)
        if wait_s > 0:
            self._refusals.count(measure.refused, visitor)
            await self._excuses.send(scope, send, HTTPStatus.TOO_MANY_REQUESTS, wait_s)
            return
        try:
            async with self._let_in(scope, kind, measure, visitor):
                await self._app({**scope, VISITOR: visitor}, receive, self._listening(measure, visitor, send))
        except NoPlace:
            short = self._memory.is_short() and measure.share in ONLY
            self._refusals.count(Refused.MEMORY if short else Refused.BUSY, visitor)
            wait_s = random.randint(*RETRY_AFTER_S)  # noqa: S311 - so that not all of them come back at once
            await self._excuses.send(scope, send, HTTPStatus.SERVICE_UNAVAILABLE, wait_s)

    def _visitor(self, scope: Scope) -> str:
        """Return who asks; empty where that is a web server in front of us that does not say for whom."""
        client = scope.get("client")
        if not client or client[0] in self._proxies:
            return ""
        return visitor_of(client[0])

    def _wait_s(self, kind: Kind, measure: Measure, visitor: str) -> float:
        """Count the request, and return 0 or the seconds until it may be made."""
        paces: list[tuple[str, Pace]] = []
        if measure.each is not None and visitor:
            paces.append((f"{kind}:{visitor}", measure.each))
        if measure.together is not None:
            paces.append((kind, measure.together))
        return self._tries.take(*paces) if paces else 0.0

    @contextlib.asynccontextmanager
    async def _let_in(self, scope: Scope, kind: Kind, measure: Measure, visitor: str) -> AsyncIterator[None]:
        """Give the request its place.

        Raises:
            NoPlace: there is none.
        """
        only = ONLY.get(measure.share) if self._memory.is_short() else None
        size = self._size(scope) if kind is Kind.INBOX else 1
        async with self._places[measure.share].one(visitor, size, only=only):
            yield

    def _size(self, scope: Scope) -> int:
        """Return how many places a message needs: more for a long one; what does not say how long it is may be that."""
        said = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        known = said.isdigit() and len(said) <= len(str(self._longest_body))
        return 1 + (min(int(said), self._longest_body) if known else self._longest_body) // BODY_BYTES

    def _listening(self, measure: Measure, visitor: str, send: Send) -> Send:
        """Return *send*, which counts what the application itself puts off: forms, guesses, messages of one server."""

        async def listen(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == HTTPStatus.TOO_MANY_REQUESTS:
                self._refusals.count(measure.refused, visitor)
            await send(message)

        return listen
