"""What stands between the network and the application: how slow each connection may be, how large what it says.

uvicorn's own protocol does the talking; what stands here says when it has to stop. Nothing costs a timer for each
request: one look at all connections (doorman.py) finds those that have stood still.
"""

import asyncio
import random
from http import HTTPStatus
from typing import Any, cast

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from fedi_artisan.config import Config
from fedi_artisan.domain.refusals import Refused
from fedi_artisan.services.refusals import Refusals
from fedi_artisan.serving.doorman import READ_BYTES, Doorman
from fedi_artisan.web.visitors.porter import RETRY_AFTER_S

LONGEST_LINE_BYTES = 8_000
LONGEST_HEAD_BYTES = 32_000
MOST_HEADERS = 100
# A browser sends the next question when it has its answer; only programs send several at once, and then few.
MOST_PIPELINED = 16
MOST_REQUESTS = 10_000
# Whoever is sent away may take a moment to read why.
LINGER_S = 2.0
# When connections are needed for others, this long one may rest.
_IDLE_WHEN_FULL_S = 1.0


class Connection(HttpToolsProtocol):
    """One connection, watched.

    At each moment it can be late with one thing: a head that has begun, what is left of a body that nobody reads any
    more, an answer that is not taken. What stands here is passed by each request, so it does little.
    """

    doorman: Doorman

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._visitor = ""
        # Whether all of the last request has come, since when that is waited for which comes next, and how much
        # has come since that is no body: of a head, or of what stands between the pieces of a body and behind them.
        self._is_whole = True
        self._head_since: float | None = None
        self._head_bytes = 0
        self._left_since: float | None = None
        self._waits_bytes = 0
        self._moved_at = 0.0
        self._requests = 0
        self._too_much: tuple[HTTPStatus, str] | None = None
        self._is_sent_away = False
        self._sent_away_at = 0.0

    # --- What the transport tells

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Let it in, or tell why not."""
        super().connection_made(transport)
        transport.set_protocol(_Reader(self))
        address = self.client[0] if self.client else ""
        self._visitor = self.doorman.visitor_at(address)
        self._head_since = self._moved_at = self.loop.time()
        refused = self.doorman.admit(self, self._visitor)
        if refused is not None:
            self._send_away(HTTPStatus.SERVICE_UNAVAILABLE, "Too many are here at the moment; try again soon.", refused)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.doorman.leave(self, self._visitor)
        super().connection_lost(exc)

    def data_received(self, data: bytes | memoryview) -> None:
        """Take in what comes, as uvicorn does, and end what is too much."""
        if self._is_sent_away:
            return
        if self.timeout_keep_alive_task is not None:
            self._unset_keepalive_if_required()
        if self._is_whole and self._head_since is None:
            self._head_since = self.loop.time()
        self._head_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # Nothing is offered but HTTP/1.1; the request is answered as if it had not asked.
            return
        except httptools.HttpParserError:
            self._refuse_what_came()
            return
        # Of what looks like headers behind a body in pieces nothing is read, and not without end: the parser keeps it.
        endless = self._head_bytes > LONGEST_HEAD_BYTES or (not self._is_whole and len(self.headers) > MOST_HEADERS)
        if endless and not self._is_sent_away:
            self._too_much = _LINE_TOO_LONG if len(self.url) > LONGEST_LINE_BYTES else _HEAD_TOO_LONG
            self._refuse_what_came()

    # --- What the parser tells

    def on_headers_complete(self) -> None:
        """Have the application asked."""
        if len(self.url) > LONGEST_LINE_BYTES:
            self._stop(*_LINE_TOO_LONG)
        if len(self.headers) > MOST_HEADERS:
            self._stop(*_HEAD_TOO_LONG)
        if len(self.pipeline) >= MOST_PIPELINED:
            self._stop(HTTPStatus.TOO_MANY_REQUESTS, "These are too many questions at once.")
        self._is_whole, self._head_since, self._head_bytes = False, None, 0
        _on_headers_complete(self)
        # What comes behind a body in pieces looks like headers, and is none that anybody signed or reads.
        self.headers = []
        self._requests += 1
        if self._requests >= MOST_REQUESTS and self._visitor:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Take in a piece of the body; the next is read when the application has taken this one."""
        self._head_bytes = 0
        super().on_body(body)
        if not self.cycle.response_complete and len(self.cycle.body) >= READ_BYTES // 2:
            self.flow.pause_reading()

    def on_message_complete(self) -> None:
        """End a request."""
        self._is_whole, self._head_bytes = True, 0
        _on_message_complete(self)

    # --- What is done about it

    def look(self, now: float, *, is_full: bool) -> None:
        """End the connection, if it has stood still for too long or its room is needed."""
        waits_bytes = self.transport.get_write_buffer_size()
        if not waits_bytes or waits_bytes != self._waits_bytes:
            self._waits_bytes, self._moved_at = waits_bytes, now
        if self._is_sent_away:
            if now - self._sent_away_at > LINGER_S:
                self.transport.abort()
        elif waits_bytes:
            if now - self._moved_at > self.doorman.answer_s:
                self._cut_off()
        elif self._is_asked_nothing:
            self._look_at_rest(now)
            self._look_at_head(now, is_full=is_full)

    def _look_at_rest(self, now: float) -> None:
        """End the connection on which a body does not end that nobody reads any more, as it was answered."""
        if self._is_whole:
            self._left_since = None
        elif self._left_since is None:
            self._left_since = now
        elif now - self._left_since > self.doorman.head_s:
            self._cut_off()

    def _look_at_head(self, now: float, *, is_full: bool) -> None:
        """End the connection on which nothing is asked, if that takes too long."""
        if self._head_since is not None and now - self._head_since > self.doorman.head_s:
            if self._head_bytes:
                words = "This request did not arrive in time."
                self._send_away(HTTPStatus.REQUEST_TIMEOUT, words, Refused.SLOW)
            else:
                self._cut_off()
        elif self.timeout_keep_alive_task is not None and is_full:
            rested_s = self.timeout_keep_alive - (self.timeout_keep_alive_task.when() - now)
            if rested_s > _IDLE_WHEN_FULL_S:
                self.transport.close()

    @property
    def _is_asked_nothing(self) -> bool:
        """Whether no answer is being made or waited for."""
        return self.cycle is None or (self.cycle.response_complete and not self.pipeline)

    def _cut_off(self) -> None:
        """End it at once: nobody reads what could be said."""
        self.doorman.refusals.count(Refused.SLOW, self._visitor)
        self.transport.abort()

    def _stop(self, status: HTTPStatus, words: str) -> None:
        """Stop the parser.

        Raises:
            ValueError: always; the parser passes it on as an error of its own.
        """
        self._too_much = status, words
        raise ValueError(words)

    def _refuse_what_came(self) -> None:
        """Tell what is wrong with what came."""
        if self._too_much is None:
            self._send_away(HTTPStatus.BAD_REQUEST, "This is no request that can be read.", Refused.UNREADABLE)
        else:
            self._send_away(*self._too_much, Refused.OVERSIZED)

    def _send_away(self, status: HTTPStatus, words: str, refused: Refused) -> None:
        """Answer, say that nothing more is listened to, and hang up when that was read."""
        self.doorman.refusals.count(refused, self._visitor)
        self._is_sent_away = True
        self._sent_away_at = self.loop.time()
        # Within another answer nothing can be said.
        if not self._is_asked_nothing or not self.doorman.may_linger:
            self.transport.abort()
            return
        wait = f"retry-after: {random.randint(*RETRY_AFTER_S)}\r\n" if status >= _SERVER_ERROR else ""  # noqa: S311 - no secret
        self.transport.write(
            f"HTTP/1.1 {status.value} {status.phrase}\r\n{wait}connection: close\r\ncache-control: no-store\r\n"
            f"content-type: text/plain; charset=utf-8\r\ncontent-length: {len(words) + 1}\r\n\r\n{words}\n".encode()
        )
        # Hanging up on somebody who still speaks takes the answer from her hands; so only our side is closed at first.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()


