"""What is asked and what is delivered, signed and unsigned."""

import asyncio
import gzip
from dataclasses import replace

import pytest

from fedi_artisan import __version__
from fedi_artisan.config import Delivery, Timeouts
from fedi_artisan.errors import RemoteMalformed, RemoteUnavailable
from fedi_artisan.federation.client import Answer, Client
from fedi_artisan.federation.lately import MOST_IDLE
from fedi_artisan.federation.signatures.request import Scheme
from tests.unit.federation.client.asking import AS2, CONFIG, Memory, ask, document, in_time, scheme_of
from tests.unit.federation.hostile import ACTIVITY, Handler, Heard, Server, reply, say, silence


async def test_document(server: Server, client: Client) -> None:
    """A document at its own id comes back whole; it is asked for with a signature, without cookies, by name."""
    server.routes["/a"] = reply(
        body=document(server, name="Maria"),
        headers={"Content-Type": ACTIVITY, "Set-Cookie": "a=b", "Connection": "close"},
    )
    for _ in range(2):
        assert await ask(client, f"{server.origin}/a#main-key") == {"id": f"{server.origin}/a", "name": "Maria"}
    for heard in server.heard:
        assert (heard.method, heard.target) == ("GET", "/a")
        assert scheme_of(heard) is Scheme.CAVAGE
        assert heard.headers["accept"] == f'application/activity+json, application/ld+json; profile="{AS2}"'
        assert heard.headers["accept-encoding"] == "gzip"
        assert heard.headers["user-agent"] == f"fedi-artisan/{__version__} (+http://127.0.0.1:9/)"
        assert heard.headers["date"] == "Mon, 23 Nov 2026 12:30:22 GMT"
        assert "cookie" not in heard.headers


@pytest.mark.parametrize(
    "target", ["/", "/users/a?page=true&max_id=1", "/%7Ea/~b//c/../d;e=1?q=%C3%A9+%20'(x)", "/a?b=http://c/d?e"]
)
async def test_target_is_sent_as_it_is_signed(server: Server, client: Client, target: str) -> None:
    """WIRE 2.1: path and query go out as they stand, and the signature holds for them, in both dialects."""
    server.routes[target.partition("?")[0]] = reply(body=document(server, target))
    for scheme in Scheme:
        memory = Memory({f"127.0.0.1:{server.port}": scheme})
        assert (await ask(client, server.origin + target, memory))["id"] == server.origin + target
    assert server.targets() == [target, target]
    assert [scheme_of(heard) for heard in server.heard] == list(Scheme)


async def test_unsigned_without_signer(server: Server) -> None:
    """Without a key documents are asked for unsigned."""
    server.routes["/a"] = reply(body=document(server))
    async with Client(CONFIG, signer=None) as client:
        await ask(client, f"{server.origin}/a")
    assert "signature" not in server.heard[0].headers


async def test_connections_are_kept_and_limited(server: Server) -> None:
    """One after the other, questions share a connection; side by side they open a few at most for each host."""
    arrived = 0
    all_here, go = asyncio.Event(), asyncio.Event()

    async def wait(heard: Heard, writer: asyncio.StreamWriter) -> None:
        nonlocal arrived
        arrived += 1
        if arrived == 3:
            all_here.set()
        await go.wait()
        await reply(body=document(server))(heard, writer)

    server.routes["/a"] = reply(body=document(server))
    roomy = replace(CONFIG, delivery=Delivery(per_host=1), timeouts=Timeouts())
    async with Client(roomy, signer=None) as client:
        for _ in range(3):
            await ask(client, f"{server.origin}/a")
        assert server.connections == 1
        server.routes["/a"] = wait
        async with asyncio.TaskGroup() as group:
            for _ in range(12):
                group.create_task(ask(client, f"{server.origin}/a"))
            await asyncio.wait_for(all_here.wait(), 2)
            go.set()
    assert server.connections <= 3
    assert len(server.heard) == 15


async def test_a_storm_of_questions_leaves_few_connections_open(server: Server) -> None:
    """When much was asked lately, each further question asks for the end of its connection (WIRE 10.2 #44).

    Thousands of servers that must be asked for a key would else take all the files that the process may open.
    """
    server.routes["/a"] = reply(body=document(server))
    async with Client(CONFIG, signer=None) as client:
        for _ in range(MOST_IDLE + 2):
            await ask(client, f"{server.origin}/a")
    assert [heard.headers.get("connection") for heard in server.heard] == [None] * MOST_IDLE + ["close"] * 2


