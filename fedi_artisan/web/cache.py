"""Rendered answers, kept until something that is shown changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from cachetools import LRUCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedi_artisan.web import negotiate

MOST_BYTES = 16_000_000
LARGEST_ANSWER_BYTES = 500_000
LONGEST_QUERY = 300
_READ = (b"accept", b"accept-language", b"if-none-match")
_NOT_KEPT = ("/media/", "/static/")
_NOT_MODIFIED_DROPS = frozenset({b"content-length", b"content-type"})

_Key = tuple[str, bytes, bool, str]
_Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class _Answer:
    """A whole 200 answer, and the short one for those who have it already."""

    headers: _Headers
    body: bytes
    etag: bytes
    short_headers: _Headers


class Cache:
    """Stands in front of the application and answers what was answered before.

    What others see is the same with and without it: an answer depends only on the path, the query, the kind and the
    language that are wanted, and on what is shown.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._generation = 0
        self._answers: LRUCache[_Key, _Answer] = LRUCache(MOST_BYTES, lambda answer: len(answer.body) + 1000)

    @property
    def size_bytes(self) -> int:
        """How much is kept, about."""
        return int(self._answers.currsize)

    def clear(self) -> None:
        """Forget all answers: something that is shown has changed."""
        self._generation += 1
        self._answers.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3)."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"} or scope["path"].startswith(_NOT_KEPT):
            await self._app(scope, receive, send)
            return
        # Several lines of a header are one list: whoever read only one of them here would keep for others what was not
        # meant for them.
        lists = dict.fromkeys(_READ, b"")
        for name, value in scope["headers"]:
            if name in lists:
                lists[name] = lists[name] + b", " + value if lists[name] else value
        held = lists[b"if-none-match"]
        key = (
            scope["path"],
            scope["query_string"],
            negotiate.prefers_document(lists[b"accept"].decode("latin-1")),
            negotiate.preferred_language(lists[b"accept-language"].decode("latin-1")),
        )
        answer = self._answers.get(key)
        if answer is None:
            keep = scope["method"] == "GET" and len(scope["query_string"]) <= LONGEST_QUERY
            await (self._answer_and_keep(key, scope, receive, send) if keep else self._app(scope, receive, send))
        elif answer.etag in held or held.strip() == b"*":
            await send({"type": "http.response.start", "status": 304, "headers": answer.short_headers})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": answer.headers})
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})

    async def _answer_and_keep(self, key: _Key, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, and keep the answer if it is whole and nothing changed meanwhile."""
        generation = self._generation
        start: Message = {}

        async def listen(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            elif not message.get("more_body") and start.get("status") == 200:  # noqa: PLR2004 - OK
                self._keep(key, start["headers"], message.get("body", b""), generation)
            await send(message)

        await self._app(scope, receive, listen)

    def _keep(self, key: _Key, headers: _Headers, body: bytes, generation: int) -> None:
        """Keep one answer."""
        etag = dict(headers).get(b"etag")
        whole = dict(headers).get(b"content-length") == str(len(body)).encode()
        if etag and whole and len(body) <= LARGEST_ANSWER_BYTES and generation == self._generation:
            short = [header for header in headers if header[0] not in _NOT_MODIFIED_DROPS]
            self._answers[key] = _Answer(headers, body, etag, short)
