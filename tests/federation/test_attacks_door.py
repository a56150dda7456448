"""What the inbox refuses at the door, over real sockets: too large, unreadable, unsigned, stale, forged (WIRE 5.7)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from tests.house import House, free_socket, open_house
from tests.inbox.sending import effect
from tests.neighbour import Neighbour, Person, key, signed_headers

WITHIN_S = 2.0


async def raw(house: House, head: str, body: bytes = b"") -> bytes:
    """Send a request as it stands, and return the beginning of the answer."""
    parts = urlsplit(house.uris.origin)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
    answer = await asyncio.wait_for(reader.read(2000), WITHIN_S)
    writer.close()
    await writer.wait_closed()
    return answer


async def test_an_announced_megabyte_is_refused_before_it_comes(house: House) -> None:
    """A Content-Length over 1 MB is answered 413 without waiting for the body."""
    head = f"POST /ap/inbox HTTP/1.1\nHost: {house.uris.host}\nContent-Type: application/activity+json\n"
    answer = await raw(house, head + "Content-Length: 1000001")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert (await raw(house, head + f"Content-Length: {10**30}")).split(b" ")[1] in {b"400", b"413"}


async def test_an_unannounced_megabyte_is_refused_when_it_is_reached(house: House, neighbour: Neighbour) -> None:
    """A body that does not say how long it is, is cut at 1 MB and answered 413."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * 65_536

    headers = {"content-type": "application/activity+json"}
    async with neighbour.session.post(house.uris.shared_inbox, data=endless(), headers=headers) as answer:
        assert answer.status == 413
        assert "bytes" in (await answer.json())["error"]


async def test_a_body_that_never_ends_is_cut(tmp_path: Path) -> None:
    """A sender who stops in the middle is answered 400 when the time for a body is over."""
    async with open_house(tmp_path / "data", timeouts={"request_body_s": 0.2}) as house:
        head = f"POST /ap/inbox HTTP/1.1\nHost: {house.uris.host}\nContent-Type: application/activity+json\n"
        answer = await raw(house, head + "Content-Length: 500", b'{"id":')
    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"Follow"',
        b"\xff\xfe{}",
        b"{}",
        b'{"type":"Follow"}',
        b'{"type":"Follow","id":"x","actor":7}',
        b'{"id":"https://a.example/1","type":"Follow","type":"Like"}',
        b'{"id":NaN}',
        b'{"id":1e999}',
        b'{"id":' + b"9" * 5000 + b"}",
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b"[" * 200_000,
        b'{"tag":[' + b"1," * 100_000 + b"1]}",
        b'{"a":"\\ud800"}',
    ],
)
async def test_what_cannot_be_read_is_refused_at_once(house: House, neighbour: Neighbour, body: bytes) -> None:
    """WIRE 10.2 #41: broken, deep and absurd JSON is answered 400 at once, with a reason, before anything is asked."""
    bob = neighbour.person("bob")
    begun = time.monotonic()
    status, text = await neighbour.send(bob, house.uris.shared_inbox, body)
    assert (status, bool(json.loads(text)["error"])) == (400, True)
    assert time.monotonic() - begun < WITHIN_S
    assert neighbour.asked() == 0


@pytest.mark.parametrize("kind", ["text/plain", "text/html; charset=utf-8", "application/x-www-form-urlencoded", "x"])
async def test_other_media_types_are_refused(house: House, neighbour: Neighbour, kind: str) -> None:
    """Whatever is not sent as ActivityPub JSON is answered 415."""
    bob = neighbour.person("bob")
    follow = neighbour.activity("Follow", bob, house.actor_uri)
    status, text = await neighbour.send(bob, house.uris.shared_inbox, follow, headers={"content-type": kind})
    assert (status, "activity+json" in json.loads(text)["error"]) == (415, True)


async def test_an_inbox_is_only_written_to(house: House, neighbour: Neighbour) -> None:
    """GET on an inbox is answered 405 and says what is allowed; the inbox of nobody is 404."""
    for url in (house.uris.shared_inbox, f"{house.actor_uri}/inbox"):
        async with neighbour.session.get(url) as answer:
            assert (answer.status, answer.headers["allow"]) == (405, "POST")
    bob = neighbour.person("bob")
    follow = neighbour.activity("Follow", bob, house.actor_uri)
    assert (await neighbour.send(bob, f"{house.uris.actor('nobody')}/inbox", follow))[0] == 404
    assert await house.answer(follow) is None


def long_ago(hours: float) -> datetime:
    """Return a moment so many hours ago."""
    return datetime.now(UTC) - timedelta(hours=hours)


@pytest.mark.parametrize("rfc9421", [False, True])
@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"date": long_ago(2)}, "too old"),
        ({"date": long_ago(-2)}, "future"),
        ({"private": key(5)}, "this key"),
        ({"headers": {"signature": "", "signature-input": ""}}, "not signed"),
        ({"headers": {"signature": "nonsense"}}, "cannot be read"),
        ({"headers": {"digest": "SHA-256=AAAA", "content-digest": "sha-256=:AAAA:"}}, "digest"),
        ({"headers": {"digest": "", "content-digest": ""}}, "Signature|signature"),
    ],
)
async def test_bad_signatures_are_told_why(
    house: House, neighbour: Neighbour, wrong: dict[str, Any], reason: str, rfc9421: bool
) -> None:
    """WIRE 10.2 #6, #7, #10: stale, forged, missing or incomplete signatures get 401 with a reason, and do nothing."""
    bob = neighbour.person("bob")
    follow = neighbour.activity("Follow", bob, house.actor_uri)
    status, text = await neighbour.send(bob, house.uris.shared_inbox, follow, rfc9421=rfc9421, **wrong)
    assert status == 401
    assert any(word in json.loads(text)["error"] for word in reason.split("|")), text
    assert await house.answer(follow) is None


