"""Static files, asked over HTTP from the running server."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.house import House

FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A client."""
    async with aiohttp.ClientSession() as opened:
        yield opened


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
