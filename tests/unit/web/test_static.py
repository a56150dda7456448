"""Static files and photographs, asked over HTTP from the running server."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from fedi_artisan.media import store
from tests.house import House
from tests.unit.web.markup import photo

FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A client."""
    async with aiohttp.ClientSession() as opened:
        yield opened


async def test_photograph_is_a_picture_and_nothing_else(house: House, session: aiohttp.ClientSession) -> None:
    """WIRE 10.2 #19: photographs go out as image/jpeg exactly, unsniffed, sandboxed, kept for ever, for everybody."""
    name = photo(house.config).picture.file
    async with session.get(house.uris.media_url(name)) as answer:
        assert answer.status == 200
        assert await answer.read() == store.path_of(house.config, name).read_bytes()
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Cache-Control"] == FOR_EVER
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        etag = answer.headers["ETag"]
    async with session.get(house.uris.media_url(name), headers={"If-None-Match": etag}) as again:
        assert again.status == 304
        assert await again.read() == b""


async def test_head_tells_the_size_alone(house: House, session: aiohttp.ClientSession) -> None:
    """HEAD answers what GET answers, without the picture."""
    name = photo(house.config).picture.file
    async with session.head(house.uris.media_url(name)) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert int(answer.headers["Content-Length"]) == store.path_of(house.config, name).stat().st_size
        assert await answer.read() == b""


@pytest.mark.parametrize(
    "name",
    [
        "0" * 40 + ".jpg",
        "0" * 40,
        "..%2f..%2ffedi-artisan.sqlite3",
        "%2e%2e%2ffedi-artisan.sqlite3",
        "A" * 40 + ".jpg",
        "0" * 40 + ".jpg%00",
        "%ff",
    ],
)
async def test_only_stored_names_are_served(house: House, session: aiohttp.ClientSession, name: str) -> None:
    """Names that the store did not give are 404, whatever they try to reach."""
    async with session.get(f"{house.config.origin}/media/{name}") as answer:
        assert answer.status == 404


async def test_static_files_are_named_by_their_content(house: House, session: aiohttp.ClientSession) -> None:
    """A page names the style sheet with the hash of its content; it is kept for ever and no other name has it."""
    async with session.get(house.config.origin, headers={"Accept": "text/html"}) as answer:
        match = re.search(r'href="(/static/portfolio\.[0-9a-f]{12}\.css)"', await answer.text())
    assert match is not None
    async with session.get(house.config.origin + match[1]) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
        assert answer.headers["Cache-Control"] == FOR_EVER
        etag = answer.headers["ETag"]
    async with session.get(house.config.origin + match[1], headers={"If-None-Match": etag}) as again:
        assert again.status == 304
    for name in ("portfolio.css", "portfolio.000000000000.css", "nothing.css"):
        async with session.get(f"{house.config.origin}/static/{name}") as answer:
            assert answer.status == 404
