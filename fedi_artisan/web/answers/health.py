"""Whether the server lives and can be used, for whoever looks after it: container, service manager, proxy, monitoring.

Answered before anything else: whatever name was asked for, however much is asked of the rest, and counted by nobody.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from fedi_artisan.web.answers.safeguards import Safeguards

ALIVE = "/healthz"
READY = "/readyz"
_PATHS = frozenset({ALIVE, READY})
_READ = frozenset({"GET", "HEAD"})
_HEADERS = {"Cache-Control": "no-store"}


class Health:
    """Stands in front of everything that answers.

    Args:
        app: what answers all else.
        lacking: returns the names of the parts for whose sake nobody should be sent here now.
        https: whether whoever asks from outside comes by TLS.
    """

    def __init__(self, app: ASGIApp, lacking: Callable[[], Awaitable[tuple[str, ...]]], *, https: bool) -> None:
        self._app = app
        self._https = https
        self._lacking = lacking

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3)."""
        if scope["type"] != "http" or scope["path"] not in _PATHS:
            await self._app(scope, receive, send)
            return
        await Safeguards(await self._answer(scope), https=self._https)(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in _READ:
            headers = {**_HEADERS, "Allow": "GET, HEAD"}
            return JSONResponse({"error": "only to be read"}, HTTPStatus.METHOD_NOT_ALLOWED, headers)
        if scope["path"] == ALIVE:
            return JSONResponse({"alive": True}, headers=_HEADERS)
        lacking = await self._lacking()
        status = HTTPStatus.SERVICE_UNAVAILABLE if lacking else HTTPStatus.OK
        patience = {"Retry-After": "5"} if lacking else {}
        return JSONResponse({"ready": not lacking, "lacking": lacking}, status, {**_HEADERS, **patience})
