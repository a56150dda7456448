"""The one guarded client, against servers on loopback that lie, dawdle, flood and lead astray."""

import asyncio
import gzip
import json
import socket
import ssl
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from fedi_artisan import __version__
from fedi_artisan.config import Config, Delivery, Limits, Timeouts
from fedi_artisan.errors import (
    AddressRefused,
    RemoteError,
    RemoteGone,
    RemoteMalformed,
    RemoteRefused,
    RemoteUnavailable,
)
from fedi_artisan.federation.client import Answer, Client
from fedi_artisan.federation.client_network import NotPublic, PublicResolver, ThreadedResolver, public_socket
from fedi_artisan.federation.lately import MOST_IDLE
from fedi_artisan.federation.signatures.request import Scheme
from fedi_artisan.federation.signatures.sign import SigningKey
from fedi_artisan.federation.signatures.verify import read

from .hostile import ACTIVITY, Handler, Heard, Server, redirect, reply, say, serving, silence
from .signatures_peer import KEY, KEY_ID, NOW

SIGNER = SigningKey(KEY_ID, KEY)
AS2 = "https://www.w3.org/ns/activitystreams"
LIMIT = 100_000
TIMEOUTS = Timeouts(connect_s=0.3, first_byte_s=0.3, total_s=0.6)
TOO_LONG_S = 2.0  # all the time there is, and what a busy machine adds
CONFIG = Config(
    origin="http://127.0.0.1:9",
    allow_private_networks=True,
    limits=Limits(remote_body_bytes=LIMIT),
    timeouts=TIMEOUTS,
)
STRICT = replace(CONFIG, allow_private_networks=False)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\n"


class Memory:
    """What is known of other servers' signatures, in a dictionary."""

    def __init__(self, known: Mapping[str, Scheme] | None = None) -> None:
        self.known = dict(known or {})

    def scheme(self, host: str) -> Scheme:
        """Return what is known, else cavage."""
        return self.known.get(host, Scheme.CAVAGE)

    def learned(self, host: str, scheme: Scheme) -> None:
        """Remember."""
        self.known[host] = scheme


