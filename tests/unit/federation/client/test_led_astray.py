"""Servers that lead elsewhere: redirects and documents with another address."""

import asyncio

import pytest

from fedi_artisan.errors import AddressRefused, RemoteMalformed
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.signatures.request import Scheme
from tests.unit.federation.client.asking import ask, document, scheme_of
from tests.unit.federation.hostile import Heard, Server, redirect, reply, say


async def test_redirect_is_signed_anew(server: Server, other: Server, client: Client) -> None:
    """WIRE 10.1: a redirect is followed with a signature for the new address; the old one is never passed on."""
    server.routes["/old"] = redirect("/older", 301)
    server.routes["/older"] = redirect(f"{other.origin}/new#fragment", 308)
    other.routes["/new"] = reply(body=document(other, "/new"))
    assert (await ask(client, f"{server.origin}/old"))["id"] == f"{other.origin}/new"
    first, second, third = [*server.heard, *other.heard]
    assert [scheme_of(heard) for heard in (first, second, third)] == [Scheme.CAVAGE] * 3
    assert len({heard.headers["signature"] for heard in (first, second, third)}) == 3
    assert third.target == "/new"


async def test_redirect_does_not_lend_its_id(server: Server, other: Server, client: Client) -> None:
    """WIRE 10.2 #3: an address that leads to another server does not speak for the document there, nor it for that."""
    server.routes["/victim"] = redirect(f"{other.origin}/forged")
    other.routes["/forged"] = reply(body=document(server, "/victim", name="forged"))
    with pytest.raises(RemoteMalformed):
        await ask(client, f"{server.origin}/victim")


async def test_three_hops_at_most(server: Server, client: Client) -> None:
    """WIRE 10.2 #38: three redirects are followed, the first of 1000 more is not."""
    hops = 0

    async def onward(heard: Heard, writer: asyncio.StreamWriter) -> None:
        nonlocal hops
        hops += 1
        await redirect(f"/r?n={hops}")(heard, writer)

    server.routes["/r"] = onward
    with pytest.raises(RemoteMalformed):
        await client.get_json(f"{server.origin}/r", accept="*/*", media_types=set())
    assert server.targets() == ["/r", "/r?n=1", "/r?n=2", "/r?n=3"]
    for number, there in enumerate(["/2", "/3", "/4"], start=1):
        server.routes[f"/{number}"] = redirect(there)
    server.routes["/4"] = reply(body=document(server, "/4"))
    assert await ask(client, f"{server.origin}/1")


async def test_asking_again_shares_the_hops(server: Server, client: Client) -> None:
    """WIRE 10.1: going to a document's own id counts as a hop like any other."""
    for number, there in enumerate(["/2", "/3"], start=1):
        server.routes[f"/{number}"] = redirect(there)
    server.routes["/3"] = reply(body=document(server, "/4"))
    server.routes["/4"] = redirect("/5")
    with pytest.raises(RemoteMalformed):
        await ask(client, f"{server.origin}/1")
    assert server.targets() == ["/1", "/2", "/3", "/4"]


@pytest.mark.parametrize("back", ["/1", "/1#again", "http://127.0.0.1:{port}/1", "/2"])
async def test_circles(server: Server, client: Client, back: str) -> None:
    """WIRE 10.2 #38: a redirect to where one has been already ends there."""
    server.routes["/1"] = redirect("/2")
    server.routes["/2"] = redirect(back.format(port=server.port))
    with pytest.raises(RemoteMalformed):
        await ask(client, f"{server.origin}/1")
    assert server.targets() == ["/1", "/2"]


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:9/ap/actor",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://user@127.0.0.1/",
        "ftp://peer/",
        "file:///etc/passwd",
        "data:application/activity+json,{}",
        "//",
        "http://",
        "http://[::1",
        "http://a b/",
        "\\\\evil",
        "http://é\udcff.example/".encode("utf-8", "surrogateescape").decode("latin-1"),
    ],
)
async def test_each_hop_is_checked(server: Server, client: Client, location: str) -> None:
    """WIRE 10.2 #32: where a redirect leads is judged like any address: own host, odd spellings, schemes."""
    server.routes["/1"] = say(
        f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
    )
    with pytest.raises((AddressRefused, RemoteMalformed)):
        await ask(client, f"{server.origin}/1")
    assert server.targets() == ["/1"]


async def test_redirect_to_nowhere(server: Server, client: Client) -> None:
    """A redirect that does not say where to is refused."""
    server.routes["/1"] = reply(302)
    with pytest.raises(RemoteMalformed):
        await ask(client, f"{server.origin}/1")
