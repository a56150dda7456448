"""Who we are is written in the configuration: no request changes it (WIRE 2.4, step 4)."""

import asyncio
import json
from urllib.parse import urlsplit

from tests.house import House
from tests.neighbour import Neighbour, signed_headers
from tests.web.asking import ACTIVITY_JSON, Asker

_EVIL = "evil.example"
_LIES: list[tuple[tuple[str, str], ...]] = [
    (("Host", _EVIL),),
    (("Host", f"{_EVIL}:443"),),
    (("X-Forwarded-Host", _EVIL),),
    (("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", _EVIL), ("X-Forwarded-Port", "443")),
    (("X-Forwarded-For", "203.0.113.9"), ("X-Real-IP", "203.0.113.9")),
    (("Forwarded", f"host={_EVIL};proto=https;for=203.0.113.9"),),
    (("X-Forwarded-Prefix", "/evil"), ("X-Script-Name", "/evil"), ("X-Original-URL", "/evil")),
    (("X-HTTP-Method-Override", "DELETE"),),
]


async def test_no_header_changes_a_document(house: House, ask: Asker) -> None:
    """Host and X-Forwarded-* from a stranger change neither documents, pages nor headers, kept or rendered anew."""
    work = await house.publish()
    path = urlsplit(house.actor_uri).path
    places = [
        *("/", f"/works/{work.slug}", path, f"{path}/outbox?page=1", f"/ap/works/{work.uid}", "/ap/actor"),
        *("/.well-known/host-meta", "/.well-known/nodeinfo", "/nodeinfo/2.1"),
        *(f"/.well-known/webfinger?resource=acct:maria@{house.uris.host}", "/works/nothing", "/ap/works/nothing"),
    ]
    for accept in ("text/html", ACTIVITY_JSON):
        for place in places:
            for lie in _LIES:
                # The query makes each a variant of its own, so that none is answered from what was kept for another.
                fresh = f"{place}{'&' if '?' in place else '?'}lie={_LIES.index(lie)}"
                lied = await ask(fresh, ("Accept", accept), *lie)
                told = await ask(place, ("Accept", accept))
                assert (lied.status, lied.body) == (told.status, told.body), (place, lie)
                assert _EVIL not in str(lied.headers)
                for header in ("ETag", "Link", "Content-Type"):
                    assert lied.headers.get(header) == told.headers.get(header)


async def test_the_handle_of_another_host_is_not_ours(house: House, ask: Asker) -> None:
    """WebFinger knows its own host only, whatever host the request came to."""
    for lie in _LIES:
        answer = await ask(f"/.well-known/webfinger?resource=acct:maria@{_EVIL}", *lie)
        assert answer.status == 404


async def raw(house: House, request: bytes) -> bytes:
    """Return the answer to bytes that no decent client would send."""
    host, _, port = house.uris.host.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    await writer.drain()
    async with asyncio.timeout(5):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_no_host_is_a_crash(house: House) -> None:
    """A Host that cannot be one is a 404 or 400 like any other, never a 500, and leads nowhere."""
    for host in (b"[", b"", b"a b", b"[::1", b"evil.example/", b"\xff", b"%", b"a:b:c", b"x" * 5000, b"a@b"):
        for path in (b"/nothing", b"/ap/nothing", b"/ap/actor", b"/ap/actor/", b"/works/nothing/"):
            request = b"GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/html\r\nConnection: close\r\n\r\n" % (path, host)
            answer = await raw(house, request)
            status = int(answer.split(b" ", 2)[1])
            assert status in {200, 400, 404}, (host, path, answer[:200])
            assert b"\r\nlocation:" not in answer.lower()
            assert (status == 200) == (path == b"/ap/actor") or status == 400, (host, path)


async def test_a_doubled_slash_leads_nowhere(ask: Asker) -> None:
    """`//evil.example/` is a path like any other: no answer redirects (open redirects, WIRE 10.2 #56)."""
    for path in ("//evil.example/", "//evil.example/..", "/%2F%2Fevil.example/", "/works//evil.example/", "/@evil/"):
        answer = await ask(path, ("Accept", "text/html"))
        assert answer.status == 404
        assert "Location" not in answer.headers


async def test_signatures_are_held_against_our_own_address(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #8: what was signed for another host is refused here, whatever the request calls this server."""
    bob = neighbour.person("bob")
    follow = neighbour.activity("Follow", bob, house.actor_uri)
    here = house.uris.shared_inbox
    there = f"https://{_EVIL}/ap/inbox"
    for lie in ({}, {"Host": _EVIL}, {"X-Forwarded-Host": _EVIL, "X-Forwarded-Proto": "https"}):
        body = json.dumps(follow).encode()
        signed = signed_headers("POST", there, body, key_id=bob.key_id, private=bob.private)
        async with neighbour.session.post(here, data=body, headers={**signed, **lie}) as answer:
            status, reason = answer.status, await answer.text()
        assert (status, "error" in reason) == (401, True)
    assert await house.value("SELECT count(*) FROM inbox") == 0


async def test_forwarding_headers_do_not_spoil_a_signature(house: House, neighbour: Neighbour) -> None:
    """What a proxy adds, or a stranger pretends, changes nothing in the check of a good signature."""
    bob = neighbour.person("bob")
    for number, lie in enumerate(_LIES, 1):
        if lie[0][0] == "Host":
            continue
        follow = neighbour.activity("Follow", bob, house.actor_uri)
        status, _ = await neighbour.send(bob, house.uris.shared_inbox, follow, headers=dict(lie))
        assert status == 202, (number, lie)
