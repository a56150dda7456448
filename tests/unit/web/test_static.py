"""Static files, asked over HTTP from the running server."""

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import brotli
import pytest

from fedi_artisan.web.answers.coding import Coding
from fedi_artisan.web.people import assets
from fedi_artisan.web.people.pages import Pages
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
    for held in (etag, etag.replace('css"', 'css-br"')):
        async with session.get(house.config.origin + match[1], headers={"If-None-Match": held}) as again:
            assert (again.status, again.headers["ETag"]) == (304, held)
    for name in ("portfolio.css", "portfolio.000000000000.css", "nothing.css"):
        async with session.get(f"{house.config.origin}/static/{name}") as answer:
            assert answer.status == 404


async def test_static_files_travel_as_small_as_can_be(house: House) -> None:
    """In the coding that is wanted, with its length and a tag of its own, for GET and HEAD."""
    [name] = [name for name in assets_of(house) if re.fullmatch(r"portfolio\..*\.css", name)]
    url, tags = f"{house.config.origin}/static/{name}", set()
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        for wanted, decode in (("identity", bytes), ("gzip", gzip.decompress), ("gzip, br", brotli.decompress)):
            for method in ("GET", "HEAD"):
                async with session.request(method, url, headers={"Accept-Encoding": wanted}) as answer:
                    body = await answer.read()
                    assert answer.headers.get("Content-Encoding", "identity") == wanted.rpartition(" ")[2]
                    assert answer.headers["Vary"] == "Accept-Encoding"
                    tags.add(answer.headers["ETag"])
                if method == "GET":
                    assert decode(body).startswith(b"@layer")
                    assert answer.headers["Content-Length"] == str(len(body))
                assert method == "GET" or body == b""
    assert len(tags) == 3


def assets_of(house: House) -> list[str]:
    """Return the public names of the static files."""
    return list(Pages(house.config).assets)


def test_modules_are_served(tmp_path: Path) -> None:
    """A script is JavaScript in UTF-8; of a small file, and of one that gains nothing, there is one form."""
    (tmp_path / "copy.js").write_text("export const words = ['a', 'b'];\n" * 40, encoding="utf-8")
    (tmp_path / "dot.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not for visitors", encoding="utf-8")
    found = assets.load(tmp_path)
    assert set(found) == {"copy.js", "dot.svg"}
    assert re.fullmatch(r"copy\.[0-9a-f]{12}\.js", found["copy.js"].name)
    assert found["copy.js"].media_type == "text/javascript; charset=utf-8"
    assert set(found["copy.js"].coded) == set(Coding)
    assert set(found["dot.svg"].coded) == {Coding.IDENTITY}


def test_style_sheets_lose_nothing_but_comments_and_spaces(tmp_path: Path) -> None:
    """A space before a colon joins two selectors, one within a string is shown, and a comment may part two words."""
    style = """/* Ours. */
@layer a;

.prose :is(h2, h3) /* both */ > b { width: calc(1em - 2px); }
  p/**/.x::after { content: "  /* it's said */\\"  "; }  /* it's */
q { background: url(a/*b.png); }
"""
    (tmp_path / "custom.css").write_text(style, encoding="utf-8")
    [served] = [asset.coded[Coding.IDENTITY].decode() for asset in assets.load(tmp_path).values()]
    assert served == (
        "@layer a;.prose :is(h2,h3) > b{width:calc(1em - 2px);}"
        """p/**/.x::after{content:"  /* it's said */\\"  ";}q{background:url(a/*b.png);}"""
    )
