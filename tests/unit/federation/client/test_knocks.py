"""Knocking twice: who does not understand one dialect of signatures is asked in the other."""

import asyncio
from dataclasses import replace

import pytest

from fedi_artisan.errors import RemoteError, RemoteRefused, RemoteUnavailable
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.signatures.request import Scheme
from fedi_artisan.federation.signatures.verify import read
from tests.unit.federation.client.asking import TIMEOUTS, Memory, ask, document, in_time, scheme_of
from tests.unit.federation.hostile import Handler, Heard, Server, reply, silence
from tests.unit.federation.signatures_peer import KEY, NOW


def accepting(scheme: Scheme, handler: Handler, otherwise: int = 401) -> Handler:
    """Let in whoever signs in *scheme*."""

    async def door(heard: Heard, writer: asyncio.StreamWriter) -> None:
        await (handler if scheme_of(heard) is scheme else reply(otherwise, b"{}"))(heard, writer)

    return door


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("scheme", Scheme)
async def test_second_knock(server: Server, client: Client, scheme: Scheme, status: int) -> None:
    """WIRE 2.3: where one dialect is not understood the other is tried, and remembered for that host."""
    wrong = next(iter(set(Scheme) - {scheme}))
    memory = Memory({f"127.0.0.1:{server.port}": wrong})
    server.routes["/a"] = accepting(scheme, reply(body=document(server)), status)
    for _ in range(2):
        assert await ask(client, f"{server.origin}/a", memory)
    assert [scheme_of(heard) for heard in server.heard] == [wrong, scheme, scheme]
    assert memory.known == {f"127.0.0.1:{server.port}": scheme}


async def test_both_knocks_fail(server: Server, client: Client) -> None:
    """WIRE 2.3: where neither helps, the first answer counts, and nothing is remembered."""
    memory = Memory()
    server.routes["/a"] = accepting(Scheme.CAVAGE, reply(401), 400)
    with pytest.raises(RemoteRefused) as caught:
        await ask(client, f"{server.origin}/a", memory)
    assert caught.value.http_status == 401
    assert len(server.heard) == 2
    assert memory.known == {}


async def test_second_knock_refused_otherwise(server: Server, client: Client) -> None:
    """WIRE 2.3: a second answer that is not about the signature counts, but proves no dialect."""
    memory = Memory()
    server.routes["/a"] = accepting(Scheme.RFC9421, reply(403))
    with pytest.raises(RemoteRefused) as caught:
        await ask(client, f"{server.origin}/a", memory)
    assert caught.value.http_status == 403
    assert memory.known == {}


@pytest.mark.parametrize("status", [403, 404, 410, 413, 422, 429, 500, 503])
async def test_no_second_knock(server: Server, client: Client, status: int) -> None:
    """WIRE 2.3: other refusals are not about signatures."""
    server.routes["/a"] = reply(status)
    with pytest.raises(RemoteError):
        await ask(client, f"{server.origin}/a")
    assert len(server.heard) == 1


async def test_no_second_knock_after_silence(server: Server, client: Client) -> None:
    """WIRE 2.3: who does not answer is not knocked up again."""
    server.routes["/a"] = silence
    async with in_time():
        with pytest.raises(RemoteUnavailable):
            await ask(client, f"{server.origin}/a")
    assert len(server.heard) == 1


async def test_both_knocks_share_one_deadline(server: Server, client: Client) -> None:
    """WIRE 2.3: the second knock has only what time the first one left."""
    refusal = b"HTTP/1.1 401 No\r\nContent-Length: 0\r\nX: "

    async def slowly(_heard: Heard, writer: asyncio.StreamWriter) -> None:
        for letter in refusal:
            writer.write(bytes([letter]))
            await asyncio.sleep(TIMEOUTS.total_s * 0.7 / len(refusal))
        writer.write(b"\r\n\r\n")

    server.routes["/a"] = slowly
    async with in_time():
        with pytest.raises(RemoteUnavailable):
            await ask(client, f"{server.origin}/a")
    assert len(server.heard) <= 2


async def test_signed_without_query(server: Server, client: Client) -> None:
    """WIRE 2.1: on 401 the query stays in the question but is left out of the signature, before the dialect changes."""

    async def old(heard: Heard, writer: asyncio.StreamWriter) -> None:
        bare = replace(heard, target=heard.target.partition("?")[0])
        claim = read(bare.signed(), now=NOW, plain_http=True)
        try:
            claim.verify(KEY.public_key())
        except Exception:  # noqa: BLE001  # whatever is wrong, this server says 401
            await reply(401)(heard, writer)
        else:
            await reply(body=document(server, "/a?page=1"))(heard, writer)

    memory = Memory()
    server.routes["/a"] = old
    assert await ask(client, f"{server.origin}/a?page=1", memory)
    assert server.targets() == ["/a?page=1", "/a?page=1"]
    assert memory.known == {}
