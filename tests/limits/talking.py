"""Somebody who speaks HTTP byte by byte, as badly as a test wants, to a real server on a real socket."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedi_artisan.config import Config, parse
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.services.refusals import Refusals
from fedi_artisan.serving.connections import watched
from fedi_artisan.web.visitors.proxies import written_both_ways
from tests.house import free_socket, running

WITHIN_S = 5.0
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


class Echo:
    """An application that tells who asks it, reads what it is sent, and can be made to wait or to say much."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.reads = True
        self.reads_late = False
        self.pieces_bytes: list[int] = []
        self.body = b""
        self.pieces = 1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI 3 has it."""
        self.scopes.append(scope)
        read = 0
        if self.reads_late:
            await self.may_answer.wait()
        while self.reads:
            message: Message = await receive()
            self.pieces_bytes.append(len(message.get("body", b"")))
            read += self.pieces_bytes[-1]
            if not message.get("more_body"):
                break
        await self.may_answer.wait()
        told = self.body or f"{scope['client'][0]} {read}".encode()
        length = b"%d" % (len(told) * self.pieces)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        for left in range(self.pieces, 0, -1):
            await send({"type": "http.response.body", "body": told, "more_body": left > 1})


@dataclass(frozen=True, slots=True)
class Door:
    """A running server: its *app*, its *port*, and what it has *refused*."""

    app: Any
    port: int
    refusals: Refusals

    @contextlib.asynccontextmanager
    async def call(self, address: str = "127.0.0.1") -> AsyncIterator["Caller"]:
        """Give a connection from *address*, any of 127.0.0.0/8."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        try:
            yield Caller(reader, writer)
        finally:
            writer.transport.abort()

    async def ask(self, what: bytes = GET, address: str = "127.0.0.1") -> tuple[int, bytes]:
        """Return status and body of the answer to *what*, on a connection of its own."""
        async with self.call(address) as caller:
            return await caller.ask(what)


@dataclass(frozen=True, slots=True)
class Caller:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def say(self, what: bytes) -> None:
        """Send something."""
        self.writer.write(what)

    async def ask(self, what: bytes = GET) -> tuple[int, bytes]:
        """Return status and body of the answer to *what*."""
        self.say(what)
        head, body = await self.hear()
        return int(head.split()[1]), body

    async def hear(self) -> tuple[bytes, bytes]:
        """Return the next answer, its head in lower case."""
        async with asyncio.timeout(WITHIN_S):
            head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
            return head, await self.reader.readexactly(length)

    async def ended(self) -> bytes:
        """Return what still comes when the server hangs up, which it must do."""
        async with asyncio.timeout(WITHIN_S):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""


def settings(**given: Any) -> Config:
    """Return settings with these limits; how long things may take is a fifth of a second."""
    quick = {"request_head_s": 0.2, "answer_s": 0.2} | given.pop("timeouts", {})
    return parse({"origin": "https://atelier.example", "timeouts": quick, **given})


@contextlib.asynccontextmanager
async def open_door(config: Config, app: ASGIApp | None = None) -> AsyncIterator[Door]:
    """Run *app*, or an Echo, behind the door that `serve` has, while the block lasts."""
    echo, refusals, listening = app or Echo(), Refusals(utc_now), free_socket()
    # Little waits in the system, so that a reader who does not read is noticed before megabytes are on their way.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
    proxies = written_both_ways(config.trusted_proxies)
    how = {"http": watched(config, refusals), "forwarded_allow_ips": proxies, "lifespan": "off"}
    async with running(echo, listening, **how):
        yield Door(echo, listening.getsockname()[1], refusals)