class Names(AbstractResolver):
    """A name server that says what it was told: one list of addresses after the other, the last one forever."""

    def __init__(self, *answers: Sequence[ResolveResult | str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the next answer."""
        self.asked.append(host)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [found(text, port) if isinstance(text, str) else text for text in answer]

    async def close(self) -> None:
        """Do nothing."""


class Turncoat(dict[str, Any]):
    """An answer of DNS that is public when it is looked at first, and loopback from then on."""

    looks = 0

    def __getitem__(self, key: str) -> Any:
        """Return what stands there, but change the address."""
        if key == "host":
            self.looks += 1
            return "93.184.216.34" if self.looks == 1 else "127.0.0.1"
        return super().__getitem__(key)


def found(address: str, port: int) -> ResolveResult:
    """Return an answer of DNS."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname="peer.example", host=address, port=port, family=family, proto=0, flags=0)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    """A server on loopback."""
    async with serving() as running:
        yield running


@pytest_asyncio.fixture
async def other() -> AsyncIterator[Server]:
    """A second one, on another port."""
    async with serving() as running:
        yield running


@pytest_asyncio.fixture
async def client() -> AsyncIterator[Client]:
    """A client that may reach loopback, short of time and space."""
    async with Client(CONFIG, signer=SIGNER, clock=lambda: NOW) as opened:
        yield opened


@asynccontextmanager
async def in_time() -> AsyncIterator[None]:
    """Hold that what is inside ends by the total deadline."""
    start = asyncio.get_running_loop().time()
    yield
    assert asyncio.get_running_loop().time() - start < TOO_LONG_S


async def hung_up(server: Server) -> None:
    """Wait until the client has closed its end."""
    await asyncio.wait_for(server.gone.wait(), 2)


def document(server: Server, path: str = "/a", **more: object) -> bytes:
    """Return a document that stands where it says."""
    return json.dumps({"id": server.origin + path, **more}).encode()


async def ask(client: Client, url: str, memory: Memory | None = None) -> dict[str, Any]:
    """Ask for a document."""
    return await client.get_document(url, schemes=memory or Memory())


def scheme_of(heard: Heard) -> Scheme:
    """Return how a request is signed, once its signature was found to hold."""
    claim = read(heard.signed(), now=NOW, plain_http=True)
    claim.verify(KEY.public_key())
    assert claim.key_id == KEY_ID
    return claim.scheme


# What is asked, and how


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


# Whether the answer may be believed


async def test_asks_again_at_the_id(server: Server, other: Server, client: Client) -> None:
    """WIRE 10.2 #17: a document with another id is not believed; the one that stands at that id is."""
    server.routes["/@maria"] = reply(body=document(other, "/maria", name="forged"))
    other.routes["/maria"] = reply(body=document(other, "/maria", name="Maria"))
    assert (await ask(client, f"{server.origin}/@maria"))["name"] == "Maria"
    assert (server.targets(), other.targets()) == (["/@maria"], ["/maria"])


async def test_asks_again_only_once(server: Server, client: Client) -> None:
    """WIRE 10.2 #17: what lies twice about its id is refused."""
    for here, there in (("/1", "/2"), ("/2", "/3"), ("/3", "/3")):
        server.routes[here] = reply(body=document(server, there))
    with pytest.raises(RemoteMalformed):
        await ask(client, f"{server.origin}/1")
    assert server.targets() == ["/1", "/2"]


@pytest.mark.parametrize(
    "identity", ["{origin}/a#x", "{origin}/a?", "http://u@127.0.0.1:{port}/a", "{ORIGIN}/a", " {origin}/a"]
)
async def test_id_is_compared_exactly(server: Server, client: Client, identity: str) -> None:
    """WIRE 10.2 #30: another spelling of the same address is another id."""
    told = identity.format(origin=server.origin, ORIGIN=server.origin.upper(), port=server.port)
    server.routes["/a"] = reply(body=json.dumps({"id": told}).encode())
    with pytest.raises(RemoteError):
        await ask(client, f"{server.origin}/a")


@pytest.mark.parametrize("identity", [None, 1, ["x"], {"id": "x"}, True, "", "acct:a@b", "https://", "data:,x"])
async def test_id_must_be_an_address(server: Server, client: Client, identity: object) -> None:
    """WIRE 10.2 #30: an id that is no text, or no address, is refused, and nothing else is asked for."""
    server.routes["/a"] = reply(body=json.dumps({"id": identity}).encode())
    with pytest.raises((RemoteMalformed, AddressRefused)):
        await ask(client, f"{server.origin}/a")
    assert server.targets() == ["/a"]


@pytest.mark.parametrize(
    "kind",
    [
        ACTIVITY,
        f"{ACTIVITY}; charset=utf-8",
        "Application/Activity+JSON",
        f'application/ld+json; profile="{AS2}"',
        f'application/ld+json; charset=utf-8; profile="https://example.org/x {AS2}"',
    ],
)
async def test_activity_types(server: Server, client: Client, kind: str) -> None:
    """WIRE 1.5: the two ActivityPub media types are read, with whatever charset they name."""
    server.routes["/a"] = reply(body=document(server), content_type=kind)
    assert await ask(client, f"{server.origin}/a")


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "text/plain",
        "text/html",
        "application/octet-stream",
        "application/ld+json",
        "image/png",
        "",
        'application/ld+json; profile="https://example.org/"',
        f'application/ld+json; profile="{AS2}x"',
        f"x; y={ACTIVITY}",
        f"text/plain, {ACTIVITY}",
        f"{ACTIVITY}, text/plain",
        "application/activity+jsonx",
    ],
)
async def test_other_types(server: Server, client: Client, kind: str) -> None:
    """WIRE 10.2 #18: an upload that looks like a document, served as anything else, is refused."""
    server.routes["/a"] = reply(body=document(server), content_type=kind)
    with pytest.raises(RemoteMalformed):
        await ask(client, f"{server.origin}/a")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"id":"a","id":"b"}', b'{"a":NaN}', b"\xff", b'{"a":' + b"[" * 90_000, b"<html>"]
)
async def test_broken_documents(server: Server, client: Client, body: bytes) -> None:
    """WIRE 10.2 #41: what is not a sound JSON object is refused, by its proper name."""
    server.routes["/a"] = reply(body=body)
    with pytest.raises(RemoteMalformed):
        await ask(client, f"{server.origin}/a")


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (201, RemoteMalformed),
        (202, RemoteMalformed),
        (204, RemoteMalformed),
        (206, RemoteMalformed),
        (300, RemoteMalformed),
        (304, RemoteMalformed),
        (400, RemoteRefused),
        (401, RemoteRefused),
        (403, RemoteRefused),
        (404, RemoteGone),
        (410, RemoteGone),
        (406, RemoteRefused),
        (408, RemoteUnavailable),
        (418, RemoteRefused),
        (429, RemoteUnavailable),
        (500, RemoteUnavailable),
        (501, RemoteUnavailable),
        (503, RemoteUnavailable),
        (599, RemoteUnavailable),
    ],
)
async def test_statuses(server: Server, client: Client, status: int, failure: type[RemoteError]) -> None:
    """Only 200 is an answer; any other status is the failure that it means."""
    server.routes["/a"] = reply(status, document(server))
    with pytest.raises(RemoteError) as caught:
        await ask(client, f"{server.origin}/a")
    assert type(caught.value) is failure
    assert getattr(caught.value, "http_status", status) == status


