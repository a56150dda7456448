"""Serving photographs: for ever under their names, whole or in part, from wherever they lie; pictures and nothing else.

Failures are a line of plain text, no page: under the origin of photographs no document of ours shall be read.
"""

import contextlib
import re
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from fedi_artisan.domain.photos import PictureType
from fedi_artisan.domain.uris import origin_of
from fedi_artisan.errors import ArtisanError, NotFound, StoreUnavailable
from fedi_artisan.media.stored import PUBLIC_NAMES, Content, check
from fedi_artisan.storage import photo_files
from fedi_artisan.web.answers.safeguards import Safeguards
from fedi_artisan.web.context import Site, site_of
from fedi_artisan.web.people.pages import known
from fedi_artisan.web.programs import reservation, rights

# A photograph opened by itself is a picture and nothing else, whatever its bytes may pretend (WIRE 10.2 #19);
# other servers and their apps may show it.
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
FOR_EVER = {**_SAFE, "Cache-Control": "public, max-age=31536000, immutable"}
_NOT_KEPT = {**_SAFE, "Cache-Control": "no-store"}
_RETRY_AFTER_S = 60

_ADDRESS = re.compile(r"/media/[^/]+")
# What machines may do is asked of every host by itself.
_ADDRESSES = frozenset({rights.ROBOTS, rights.TDMREP})
_RANGE = re.compile(r"bytes=(?:(?P<first>[0-9]{1,18})-(?P<last>[0-9]{1,18})?|-(?P<suffix>[0-9]{1,18}))", re.IGNORECASE)


class MediaHost:
    """Stands in front of the application: under the host of photographs there are photographs, and who may read them.

    So that whatever gets hold of that origin, in a browser, has got hold of no page and no document of ours.
    """

    def __init__(self, app: ASGIApp, media_origin: str) -> None:
        self._app = app
        self._origin = origin_of(media_origin)
        self._scheme = media_origin.partition("://")[0]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3)."""
        if scope["type"] == "http" and self._is_asked(scope) and not _asks_for_photograph(scope):
            nothing = _failure(404, "there is nothing here but photographs")
            await Safeguards(nothing, https=self._scheme == "https")(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_asked(self, scope: Scope) -> bool:
        """Whether the request names our host, however it is written."""
        hosts = (value.decode("latin-1") for name, value in scope["headers"] if name == b"host")
        return any(origin_of(f"{self._scheme}://{host}") == self._origin for host in hosts)


async def media(request: Request) -> Response:
    """Return the photograph with the name of the path, or the part of it that is asked for."""
    try:
        return await _answer(request, site_of(request), request.path_params["name"])
    except (NotFound, StoreUnavailable) as error:
        return _failed(error)


async def _answer(request: Request, site: Site, name: str) -> Response:
    """Return what is asked for.

    Raises:
        NotFound: there is no such photograph.
        StoreUnavailable: it cannot be had now.
    """
    media_type = PictureType(check(name, PUBLIC_NAMES).rpartition(".")[2]).media_type
    store, etag = site.stores.public, f'"{name}"'
    async with site.db.read() as tx:
        reserved = reservation.headers(ai_refused=await photo_files.is_ai_refused(tx, name))
    headers = FOR_EVER | reserved | {"ETag": etag, "Accept-Ranges": "bytes", "Content-Type": media_type}
    if known(request, etag):
        await store.size(name)
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        return Response(headers=headers | {"Content-Length": str(await store.size(name))})
    # Several parts at once are for films: who asks for them gets the whole, as RFC 9110 14.2 allows.
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None or request.headers.get("if-range", etag) != etag:
        return _Streamed(store.open(name), headers=headers)
    size_bytes = await store.size(name)
    start, end = _span(asked, size_bytes)
    if start >= size_bytes:
        return _failure(416, "there is no such part", {"Content-Range": f"bytes */{size_bytes}"})
    if start >= end:
        return _Streamed(store.open(name), headers=headers)
    headers |= {"Content-Range": f"bytes {start}-{end - 1}/{size_bytes}", "Content-Length": str(end - start)}
    return _Streamed(store.open(name, start, end), status_code=206, headers=headers)


class _Streamed(StreamingResponse):
    """A photograph, or a part of one, sent as it is read; reading ends when the visitor leaves."""

    def __init__(
        self, opening: AbstractAsyncContextManager[Content], *, headers: Mapping[str, str], status_code: int = 200
    ) -> None:
        super().__init__((), status_code=status_code, headers=headers)
        self._opening = opening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3)."""
        async with AsyncExitStack() as closing:
            try:
                content = await closing.enter_async_context(self._opening)
            except (NotFound, StoreUnavailable) as error:
                await _failed(error)(scope, receive, send)
                return
            self.headers.setdefault("Content-Length", str(content.size_bytes))
            self.body_iterator = content.chunks
            await super().__call__(scope, receive, send)

    async def stream_response(self, send: Send) -> None:
        """Send all of it; where the store fails in the middle, stop, so that the visitor sees that it is not whole."""
        with contextlib.suppress(StoreUnavailable):
            await super().stream_response(send)


def _span(asked: re.Match[str], size_bytes: int) -> tuple[int, int]:
    """Return the bytes that are asked for, from the first up to but without the last.

    Source: RFC 9110 14.1.2.
    """
    if asked["suffix"]:
        return max(size_bytes - int(asked["suffix"]), 0), size_bytes
    return int(asked["first"]), min(int(asked["last"] or size_bytes) + 1, size_bytes)


def _asks_for_photograph(scope: Scope) -> bool:
    """Whether a request can be about photographs, by method and address."""
    path = scope["path"]
    return scope["method"] in {"GET", "HEAD"} and (path in _ADDRESSES or _ADDRESS.fullmatch(path) is not None)


def _failed(error: ArtisanError) -> Response:
    """Return the answer to a failure of the store."""
    if isinstance(error, StoreUnavailable):
        wait = {"Retry-After": str(_RETRY_AFTER_S)}
        return _failure(error.status, "the photographs cannot be reached; try again later", wait)
    return _failure(error.status, "there is no such photograph")


def _failure(status: int, reason: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return *status* with a line of plain text."""
    return PlainTextResponse(reason + "\n", status_code=status, headers={**_NOT_KEPT, **(headers or {})})
