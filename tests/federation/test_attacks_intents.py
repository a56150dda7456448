"""Attacks through the form that asks a stranger's server on behalf of a stranger (WIRE 10.2 #26, #31 to #40, #56)."""

import asyncio
from pathlib import Path
from urllib.parse import quote

import pytest
from aiohttp import web

from fedi_artisan.domain.intents import Deed, Destination, Home, Obstacle
from fedi_artisan.federation import intents
from fedi_artisan.federation.intents import MOST_AT_ONCE, Intents
from tests.federation.homes import ACTOR, STRICT, SUBSCRIBE, PrivateNames, bob_of, looking, tell, where
from tests.neighbour import Neighbour


async def test_one_question_unsigned(intents_of_tests: Intents, neighbour: Neighbour) -> None:
    """The server of the account is asked once and without a signature; its page is what comes of it."""
    home = tell(neighbour, {"rel": SUBSCRIBE, "template": f"{neighbour.origin}/authorize?uri={{uri}}"})
    found = await intents_of_tests.find(home, Deed.FOLLOW, ACTOR)
    assert isinstance(found, Destination)
    assert (found.host, found.url) == (home.host, f"{neighbour.origin}/authorize?uri={quote(ACTOR, safe='')}")
    assert neighbour.requests == [("GET", where(home))]


async def test_a_home_that_moved_in_elsewhere(
    intents_of_tests: Intents, neighbour: Neighbour, elsewhere: Neighbour
) -> None:
    """Where the host lets another one answer, the page may be there; not on a third, not on what it does not name."""
    home = bob_of(neighbour)

    async def lead_on(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": elsewhere.origin + where(home)})

    neighbour.routes[where(home)] = lead_on
    for page, expected in ((elsewhere.origin, Destination), (neighbour.origin, Destination), ("http://a.example", str)):
        tell(elsewhere, {"rel": SUBSCRIBE, "template": f"{page}/f?{{uri}}"}, home=home)
        assert isinstance(await intents_of_tests.find(home, Deed.FOLLOW, ACTOR), expected), page


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "private.example"]
)
async def test_private_addresses_are_not_asked(tmp_path: Path, neighbour: Neighbour, host: str) -> None:
    """WIRE 10.2 #31, #37: no spelling and no name leads the form to this machine or its neighbours."""
    home = Home("bob", f"{host}:{neighbour.origin.rpartition(':')[2]}")
    async with looking(tmp_path, names=PrivateNames()) as strict:
        assert await strict.find(home, Deed.FOLLOW, ACTOR) is Obstacle.BROKEN
    assert neighbour.requests == []


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:9/.well-known/webfinger", "http://user@127.0.0.1:{port}/", "file:///etc/passwd", ""]
)
async def test_led_to_what_is_not_asked(intents_of_tests: Intents, neighbour: Neighbour, location: str) -> None:
    """WIRE 10.2 #32: where a redirect leads is judged like any address: this very server, user names, other schemes."""
    home = bob_of(neighbour)

    async def lead_on(_request: web.Request) -> web.StreamResponse:
        target = location.format(port=neighbour.origin.rpartition(":")[2])
        return web.Response(status=302, headers={"Location": target})

    neighbour.routes[where(home)] = lead_on
    assert await intents_of_tests.find(home, Deed.FOLLOW, ACTOR) is Obstacle.BROKEN
    assert len(neighbour.requests) == 1


async def test_nobody_of_this_name(intents_of_tests: Intents, neighbour: Neighbour) -> None:
    """404 and 410 are nobody; before a 404 is believed, the older way is tried, and not the same question again."""
    assert await intents_of_tests.find(bob_of(neighbour), Deed.FOLLOW, ACTOR) is Obstacle.UNKNOWN

    async def describe(_request: web.Request) -> web.StreamResponse:
        link = f'<Link rel="lrdd" template="{neighbour.origin}/.well-known/webfinger?resource={{uri}}"/>'
        text = f'<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">{link}</XRD>'
        return web.Response(text=text, content_type="application/xrd+xml")

    neighbour.requests.clear()
    neighbour.routes["/.well-known/host-meta"] = describe
    assert await intents_of_tests.find(bob_of(neighbour), Deed.FOLLOW, ACTOR) is Obstacle.UNKNOWN
    assert len(neighbour.requests) == 2
    neighbour.serve({}, at=neighbour.origin + where(bob_of(neighbour)), status=410)
    assert await intents_of_tests.find(bob_of(neighbour), Deed.FOLLOW, ACTOR) is Obstacle.UNKNOWN


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"x" * 2_000_000, "application/jrd+json"),
        (b'{"links":' + b"[" * 100_000, "application/jrd+json"),
        (b"<html>Hello</html>", "text/html"),
        (b"[]", "application/jrd+json"),
        (b"\xff", "application/jrd+json"),
    ],
    ids=["huge", "deep", "a page", "a list", "not UTF-8"],
)
async def test_answers_that_cannot_be_used(
    intents_of_tests: Intents, neighbour: Neighbour, body: bytes, kind: str
) -> None:
    """WIRE 10.2 #40, #41: what is huge, deep or no such document is given up, and is no crash."""
    home = bob_of(neighbour)

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, headers={"Content-Type": kind})

    neighbour.routes[where(home)] = answer
    assert await intents_of_tests.find(home, Deed.FOLLOW, ACTOR) is Obstacle.BROKEN


async def test_few_wait_and_none_for_long(intents_of_tests: Intents, neighbour: Neighbour) -> None:
    """WIRE 10.2 #39: a slow server is left after the wait; eight wait at once, a ninth is told so; then all is free."""
    home = bob_of(neighbour)

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/jrd+json"})
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)

    neighbour.routes[where(home)] = drip
    loop = asyncio.get_running_loop()
    start = loop.time()
    asked = (intents_of_tests.find(home, Deed.FOLLOW, ACTOR) for _ in range(MOST_AT_ONCE + 1))
    answers = await asyncio.gather(*asked)
    assert loop.time() - start < 2
    assert answers == [*[Obstacle.SILENT] * MOST_AT_ONCE, Obstacle.BUSY]
    del neighbour.routes[where(home)]
    tell(neighbour, {"rel": SUBSCRIBE, "template": f"{neighbour.origin}/{{uri}}"})
    assert isinstance(await intents_of_tests.find(home, Deed.FOLLOW, ACTOR), Destination)


def test_somebody_waits() -> None:
    """A person is not left waiting as long as a queue is: eight seconds, or less where the settings say so."""
    assert intents.PATIENCE_S <= 8 < STRICT.timeouts.total_s
