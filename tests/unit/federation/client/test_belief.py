"""Whether an answer may be believed: its address, its kind, its status."""

import json

import pytest

from fedi_artisan.errors import (
    AddressRefused,
    RemoteError,
    RemoteGone,
    RemoteMalformed,
    RemoteRefused,
    RemoteUnavailable,
)
from fedi_artisan.federation.client import Client
from tests.unit.federation.client.asking import AS2, ask, document
from tests.unit.federation.hostile import ACTIVITY, Server, reply


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
