"""A server that answers anything, byte by byte as told, and remembers who came."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from fedi_artisan.federation.signatures.request import SignedRequest

ACTIVITY = "application/activity+json"


@dataclass(frozen=True)
class Heard:
    """A request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    def signed(self, scheme: str = "http") -> SignedRequest:
        """Return it in the form that signatures are read from."""
        url = f"{scheme}://{self.headers['host']}{self.target}"
        return SignedRequest(method=self.method, url=url, headers=self.headers, body=self.body)


Handler = Callable[[Heard, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """Answers by path, with 404 where nothing was told.

    Args:
        port: on 127.0.0.1.
        routes: what to do for each target, query left out.
        heard: all requests so far.
        connections: how often somebody connected, whether or not anything was said.
        gone: set whenever somebody hangs up in the middle of an answer.
    """

    port: int = 0
    routes: dict[str, Handler] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def origin(self) -> str:
        """The address of this server."""
        return f"http://127.0.0.1:{self.port}"

    def targets(self) -> list[str]:
        """Return what was asked for, in order."""
        return [heard.target for heard in self.heard]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer all requests of one connection."""
        self.connections += 1
        try:
            while heard := await _hear(reader):
                self.heard.append(heard)
                handler = self.routes.get(heard.target.partition("?")[0], reply(404))
                await handler(heard, writer)
        except (ConnectionError, ssl.SSLError):
            self.gone.set()
        finally:
            writer.close()


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Give a server on loopback; all its connections end with it."""
    server = Server()
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if task := asyncio.current_task():
            tasks.add(task)
        with suppress(asyncio.CancelledError):
            await server.serve(reader, writer)

    listening = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks)


def reply(
    status: int = 200, body: bytes = b"", content_type: str = ACTIVITY, headers: Mapping[str, str] | None = None
) -> Handler:
    """Answer properly; *headers* replace the usual ones."""
    lines = {"Content-Type": content_type, "Content-Length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return say(f"HTTP/1.1 {status} Told\r\n{head}\r\n".encode() + body)


def redirect(location: str, status: int = 302) -> Handler:
    """Lead on to *location*."""
    return reply(status, headers={"Location": location})


def say(*pieces: bytes, again: bytes = b"", pause_s: float = 0.0, hang_up: bool = False) -> Handler:
    """Write *pieces*; then *again* forever where given, with a pause between; then hang up, or wait to be asked on."""

    async def handler(_heard: Heard, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        while again:
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(pause_s)
        if hang_up:
            writer.close()

    return handler


async def silence(_heard: Heard, _writer: asyncio.StreamWriter) -> None:
    """Take the request and never answer."""
    await asyncio.Event().wait()


async def _hear(reader: asyncio.StreamReader) -> Heard | None:
    """Return the next request, or None when there is none any more."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Heard(method, target, headers, body)
