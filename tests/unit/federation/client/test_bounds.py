"""Servers that are too slow, send too much, or what is no HTTP."""

import asyncio
import gzip
import socket
import tracemalloc
import zlib
from dataclasses import replace
from typing import Any

import pytest
from aiohttp.abc import ResolveResult

from fedi_artisan.config import Timeouts
from fedi_artisan.errors import RemoteError, RemoteMalformed, RemoteUnavailable
from fedi_artisan.federation.client import Client
from tests.unit.federation.client.asking import CONFIG, HEAD, LIMIT, STRICT, ask, document, hung_up, in_time
from tests.unit.federation.client.test_reach import Names
from tests.unit.federation.hostile import ACTIVITY, Handler, Heard, Server, redirect, reply, say, silence


async def test_silence(server: Server, client: Client) -> None:
    """WIRE 10.2 #39: a server that never answers is left after the wait for the first byte."""
    server.routes["/a"] = silence
    async with in_time():
        with pytest.raises(RemoteUnavailable):
            await ask(client, f"{server.origin}/a")


@pytest.mark.parametrize(
    "handler",
    [
        say(b"HTTP/1.1 200 OK\r\nX: ", again=b"x", pause_s=0.05),
        say(b"HTTP/1.1 200 OK\r\n", again=b"X: x\r\n", pause_s=0.05),
        say(HEAD + b"Content-Length: 90000\r\n\r\n{", again=b" ", pause_s=0.05),
        say(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", again=b"1\r\n \r\n", pause_s=0.05),
        say(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", again=b"0", pause_s=0.05),
        say(HEAD + b"\r\n{", again=b" ", pause_s=0.05),
        say(again=b"HTTP/1.1 103 Early Hints\r\n\r\n", pause_s=0.05),
    ],
    ids=["header", "headers", "length", "chunks", "chunk size", "until the end", "hints"],
)
async def test_slow_drip(server: Server, client: Client, handler: Handler) -> None:
    """WIRE 10.2 #39: byte after byte, each in time, does not outlast the total deadline; the connection is given up."""
    server.routes["/a"] = handler
    async with in_time():
        with pytest.raises(RemoteError):
            await ask(client, f"{server.origin}/a")
    await hung_up(server)


async def test_first_byte(server: Server) -> None:
    """WIRE 5.8: who says nothing at all is left long before the total deadline."""
    server.routes["/a"] = silence
    hasty = replace(CONFIG, timeouts=Timeouts(first_byte_s=0.1, total_s=60))
    async with in_time(), Client(hasty, signer=None) as client:
        with pytest.raises(RemoteUnavailable):
            await ask(client, f"{server.origin}/a")


async def test_connecting() -> None:
    """WIRE 5.8: who does not even take the connection is left long before the total deadline."""
    hasty = replace(CONFIG, timeouts=Timeouts(connect_s=0.1, total_s=60))
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        async with in_time(), Client(hasty, signer=None) as client:
            with pytest.raises(RemoteUnavailable):
                await ask(client, f"http://127.0.0.1:{port}/")
        for one in waiting:
            one.close()


async def test_slow_hops_share_one_deadline(server: Server, client: Client) -> None:
    """WIRE 10.2 #39: three slow redirects take no longer together than one answer may."""

    async def later(heard: Heard, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.25)
        await redirect(heard.target + "x")(heard, writer)

    server.routes |= {"/" + "x" * length: later for length in range(5)}
    async with in_time():
        with pytest.raises(RemoteUnavailable):
            await ask(client, f"{server.origin}/")
    assert len(server.heard) <= 3


async def test_no_connection(client: Client) -> None:
    """A closed port is a server that cannot be reached now."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(RemoteUnavailable) as caught:
        await ask(client, f"http://127.0.0.1:{port}/")
    assert caught.value.http_status is None


async def test_unknown_name() -> None:
    """A name that DNS does not know is a server that cannot be reached now."""

    class Nobody(Names):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            raise OSError(None, "unknown")

    async with Client(STRICT, signer=None, resolver=Nobody()) as client:
        with pytest.raises(RemoteUnavailable):
            await ask(client, "http://peer.example/")


async def test_announced_size(server: Server, client: Client) -> None:
    """WIRE 10.2 #40: a length over the limit is refused before any of the body is waited for."""
    server.routes["/a"] = say(HEAD + f"Content-Length: {LIMIT + 1}\r\n\r\n".encode())
    with pytest.raises(RemoteMalformed):
        await ask(client, f"{server.origin}/a")


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1])
@pytest.mark.parametrize("packed", [False, True])
async def test_size_limit(server: Server, client: Client, size: int, *, packed: bool) -> None:
    """WIRE 10.2 #40: exactly so many bytes are read and not one more, counted unpacked."""
    body = document(server).ljust(size)
    headers = {"Content-Type": ACTIVITY, "Connection": "close"}
    if packed:
        body, headers = gzip.compress(body), {**headers, "Content-Encoding": "gzip"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
    server.routes["/a"] = say(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n" + body, hang_up=True)
    if size <= LIMIT:
        assert await ask(client, f"{server.origin}/a")
    else:
        with pytest.raises(RemoteMalformed):
            await ask(client, f"{server.origin}/a")


@pytest.mark.parametrize("head", [b"\r\n", b"Transfer-Encoding: chunked\r\n\r\n"])
async def test_endless_body(server: Server, client: Client, head: bytes) -> None:
    """WIRE 10.2 #40: a body without end is cut off at the limit, and its connection closed."""
    piece = b"x" * 10_000
    chunk = piece if head == b"\r\n" else b"2710\r\n" + piece + b"\r\n"
    server.routes["/a"] = say(HEAD + head, again=chunk)
    async with in_time():
        with pytest.raises(RemoteMalformed):
            await ask(client, f"{server.origin}/a")
    await hung_up(server)


async def test_gzip_bomb(server: Server, client: Client) -> None:
    """WIRE 10.2 #40: 200 MB packed into 200 kB are never unfolded; memory stays near the limit."""
    bomb = gzip.compress(bytes(200_000_000), 1)
    head = HEAD + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.routes["/a"] = say(head + f"{len(bomb):x}\r\n".encode() + bomb + b"\r\n0\r\n\r\n")
    tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        with pytest.raises(RemoteMalformed):
            await ask(client, f"{server.origin}/a")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 10_000_000


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("deflate", zlib.compress),
        ("br", bytes),
        ("zstd", bytes),
        ("gzip, gzip", gzip.compress),
        ("gzip", bytes),
        ("gzip", lambda body: gzip.compress(body)[:-9]),
        ("gzip", lambda body: gzip.compress(body)[:5]),
    ],
)
async def test_other_packing(server: Server, client: Client, encoding: str, pack: Any) -> None:
    """WIRE 10.1: only gzip is unpacked, and only when it is sound and whole."""
    server.routes["/a"] = reply(
        body=(body := pack(document(server))),
        headers={"Content-Type": ACTIVITY, "Content-Encoding": encoding, "Content-Length": str(len(body))},
    )
    with pytest.raises(RemoteMalformed):
        await ask(client, f"{server.origin}/a")