async def test_json_and_text(server: Server, client: Client) -> None:
    """Discovery is asked for unsigned, and only the kinds that were asked for are read."""
    server.routes["/jrd"] = reply(body=b'{"subject":"acct:a@b"}', content_type="application/jrd+json; charset=utf-8")
    server.routes["/xrd"] = reply(body="<XRD>é</XRD>".encode(), content_type="application/xrd+xml")
    server.routes["/json"] = reply(body=b"{}", content_type="text/html")
    server.routes["/broken"] = reply(body=b"\xff", content_type="application/xrd+xml")
    kinds = {"application/jrd+json", "application/json"}
    answer = await client.get_json(f"{server.origin}/jrd", accept="application/jrd+json", media_types=kinds)
    assert answer == ({"subject": "acct:a@b"}, f"{server.origin}/jrd")
    text = await client.get_text(
        f"{server.origin}/xrd", accept="application/xrd+xml", media_types={"application/xrd+xml"}
    )
    assert text == "<XRD>é</XRD>"
    assert [heard.headers["accept"] for heard in server.heard] == ["application/jrd+json", "application/xrd+xml"]
    assert not any("signature" in heard.headers for heard in server.heard)
    with pytest.raises(RemoteMalformed):
        await client.get_json(f"{server.origin}/json", accept="application/jrd+json", media_types=kinds)
    with pytest.raises(RemoteMalformed):
        await client.get_text(f"{server.origin}/broken", accept="*/*", media_types={"application/xrd+xml"})


@pytest.mark.parametrize("status", [200, 202, 204, 301, 307, 308, 400, 401, 404, 410, 429, 500, 503])
async def test_post(server: Server, other: Server, client: Client, status: int) -> None:
    """WIRE 5.8: each status of a delivery is an answer; a redirect is not followed, as no signature would fit."""
    server.routes["/inbox"] = reply(
        status,
        b"",
        headers={
            "Location": f"{other.origin}/inbox",
            "Retry-After": "60",
            "X-Two": "a\r\nX-two: b",
            "Content-Length": "0",
        },
    )
    signed = {"Host": f"127.0.0.1:{server.port}", "Date": "today", "Signature": "x", "Content-Type": ACTIVITY}
    answer = await client.post(f"{server.origin}/inbox", signed, b'{"a":1}')
    assert (answer.status, answer.url, answer.retry_after_s) == (status, f"{server.origin}/inbox", 60.0)
    assert answer.headers["x-two"] == "a, b"
    (heard,) = server.heard
    assert (heard.method, heard.target, heard.body) == ("POST", "/inbox", b'{"a":1}')
    assert {name.lower(): value for name, value in signed.items()}.items() <= heard.headers.items()
    assert other.connections == 0


@pytest.mark.parametrize(
    ("handler", "note"),
    [
        (reply(401, b"who are you?"), b"who are you?"),
        (reply(401, gzip.compress(b"who?"), headers={"Content-Encoding": "gzip", "Connection": "close"}), b"who?"),
        (reply(401, b"x" * 8192), b"x" * 8192),
        (reply(401, b"x" * 8193), b""),
        (say(b"HTTP/1.1 401 No\r\nContent-Length: 5\r\n\r\n", again=b"x", pause_s=0.05), b"xxxxx"),
        (say(b"HTTP/1.1 401 No\r\nContent-Length: 500\r\n\r\n", again=b"x", pause_s=0.05), b""),
        (say(b"HTTP/1.1 401 No\r\nContent-Length: 500\r\n\r\nx"), b""),
        (say(b"HTTP/1.1 401 No\r\n\r\n", again=b"x" * 10_000), b""),
        (say(b"HTTP/1.1 401 No\r\nContent-Length: 9\r\n\r\nx", hang_up=True), b""),
    ],
    ids=["text", "gzip", "long", "too long", "slow", "too slow", "stuck", "endless", "cut"],
)
async def test_post_keeps_the_status(server: Server, client: Client, handler: Handler, note: bytes) -> None:
    """WIRE 10.2 #39, #40: once the status is there, nothing that follows can make a delivery fail or wait for long."""
    server.routes["/inbox"] = handler
    async with in_time():
        answer = await client.post(f"{server.origin}/inbox", {}, b"{}")
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body) == (401, note)


@pytest.mark.parametrize(
    "handler",
    [silence, say(b"HTTP/1.1 200 OK\r\nX: ", again=b"x", pause_s=0.05), say(hang_up=True)],
    ids=["silence", "drip", "hangs up"],
)
async def test_post_without_answer(server: Server, client: Client, handler: Handler) -> None:
    """WIRE 10.2 #39: a delivery without an answer ends by the deadline, for another try later; it is sent once."""
    server.routes["/inbox"] = handler
    async with in_time():
        with pytest.raises(RemoteUnavailable) as caught:
            await client.post(f"{server.origin}/inbox", {}, b"{}")
    assert caught.value.retry
    assert len(server.heard) == 1
