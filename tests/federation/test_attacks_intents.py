"""Attacks through the form that asks a stranger's server on behalf of a stranger (WIRE 10.2 #26, #31 to #40, #56)."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from fedi_artisan.config import Config, parse
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.intents import Deed, Destination, Home, Obstacle
from fedi_artisan.domain.uris import Origin
from fedi_artisan.federation import intents
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.hosts import Hosts
from fedi_artisan.federation.intents import MOST_AT_ONCE, Intents
from fedi_artisan.federation.webfinger import WebFinger
from fedi_artisan.resources import folder
from fedi_artisan.storage.db import Database
from tests.house import lay_out
from tests.neighbour import Neighbour

ACTOR = "https://atelier.example/ap/actors/01k"
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
FEP = "https://w3id.org/fep/3b86"
STRICT = parse({"origin": "https://atelier.example"})
PLACE = [Origin("https", "place.example", 443)]


class PrivateNames(AbstractResolver):
    """A name server of an attacker: every name is this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return loopback."""
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """Do nothing."""


@asynccontextmanager
async def looking(
    tmp_path: Path, *, names: AbstractResolver | None = None, **settings: object
) -> AsyncIterator[Intents]:
    """Give what finds pages, with these settings; it speaks http, so that servers of tests can be asked."""
    config = parse({"origin": "http://127.0.0.1:9", "data_dir": str(tmp_path), **settings})
    await lay_out(config.database)
    db = await Database.open(config.database, folder("migrations"))
    try:
        async with Client(config, signer=None, resolver=names) as client:
            actors = Actors(db, client, await Hosts.load(db, utc_now), utc_now)
            yield Intents(config, WebFinger(config, client, actors))
    finally:
        await db.close()


@pytest.fixture
async def intents_of_tests(tmp_path: Path) -> AsyncIterator[Intents]:
    """What finds pages, also on loopback, and waits for half a second at most."""
    async with looking(tmp_path, allow_private_networks=True, timeouts={"total_s": 0.5}) as opened:
        yield opened


def bob_of(neighbour: Neighbour) -> Home:
    """Return an account of the other server."""
    return Home("bob", neighbour.origin.removeprefix("http://"))


def where(home: Home) -> str:
    """Return path and query under which a server is asked about an account."""
    return f"/.well-known/webfinger?resource={quote(f'acct:{home.username}@{home.host}', safe='')}"


def tell(neighbour: Neighbour, *links: Mapping[str, Any], home: Home | None = None) -> Home:
    """Have the other server say these links of an account."""
    home = home or bob_of(neighbour)
    answer = {"subject": f"acct:{home.username}@{home.host}", "links": list(links)}
    neighbour.serve(answer, at=neighbour.origin + where(home), kind="application/jrd+json")
    return home


def chosen(
    template: object, *, deed: Deed = Deed.FOLLOW, own: Sequence[Origin] = PLACE, config: Config = STRICT
) -> Any:
    """Return what comes of one subscribe template of place.example."""
    answer = {"links": [{"rel": SUBSCRIBE, "template": template}]}
    return intents._choose(config, answer, deed, ACTOR, own)  # noqa: SLF001 - the rule itself


# Where the page may be


def test_a_page_of_its_own() -> None:
    """The page may stand on the host that answered, or below it; the id is percent-encoded, and all else left empty."""
    encoded = "https%3A%2F%2Fatelier.example%2Fap%2Factors%2F01k"
    assert chosen("https://place.example/authorize?uri={uri}&x={on-success}") == Destination(
        f"https://place.example/authorize?uri={encoded}&x=", "place.example"
    )
    assert chosen("https://WWW.Place.example:443/f?{uri}") == Destination(
        f"https://www.place.example/f?{encoded}", "www.place.example"
    )


@pytest.mark.parametrize(
    "template",
    [
        "https://evil.example/f?uri={uri}",
        "https://place.example.evil.example/{uri}",
        "https://evilplace.example/{uri}",
        "https://example/{uri}",
        "http://place.example/{uri}",
        "https://place.example:8443/{uri}",
        "https://place.example@evil.example/{uri}",
        "https://user:secret@place.example/{uri}",
        "https://place.example\\@evil.example/{uri}",
        "https://evil.example/?https://place.example/{uri}",
        "https://{x}evil.example/{uri}",
        "https://{uri}.place.example/",
        "https://pl\u0430ce.example/{uri}",
        "https://atelier.example/{uri}",
        "//place.example/{uri}",
        "/authorize?uri={uri}",
        "javascript:alert(1)//{uri}",
        "javascript://place.example/%0aalert(1)//{uri}",
        "data:text/html,<script>alert(1)</script>{uri}",
        "https://place.example/\r\nSet-Cookie: a={uri}",
        "https://place.example/\0{uri}",
        "https://place.example/\u202e{uri}",
        'https://place.example/"><script>{uri}',
        "https://place.example/ {uri}",
        "https://place.example/?" + "{uri}" * 60,
        "",
    ],
)
def test_a_page_that_is_not_its_own(template: str) -> None:
    """WIRE 10.2 #26, #56: whatever leads away, runs, hides who is asked or breaks out of an attribute is refused."""
    assert chosen(template) in {Obstacle.ASTRAY, Obstacle.NO_PAGE}
    assert chosen(template) is (Obstacle.ASTRAY if "{uri}" in template else Obstacle.NO_PAGE)


