"""Whether a page elsewhere links back (WIRE 10.2 #28): only what it says itself counts, and nobody waits long."""

import asyncio

from aiohttp import web

from fedi_artisan.app import open_parts
from fedi_artisan.domain.links import Verdict
from fedi_artisan.federation.backlinks import Backlinks
from tests.house import House
from tests.neighbour import Neighbour, Route

OWN = ("https://atelier.example/", "https://atelier.example/@lea")
BACK, NOT_YET, SILENT = Verdict.BACK, Verdict.NOT_YET, Verdict.SILENT
PAGES = (
    ('<a rel="me" href="https://atelier.example/">me</a>', BACK),
    ('<A HREF="https://ATELIER.example" REL="nofollow  ME noopener">', BACK),
    ('<link href="https://atelier.example/@lea#top" rel=me>', BACK),
    ('<a href="https://atelier.example/">not said to be me</a>', NOT_YET),
    ('<a rel="me" href="https://atelier.example/works/jar">another page</a>', NOT_YET),
    ('<a rel="me" href="https://atelier.example.evil.example/">', NOT_YET),
    ('<!-- <a rel="me" href="https://atelier.example/"> -->', NOT_YET),
    ('<a rel="me" href="https://atelier.example/', NOT_YET),
    ('<a rel="met" rel="me" href="https://atelier.example/">', NOT_YET),
    ("", NOT_YET),
    ("<" * 200_000, NOT_YET),
)


def page(content: str | bytes, kind: str = "text/html", status: int = 200) -> Route:
    """Return a route that answers so."""

    async def answer(request: web.Request) -> web.StreamResponse:
        del request
        body = content if isinstance(content, bytes) else content.encode()
        return web.Response(body=body, status=status, headers={"Content-Type": kind})

    return answer


async def test_what_a_page_says_counts(house: House, neighbour: Neighbour) -> None:
    """A link that says "me" and leads to her home or profile is a link back, however it is written; no other is one."""
    async with open_parts(house.config) as parts:
        asks = Backlinks(parts.client)
        for content, wanted in PAGES:
            neighbour.routes["/lea"] = page(content)
            assert await asks.check(f"{neighbour.origin}/lea", OWN) == wanted, content[:100]


async def test_what_gives_no_page_gives_no_answer(house: House, neighbour: Neighbour) -> None:
    """What fails, is no page, or takes too long is said to give no answer, whatever it would have said."""
    said = '<a rel="me" href="https://atelier.example/">me</a>'
    asked, ended = asyncio.Event(), asyncio.Event()

    async def never(request: web.Request) -> web.StreamResponse:
        asked.set()
        await ended.wait()
        return web.Response(text=request.path)

    neighbour.routes |= {
        "/plain": page(said, "text/plain"),
        "/gone": page(said, status=410),
        "/latin": page(said.encode() + b"\xe9"),
        "/large": page(said + " " * 1_100_000),
        "/never": never,
    }
    async with open_parts(house.config) as parts:
        asks = Backlinks(parts.client, patience_s=0.5)
        for path in ("plain", "gone", "latin", "large", "never", "nowhere"):
            assert await asks.check(f"{neighbour.origin}/{path}", OWN) == SILENT, path
        assert await asks.check("https://localhost/", OWN) == SILENT
    ended.set()
    assert asked.is_set()
