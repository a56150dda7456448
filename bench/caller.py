"""Asking a server as fast as it answers, over a few kept connections, at as little cost as Python allows."""

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(slots=True)
class Answers:
    """What came back: how often each status, and how long each answer took in seconds."""

    statuses: dict[bytes, int] = field(default_factory=dict)
    took_s: list[float] = field(default_factory=list)
    head: bytes = b""
    body: bytes = b""


class _Connection(asyncio.Protocol):
    """Sends the next request as soon as the last one is answered; a class because asyncio wants one."""

    def __init__(self, requests: Iterator[bytes], answers: Answers, *, bodiless: bool) -> None:
        self._requests = requests
        self._answers = answers
        self._bodiless = bodiless
        self._received = bytearray()
        self._began = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def _send(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
        else:
            self._began = time.perf_counter()
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        length = None if self._bodiless else _LENGTH.search(self._received, 0, end)
        if len(self._received) < end + 4 + (int(length[1]) if length else 0):
            return
        self._answers.took_s.append(time.perf_counter() - self._began)
        status = bytes(self._received[9:12])
        self._answers.statuses[status] = self._answers.statuses.get(status, 0) + 1
        self._answers.head = bytes(self._received[:end])
        self._answers.body = bytes(self._received[end + 4 :])
        self._received.clear()
        self._send()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def call(port: int, requests: Iterator[bytes], *, connections: int = 1, bodiless: bool = False) -> Answers:
    """Send all *requests*, each a whole HTTP/1.1 request, and return what came back when the last was answered.

    They are *bodiless* where all of them are HEAD: then the length that an answer names is not that of its body.
    """
    answers = Answers()
    loop = asyncio.get_running_loop()
    opened = [
        (await loop.create_connection(lambda: _Connection(requests, answers, bodiless=bodiless), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for connection in opened))
    return answers