# Named once, as looking them up by super() costs each request a part of what it costs altogether.
_on_headers_complete = HttpToolsProtocol.on_headers_complete
_on_message_complete = HttpToolsProtocol.on_message_complete
_SERVER_ERROR = 500
_LINE_TOO_LONG = (HTTPStatus.REQUEST_URI_TOO_LONG, "This address is longer than is read here.")
_HEAD_TOO_LONG = (
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "There is more in front of this request than is read here.",
)


class _Reader(asyncio.BufferedProtocol):
    """Reads for a connection, a little at a time: otherwise each could make us take in a quarter of a megabyte."""

    def __init__(self, connection: Connection) -> None:
        buffer = connection.doorman.buffer
        # No methods but these very functions: each request passes here.
        self.get_buffer = lambda sizehint: buffer  # type: ignore[method-assign]  # noqa: ARG005 - as asyncio calls it
        self.buffer_updated = lambda nbytes: connection.data_received(buffer[:nbytes])  # type: ignore[method-assign]
        self.connection_lost = connection.connection_lost  # type: ignore[method-assign]
        self.eof_received = connection.eof_received  # type: ignore[method-assign]
        self.pause_writing = connection.pause_writing  # type: ignore[method-assign]
        self.resume_writing = connection.resume_writing  # type: ignore[method-assign]


def doorman_of(config: uvicorn.Config) -> Doorman:
    """Return who watches the connections of a server that was told to have them `watched`."""
    return cast("type[Connection]", config.http).doorman


def watched(config: Config, refusals: Refusals) -> type[HttpToolsProtocol]:
    """Return the protocol of all connections of one server, as uvicorn wants it: a class."""
    doorman = Doorman(config, refusals)
    return cast("type[HttpToolsProtocol]", type("WatchedConnection", (Connection,), {"doorman": doorman}))