@pytest.mark.parametrize(
    ("asked", "wait_s"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Mon, 23 Nov 2026 12:32:22 GMT", 120.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2026 12:32:22 -0000", 120.0),
        ("99999999", 86_400.0),
        ("9" * 5_000, 86_400.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("Fri, 31 Dec 0001 23:59:59 +2359", 0.0),
        ("-5", None),
        ("1e3", None),
        ("soon", None),
        ("", None),
        ("Mon, 99 Nov 2026 12:32:22 GMT", None),
        ("Mon, 23 Nov 2026 12:32:22 +9999", None),
        ("²", None),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_retry_after(server: Server, client: Client, asked: str, wait_s: float | None) -> None:
    """The wait that a server asks for, in seconds or until a date, is passed on, at most a day of it."""
    server.routes["/a"] = reply(503, headers={"Retry-After": asked, "Content-Length": "0"})
    with pytest.raises(RemoteUnavailable) as caught:
        await ask(client, f"{server.origin}/a")
    assert caught.value.retry_after_s == wait_s


# Knocking twice


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


# Leading astray


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


# Private networks


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_private_addresses(server: Server, host: str) -> None:
    """WIRE 10.2 #31, #33: loopback in any spelling is refused before a single byte reaches it, signed or not."""
    url = f"http://{host}:{server.port}/a"
    async with Client(STRICT, signer=SIGNER) as client:
        with pytest.raises(AddressRefused):
            await ask(client, url)
        with pytest.raises(AddressRefused):
            await client.get_json(url, accept="*/*", media_types=set())
        with pytest.raises(AddressRefused):
            await client.post(url, {}, b"{}")
    assert server.connections == 0


@pytest.mark.parametrize(
    "answer",
    [
        ["127.0.0.1"],
        ["127.0.0.1", "10.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["169.254.169.254"],
        ["64:ff9b::7f00:1"],
        ["100.64.0.1"],
        ["fe80::1%eth0"],
        ["0.0.0.0"],  # noqa: S104 - nothing is bound: it is refused
        [Turncoat(found("127.0.0.1", 0))],
    ],
    ids=str,
)
async def test_names_of_private_addresses(server: Server, answer: list[ResolveResult | str]) -> None:
    """WIRE 10.2 #31, #34, #35: a name that leads to loopback is refused at connecting, for questions and deliveries."""
    url = f"http://peer.example:{server.port}/a"
    for entry in answer:
        if isinstance(entry, Turncoat):
            entry["port"] = server.port
    async with Client(STRICT, signer=SIGNER, resolver=Names(answer)) as client:
        with pytest.raises(AddressRefused):
            await ask(client, url)
        with pytest.raises(AddressRefused):
            await client.post(url, {}, b"{}")
    assert server.connections == 0


async def test_rebinding() -> None:
    """WIRE 10.2 #34: a name that was public and turns private is refused from then on: each answer is judged."""
    names = PublicResolver(Names(["93.184.216.34"], ["127.0.0.1"]))
    assert [entry["host"] for entry in await names.resolve("peer.example")] == ["93.184.216.34"]
    with pytest.raises(NotPublic):
        await names.resolve("peer.example")


async def test_only_public_answers_are_used() -> None:
    """WIRE 10.2 #34: of a mixed answer only what is public is ever connected to, and not too much of it."""
    many = [f"93.184.216.{number}" for number in range(1, 50)]
    names = PublicResolver(Names(["127.0.0.1", "10.0.0.1", "::1", *many]))
    assert [entry["host"] for entry in await names.resolve("peer.example")] == many[:8]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254"])
def test_sockets_for_public_addresses_only(address: str) -> None:
    """WIRE 10.2 #34: no socket is made for a private address, whatever was looked up before."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(NotPublic):
        public_socket((family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, 443)))
    with public_socket((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("93.184.216.34", 443))) as made:
        assert made.family is socket.AF_INET


async def test_own_host(server: Server) -> None:
    """WIRE 10.1: this server does not ask itself, even where private networks are allowed."""
    async with Client(replace(CONFIG, origin=server.origin), signer=SIGNER) as client:
        with pytest.raises(AddressRefused):
            await ask(client, f"{server.origin}/a")
        with pytest.raises(AddressRefused):
            await client.post(f"{server.origin}/inbox", {}, b"{}")
    assert server.connections == 0


async def test_system_names() -> None:
    """The system's names are asked in threads of the client's own, few at a time; an unknown one is an OSError."""
    names = ThreadedResolver()
    assert {entry["host"] for entry in await names.resolve("localhost", 80)} <= {"127.0.0.1", "::1"}
    with pytest.raises(OSError, match=r"\[Errno"):
        await names.resolve("no such name", 80)
    crowd = await asyncio.gather(*(names.resolve("localhost", 80) for _ in range(1_001)), return_exceptions=True)
    assert [type(answer) for answer in crowd if not isinstance(answer, list)] == [OSError]
    await names.close()


# Too slow


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


# Too much


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


# Deliveries


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


# TLS


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The two ends of TLS: a server called peer.example, and a client that knows its authority."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, KEY.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("peer.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(KEY, SHA256())
    )
    pem = Path(tmp_path_factory.mktemp("tls")) / "peer.pem"
    key = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(key + certificate.public_bytes(Encoding.PEM))
    ours, theirs = ssl.create_default_context(cafile=pem), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(pem)
    return ours, theirs


async def test_tls(tls: tuple[ssl.SSLContext, ssl.SSLContext], other: Server) -> None:
    """WIRE 10.1: https is held against the name asked for; from https nothing leads back to http."""
    ours, theirs = tls
    async with (
        serving(theirs) as secure,
        Client(CONFIG, signer=SIGNER, clock=lambda: NOW, resolver=Names(["127.0.0.1"]), tls=ours) as client,
    ):
        origin = f"https://peer.example:{secure.port}"
        secure.routes["/a"] = reply(body=json.dumps({"id": f"{origin}/a"}).encode())
        secure.routes["/down"] = redirect(f"{other.origin}/a")
        assert await ask(client, f"{origin}/a")
        read(secure.heard[0].signed("https"), now=NOW).verify(KEY.public_key())
        with pytest.raises(AddressRefused):
            await ask(client, f"{origin}/down")
        assert other.connections == 0
        with pytest.raises(RemoteUnavailable):
            await ask(client, f"https://else.example:{secure.port}/a")
    async with serving(theirs) as secure, Client(CONFIG, signer=SIGNER, resolver=Names(["127.0.0.1"])) as client:
        with pytest.raises(RemoteUnavailable):
            await ask(client, f"https://peer.example:{secure.port}/a")
        with pytest.raises(RemoteUnavailable):
            await ask(client, f"https://peer.example:{other.port}/a")
        assert secure.heard == []