def test_a_page_at_another_port() -> None:
    """Where unusual ports may be asked at all, a page may be at the very one that was asked, and at no other."""
    loose = parse({"origin": "http://127.0.0.1:9", "allow_private_networks": True})
    own = [Origin("http", "127.0.0.1", 8001)]
    assert isinstance(chosen("http://127.0.0.1:8001/{uri}", own=own, config=loose), Destination)
    for port in (":8002", ""):
        assert chosen(f"http://127.0.0.1{port}/{{uri}}", own=own, config=loose) is Obstacle.ASTRAY


@pytest.mark.parametrize(
    "template",
    [
        "https://place.example/authorize",
        "https://place.example/#{uri}",
        "https://place.example/{URI}",
        "https://place.example/{+uri}",
        "https://place.example/{uri}/{",
        "https://place.example/}{uri}",
        "https://place.example/{uri}?" + "x" * 1000,
        "x" * 900_000 + "{uri}",
        None,
        7,
        ["https://place.example/{uri}"],
        {"href": "https://place.example/{uri}"},
    ],
    ids=lambda template: str(template)[:40],
)
def test_a_template_that_is_none(template: object) -> None:
    """WIRE 10.2 #41: a template without a place for the id, badly closed, without measure or no text is none."""
    assert chosen(template) is Obstacle.NO_PAGE


@pytest.mark.parametrize("links", [None, {}, "x", [None, 7, "x", [], {"rel": 7}, {"rel": SUBSCRIBE}]])
def test_links_of_any_shape(links: object) -> None:
    """WIRE 10.2 #41: an answer of any shape is an answer without a page."""
    assert intents._choose(STRICT, {"links": links}, Deed.FOLLOW, ACTOR, PLACE) is Obstacle.NO_PAGE  # noqa: SLF001


def test_ten_thousand_links_are_not_read() -> None:
    """WIRE 10.2 #42: of endless links the first hundred are looked at."""
    links = [{"rel": SUBSCRIBE, "template": f"https://evil.example/{{uri}}{number}"} for number in range(10_000)]
    answer = {"links": [*links, {"rel": SUBSCRIBE, "template": "https://place.example/{uri}"}]}
    assert intents._choose(STRICT, answer, Deed.FOLLOW, ACTOR, PLACE) is Obstacle.ASTRAY  # noqa: SLF001


@pytest.mark.parametrize(
    ("deed", "relations", "page"),
    [
        (Deed.FOLLOW, ["Object", "subscribe", "Follow"], "Follow"),
        (Deed.FOLLOW, ["Object", "subscribe", "Like"], "subscribe"),
        (Deed.FOLLOW, ["Like", "Object"], "Object"),
        (Deed.LIKE, ["subscribe", "Object", "Like"], "Like"),
        (Deed.LIKE, ["subscribe", "Object", "Announce"], "Object"),
        (Deed.LIKE, ["subscribe", "Follow"], "subscribe"),
        (Deed.ANNOUNCE, ["subscribe", "Object", "Announce"], "Announce"),
        (Deed.REPLY, ["subscribe", "Object", "Create"], "Create"),
        (Deed.REPLY, ["Like", "Follow"], None),
    ],
)
def test_the_best_page_for_each_deed(deed: Deed, relations: Sequence[str], page: str | None) -> None:
    """FEP-3b86: the page made for the deed, else one that shows the work with all that can be done, else none."""
    places = {"Create": "inReplyTo", "subscribe": "uri"}
    links = [
        {
            "rel": SUBSCRIBE if name == "subscribe" else f"{FEP}/{name}",
            "template": f"https://place.example/{name}?id={{{places.get(name, 'object')}}}",
        }
        for name in relations
    ]
    found = intents._choose(STRICT, {"links": links}, deed, ACTOR, PLACE)  # noqa: SLF001
    if page is None:
        assert found is Obstacle.NO_PAGE
    else:
        assert isinstance(found, Destination)
        assert found.url.startswith(f"https://place.example/{page}?id=https%3A%2F%2F")


def test_a_page_to_write_anything_is_no_page_to_reply() -> None:
    """FEP-3b86 4.6: a Create page that does not take what is answered would start a post of its own."""
    answer = {"links": [{"rel": f"{FEP}/Create", "template": "https://place.example/share?text={content}"}]}
    assert intents._choose(STRICT, answer, Deed.REPLY, ACTOR, PLACE) is Obstacle.NO_PAGE  # noqa: SLF001


def test_early_drafts_have_href() -> None:
    """FEP-3b86, first draft: the template stands under `href`."""
    answer = {"links": [{"rel": f"{FEP}/Follow", "href": "https://place.example/f?{object}"}]}
    assert isinstance(intents._choose(STRICT, answer, Deed.FOLLOW, ACTOR, PLACE), Destination)  # noqa: SLF001


def test_the_second_best_is_taken_where_the_best_leads_astray() -> None:
    """A page that is not its own does not hide one that is."""
    links = [
        {"rel": f"{FEP}/Follow", "template": "https://evil.example/{object}"},
        {"rel": SUBSCRIBE, "template": "https://place.example/{uri}"},
    ]
    found = intents._choose(STRICT, {"links": links}, Deed.FOLLOW, ACTOR, PLACE)  # noqa: SLF001
    assert isinstance(found, Destination)
    assert found.host == "place.example"


# Who is asked


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
