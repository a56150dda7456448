"""Rendered answers, kept until something that is shown changes; made once however many ask at the same moment."""

import asyncio
import time
from collections.abc import Callable

from cachetools import LRUCache, TTLCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedi_artisan.web import negotiate
from fedi_artisan.web.answers import parameters
from fedi_artisan.web.answers.kept import LONGEST_DATE, MISSING, Answer, Asked, answer_of
from fedi_artisan.web.negotiate import LONGEST_HEADER

MOST_BYTES = 16_000_000
LONGEST_ADDRESS = 300
# What is not there is asked for under ever new addresses, so it has little room of its own and is soon forgotten.
MOST_MISSING_BYTES = 1_000_000
LARGEST_MISSING_BYTES = 50_000
MISSING_FOR_S = 10.0
# Whoever has waited so long for what somebody else asked asks the application himself.
WAIT_S = 5.0
_NOT_KEPT = ("/media/", "/static/", "/studio")
_READ = (b"accept", b"accept-language", b"accept-encoding", b"if-none-match", b"if-modified-since")
# The application answers in whole and as it is; the rest is ours.
_NOT_PASSED_ON = frozenset({b"accept-encoding", b"if-none-match", b"if-modified-since"})

_Key = tuple[str, bytes, bool, tuple[str, ...]]


class Cache:
    """Stands in front of the application and answers what was answered before.

    What others see is the same with and without it: an answer depends only on the path, the parameters that are read,
    the kind and the languages that are wanted, and on what is shown. Who signs a question may get what others do not:
    what is there for everybody is the same for her, but whether a thing is missing is asked anew.
    """

    def __init__(self, app: ASGIApp, *, now: Callable[[], float] = time.time, wait_s: float = WAIT_S) -> None:
        self._app = app
        self._now = now
        self._wait_s = wait_s
        self._generation = 0
        self._modified_s = int(now()) + 1
        self._answers: LRUCache[_Key, Answer] = LRUCache(MOST_BYTES, _size_bytes)
        self._missing: TTLCache[_Key, Answer] = TTLCache(MOST_MISSING_BYTES, MISSING_FOR_S, getsizeof=_size_bytes)
        self._asking: dict[tuple[_Key, bool], asyncio.Future[Answer | None]] = {}

    @property
    def size_bytes(self) -> int:
        """How much is kept, about."""
        return int(self._answers.currsize + self._missing.currsize)

    def clear(self) -> None:
        """Forget all answers: something that is shown has changed.

        Dates count whole seconds, so what is shown now has changed at the end of this one: nobody who asked before can
        have got that date. It is later than the start of this process, which may render otherwise than the last one.
        """
        self._generation += 1
        self._modified_s = int(self._now()) + 1
        self._answers.clear()
        self._missing.clear()
        self._asking.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3)."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"} or scope["path"].startswith(_NOT_KEPT):
            await self._app(scope, receive, send)
            return
        key, asked = _read(scope)
        signed = any(name == b"signature" for name, _ in scope["headers"])
        answer = self._find(key, signed=signed) or await self._have_rendered(key, signed, scope, receive, send)
        if answer is None:
            return
        known = len(answer.coded)
        for message in answer.messages(asked, int(self._now())):
            await send(message)
        if known != len(answer.coded) and self._answers.get(key) is answer:
            self._answers[key] = answer  # which has grown

    def _find(self, key: _Key, *, signed: bool) -> Answer | None:
        """Return what is kept."""
        return self._answers.get(key) or (None if signed else self._missing.get(key))

    def _keep(self, key: _Key, answer: Answer) -> None:
        """Keep an answer, in the place of others that were wanted least lately."""
        if answer.status not in MISSING:
            self._answers[key] = answer
        elif len(answer.body) <= LARGEST_MISSING_BYTES:
            self._missing[key] = answer

    async def _have_rendered(
        self, key: _Key, signed: bool, scope: Scope, receive: Receive, send: Send
    ) -> Answer | None:
        """Return the answer that somebody else waits for already, else the application's; None if that was sent.

        Whoever asks first is the one who asks the application. Whatever becomes of that, nobody is left waiting.
        """
        if len(key[0]) + len(key[1]) > LONGEST_ADDRESS:
            return await self._ask(key, scope, receive, send)
        others = self._asking.get((key, signed))
        if others is not None:
            await asyncio.wait([others], timeout=self._wait_s)
            answer = others.result() if others.done() else None
            if answer is not None:
                return answer
        generation, answer = self._generation, None
        own = self._asking[key, signed] = asyncio.get_running_loop().create_future()
        try:
            answer = await self._ask(key, scope, receive, send)
            if answer is not None and generation == self._generation:
                self._keep(key, answer)
        finally:
            own.set_result(answer)
            if self._asking.get((key, signed)) is own:
                del self._asking[key, signed]
        return answer

    async def _ask(self, key: _Key, scope: Scope, receive: Receive, send: Send) -> Answer | None:
        """Ask the application for the whole; what cannot be kept is passed on as it comes, and None returned."""
        modified_s = self._modified_s
        start: Message | None = None
        answer: Answer | None = None

        async def listen(message: Message) -> None:
            nonlocal start, answer
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                answer = answer_of(start, message, modified_s)
                if answer is None:
                    await send(start)
                start = None
            if answer is None:
                await send(message)

        headers = [header for header in scope["headers"] if header[0] not in _NOT_PASSED_ON]
        await self._app({**scope, "method": "GET", "query_string": key[1], "headers": headers}, receive, listen)
        return answer


def _read(scope: Scope) -> tuple[_Key, Asked]:
    """Return under what an answer is kept, and in which form it is wanted."""
    # Several lines of a header are one list: whoever read only one of them here would keep for others what was not
    # meant for them.
    lists = dict.fromkeys(_READ, b"")
    for name, value in scope["headers"]:
        if name in lists:
            lists[name] = lists[name] + b", " + value if lists[name] else value
    accept, languages, coding, held, since = (value.decode("latin-1") for value in lists.values())
    key = (
        scope["path"],
        parameters.read_of(scope["query_string"]),
        negotiate.prefers_document(accept[:LONGEST_HEADER]),
        negotiate.liked(languages[:LONGEST_HEADER]),
    )
    wanted = negotiate.preferred_coding(coding[:LONGEST_HEADER])
    return key, Asked(wanted, held, since[:LONGEST_DATE], scope["method"] == "HEAD")


def _size_bytes(answer: Answer) -> int:
    return answer.size_bytes