async def test_a_request_signed_for_another_server_is_refused(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #8: what was signed for somebody else's inbox cannot be sent on to ours."""
    bob = neighbour.person("bob")
    body = json.dumps(neighbour.activity("Follow", bob, house.actor_uri)).encode()
    signed = signed_headers("POST", f"{neighbour.origin}/ap/inbox", body, key_id=bob.key_id, private=bob.private)
    for host in (signed["host"], house.uris.host):
        headers = {**signed, "host": host}
        async with neighbour.session.post(house.uris.shared_inbox, data=body, headers=headers) as answer:
            assert answer.status == 401


async def test_the_newer_dialect_is_read_as_well(house: House, neighbour: Neighbour) -> None:
    """WIRE 2.2: a delivery signed by RFC 9421 is as good as one signed by draft-cavage."""
    bob = neighbour.person("bob")
    follow = neighbour.activity("Follow", bob, house.actor_uri)
    assert (await neighbour.send(bob, house.uris.shared_inbox, follow, rfc9421=True))[0] == 202
    await house.quiet()
    assert await house.answer(follow) == ("done", "follows")


async def test_an_unreachable_key_is_asked_for_later(house: House, neighbour: Neighbour) -> None:
    """WIRE 5.7: where the server of the key does not answer, the sender is asked to come back: 503 and Retry-After."""
    closed = free_socket()
    bob = Person(f"http://127.0.0.1:{closed.getsockname()[1]}/users/bob", key())
    closed.close()
    follow = {**neighbour.activity("Follow", bob, house.actor_uri), "id": f"{bob.uri}#1"}
    body = json.dumps(follow).encode()
    headers = signed_headers("POST", house.uris.shared_inbox, body, key_id=bob.key_id, private=bob.private)
    async with neighbour.session.post(house.uris.shared_inbox, data=body, headers=headers) as answer:
        assert (answer.status, answer.headers["retry-after"]) == (503, "60")


async def test_the_patience_that_a_key_server_asks_for_is_passed_on(house: House, neighbour: Neighbour) -> None:
    """Where the server of the key says when to come back, our 503 says so too; afterwards all is well."""

    async def busy(request: web.Request) -> web.Response:
        return web.Response(status=503, headers={"Retry-After": "120"})

    bob = neighbour.person("bob")
    neighbour.routes["/users/bob"] = busy
    follow = neighbour.activity("Follow", bob, house.actor_uri)
    body = json.dumps(follow).encode()
    headers = signed_headers("POST", house.uris.shared_inbox, body, key_id=bob.key_id, private=bob.private)
    async with neighbour.session.post(house.uris.shared_inbox, data=body, headers=headers) as answer:
        assert (answer.status, answer.headers["retry-after"]) == (503, "120")
    neighbour.routes.clear()
    assert await effect(house, neighbour, bob, follow) == ("done", "follows")


async def test_a_full_inbox_asks_to_come_back(tmp_path: Path, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """WIRE 5.7: where too much waits, the answer is 429 with Retry-After; what waits is not lost."""
    async with open_house(tmp_path / "data", limits={"inbox_waiting": 1}) as house:
        bob, carol = neighbour.person("bob"), elsewhere.person("carol")
        note = neighbour.note(bob, house.actor_uri)
        neighbour.serve(note, status=503)
        waits = neighbour.activity("Create", bob, note["id"], to=[house.actor_uri])
        assert (await effect(house, neighbour, bob, waits))[0] == "waiting"
        follow = elsewhere.activity("Follow", carol, house.actor_uri)
        body = json.dumps(follow).encode()
        headers = signed_headers("POST", house.uris.shared_inbox, body, key_id=carol.key_id, private=carol.private)
        async with elsewhere.session.post(house.uris.shared_inbox, data=body, headers=headers) as answer:
            assert (answer.status, answer.headers["retry-after"]) == (429, "300")
        assert await house.value("SELECT count(*) FROM inbox") == 1


async def test_copies_do_not_fill_the_inbox(tmp_path: Path, neighbour: Neighbour) -> None:
    """WIRE 10.2 #10: a thousand copies take no more room than one."""
    async with open_house(tmp_path / "data", limits={"inbox_waiting": 5}) as house:
        bob = neighbour.person("bob")
        follow = neighbour.activity("Follow", bob, house.actor_uri)
        for _ in range(30):
            assert (await neighbour.send(bob, house.uris.shared_inbox, follow))[0] in {202, 429}
            await house.quiet()
        assert await effect(house, neighbour, bob, neighbour.activity("Block", bob, house.actor_uri)) == (
            "done",
            "parted",
        )
        assert await house.value("SELECT count(*) FROM inbox") == 2