@pytest.mark.parametrize(
    ("handler", "failure"),
    [
        (say(HEAD + b"Content-Length: 500\r\n\r\n{}", hang_up=True), RemoteUnavailable),
        (say(HEAD + b"Content-Length: 1\r\n\r\n{}"), RemoteMalformed),
        (say(HEAD + b"Content-Length: -1\r\n\r\n{}"), RemoteMalformed),
        (say(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), RemoteMalformed),
        (say(HEAD + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n{}"), RemoteMalformed),
        (say(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"), RemoteError),
        (say(HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"), RemoteError),
        (say(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{", hang_up=True), RemoteUnavailable),
        (say(HEAD + b"X-Flood: x\r\n" * 1_000 + b"Content-Length: 2\r\n\r\n{}"), RemoteMalformed),
        (say(HEAD + b"X-Flood: " + b"x" * 100_000 + b"\r\nContent-Length: 2\r\n\r\n{}"), RemoteMalformed),
        (say(HEAD, again=b"X-Flood: x\r\n" * 100), RemoteMalformed),
        (say(HEAD + b"X: ", again=b"x" * 10_000), RemoteMalformed),
        (say(b"HTTP/1.1 ", again=b"2" * 10_000), RemoteMalformed),
        (say(b"HTTP/1.1 999999999999 OK\r\n\r\n"), RemoteMalformed),
        (say(b"SSH-2.0-OpenSSH_9.9\r\n"), RemoteMalformed),
        (say(bytes(1000)), RemoteMalformed),
        (say(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nx"), RemoteMalformed),
        (say(hang_up=True), RemoteUnavailable),
        (say(b"HTTP/1.1 200", hang_up=True), RemoteUnavailable),
    ],
)
async def test_broken_http(server: Server, client: Client, handler: Handler, failure: type[RemoteError]) -> None:
    """WIRE 10.2 #40: lengths that lie, floods of headers and noise end at once in a named failure."""
    server.routes["/a"] = handler
    async with in_time():
        with pytest.raises(failure):
            await ask(client, f"{server.origin}/a")


async def test_endless_hints(server: Server, client: Client) -> None:
    """WIRE 10.2 #39: a flood of answers that only announce an answer ends with the deadline."""
    server.routes["/a"] = say(again=b"HTTP/1.1 103 Early Hints\r\n\r\n" * 10)
    async with in_time():
        with pytest.raises(RemoteUnavailable):
            await ask(client, f"{server.origin}/a")
    await hung_up(server)
