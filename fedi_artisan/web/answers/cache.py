"""Rendered answers, kept until something that is shown changes; made once however many ask at the same moment."""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Collection

from cachetools import LRUCache, TTLCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedi_artisan.domain.tally import Tally
from fedi_artisan.web import negotiate
from fedi_artisan.web.answers import parameters
from fedi_artisan.web.answers.kept import LONGEST_DATE, MISSING, Answer, Asked, answer_of
from fedi_artisan.web.negotiate import LONGEST_HEADER

log = logging.getLogger(__name__)

MOST_BYTES = 12_000_000
# Words to search for, and all else that whoever asks can make up, fill a room of their own: whatever a stranger thinks
# of, the pages that everybody opens stay.
MOST_ASKED_BYTES = 4_000_000
LONGEST_ADDRESS = 300
# What is not there is asked for under ever new addresses, so it has little room of its own and is soon forgotten.
MOST_MISSING_BYTES = 1_000_000
LARGEST_MISSING_BYTES = 50_000
MISSING_FOR_S = 10.0
# Whoever has waited so long for what somebody else asked asks the application himself.
WAIT_S = 5.0
_NOT_KEPT = ("/media/", "/static/", "/studio")
# A page without parameters, or in a chosen language, is one of those that were published; their number has its bounds.
# A name in capitals, or a tag however it is written, is another address of the same page.
_NAMED = re.compile(rb"(?:lang=[a-z]{2,3})?")
_OTHERWISE_WRITTEN = re.compile(r"/tags/|/sitemap-0|/@[^/]*[^a-z0-9_./-]")
_READ = (b"accept", b"accept-language", b"accept-encoding", b"if-none-match", b"if-modified-since")
# The application answers in whole and as it is; the rest is ours.
_NOT_PASSED_ON = frozenset({b"accept-encoding", b"if-none-match", b"if-modified-since"})

_LANGUAGES = b"accept-language"
_Key = tuple[str, bytes, bool, tuple[str, ...]]


class Cache:
    """Stands in front of the application and answers what was answered before.

    What others see is the same with and without it: an answer depends only on the path, the parameters that are read,
    the kind and the languages that are wanted, and on what is shown. Languages in which nothing is written here are not
    told apart, or each would make another page. Who signs a question may get what others do not:
    what is there for everybody is the same for her, but whether a thing is missing is asked anew.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        tongues: Callable[[], Awaitable[Collection[str]]] | None = None,
        now: Callable[[], float] = time.time,
        wait_s: float = WAIT_S,
        tally: Tally | None = None,
    ) -> None:
        self._app = app
        self._read_tongues = tongues
        self._tongues: frozenset[str] | None = None
        self._learning = asyncio.Lock()
        self._tally = tally or Tally()
        self._now = now
        self._wait_s = wait_s
        self._generation = 0
        self._modified_s = int(now()) + 1
        self._answers: LRUCache[_Key, Answer] = LRUCache(MOST_BYTES, _size_bytes)
        self._asked: LRUCache[_Key, Answer] = LRUCache(MOST_ASKED_BYTES, _size_bytes)
        self._missing: TTLCache[_Key, Answer] = TTLCache(MOST_MISSING_BYTES, MISSING_FOR_S, getsizeof=_size_bytes)
        self._asking: dict[tuple[_Key, bool], asyncio.Future[Answer | None]] = {}

    @property
    def size_bytes(self) -> int:
        """How much is kept, about."""
        return int(self._answers.currsize + self._asked.currsize + self._missing.currsize)

    def clear(self) -> None:
        """Forget all answers: something that is shown has changed.

        Dates count whole seconds, so what is shown now has changed at the end of this one: nobody who asked before can
        have got that date. It is later than the start of this process, which may render otherwise than the last one.
        """
        self._generation += 1
        self._modified_s = int(self._now()) + 1
        self._tongues = None
        self._answers.clear()
        self._asked.clear()
        self._missing.clear()
        self._asking.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3)."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"} or scope["path"].startswith(_NOT_KEPT):
            await self._app(scope, receive, send)
            return
        if self._tongues is None and self._read_tongues is not None:
            await self._learn_tongues(self._read_tongues)
        key, asked = _read(scope, self._tongues)
        answer = self._answers.get(key) or self._asked.get(key)
        if answer is None:
            answer = await self._missing_or_rendered(key, scope, receive, send)
            if answer is None:
                return
        else:
            self._tally.kept_hits += 1
        known = len(answer.coded)
        for message in answer.messages(asked, int(self._now())):
            await send(message)
        if known != len(answer.coded):
            for room in (self._answers, self._asked):
                if room.get(key) is answer:
                    room[key] = answer  # which has grown

    async def _learn_tongues(self, read: Callable[[], Awaitable[Collection[str]]]) -> None:
        """Learn which languages are told apart, as of now."""
        async with self._learning:
            if self._tongues is not None:
                return
            generation = self._generation
            try:
                codes = await read()
            except Exception:  # a boundary: the application will say what is wrong; until then all are told apart
                log.exception("in which languages anything is written could not be read")
                return
            if generation == self._generation:
                self._tongues = frozenset(part for code in codes for part in (code, code.partition("-")[0]))

    async def _missing_or_rendered(self, key: _Key, scope: Scope, receive: Receive, send: Send) -> Answer | None:
        """Return that it is kept as missing, else the application's answer; None if that was sent."""
        signed = any(name == b"signature" for name, _ in scope["headers"])
        answer = None if signed else self._missing.get(key)
        if answer is not None:
            self._tally.kept_hits += 1
            return answer
        self._tally.kept_misses += 1
        return await self._have_rendered(key, signed, scope, receive, send)

    def _keep(self, key: _Key, answer: Answer) -> None:
        """Keep an answer, in the place of others that were wanted least lately."""
        path, query = key[0], key[1]
        if answer.status not in MISSING:
            named = _NAMED.fullmatch(query) and not _OTHERWISE_WRITTEN.match(path)
            (self._answers if named else self._asked)[key] = answer
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
        # As it is told apart here, so that an answer cannot depend on more than it is kept by.
        languages = (_LANGUAGES, ", ".join(key[3]).encode())
        headers = [languages if name == _LANGUAGES else (name, value) for name, value in headers]
        await self._app({**scope, "method": "GET", "query_string": key[1], "headers": headers}, receive, listen)
        return answer


def _read(scope: Scope, tongues: Collection[str] | None) -> tuple[_Key, Asked]:
    """Return under what an answer is kept, and in which form it is wanted; without *tongues* all are told apart."""
    # Several lines of a header are one list: whoever read only one of them here would keep for others what was not
    # meant for them.
    lists = dict.fromkeys(_READ, b"")
    for name, value in scope["headers"]:
        if name in lists:
            lists[name] = lists[name] + b", " + value if lists[name] else value
    accept, languages, coding, held, since = (value.decode("latin-1") for value in lists.values())
    liked = negotiate.liked(languages[:LONGEST_HEADER])
    if len(liked) > 1 and tongues is not None:
        liked = (*(tongue for tongue in liked[:-1] if tongue in tongues), liked[-1])
    key = (
        scope["path"],
        parameters.read_of(scope["query_string"]),
        negotiate.prefers_document(accept[:LONGEST_HEADER]),
        liked,
    )
    wanted = negotiate.preferred_coding(coding[:LONGEST_HEADER])
    return key, Asked(wanted, held, since[:LONGEST_DATE], scope["method"] == "HEAD")


def _size_bytes(answer: Answer) -> int:
    return answer.size_bytes
