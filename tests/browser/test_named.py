"""Whatever the head of a page names for programs is there, and is what it is said to be."""

import json
from collections.abc import Callable
from urllib.parse import urljoin

import aiohttp
from defusedxml import ElementTree

from tests.browser.asked import Asked
from tests.browser.judges.feeds import feed
from tests.unit.web.markup import read

OEMBED_JSON, OEMBED_XML = "application/json+oembed", "text/xml+oembed"
ATOM, RSS = "application/atom+xml", "application/rss+xml"


def _is_document(content: bytes) -> None:
    assert json.loads(content)["id"]


def _is_json_feed(content: bytes) -> None:
    assert json.loads(content)["version"].startswith("https://jsonfeed.org/version/1")


def _is_embeddable(content: bytes) -> None:
    assert json.loads(content)["version"] == "1.0"


READERS: dict[str, Callable[[bytes], object]] = {
    "application/activity+json": _is_document,
    "application/feed+json": _is_json_feed,
    OEMBED_JSON: _is_embeddable,
    OEMBED_XML: lambda content: ElementTree.fromstring(content).find("version"),
    ATOM: lambda content: feed(content, ATOM),
    RSS: lambda content: feed(content, RSS),
}


async def test_documents_and_feeds_are_there(asked: dict[str, Asked]) -> None:
    """Each `<link rel="alternate">` with a type leads to something of this type that programs can read."""
    named = {
        (urljoin(url, link.attributes["href"]), link.attributes["type"])
        for url, page in asked.items()
        for link in page.page.all("link", rel="alternate")
        if "type" in link.attributes
    }
    assert named
    async with aiohttp.ClientSession() as session:
        for address, media_type in named:
            async with session.get(address) as answer:
                assert answer.status == 200, address
                # What oEmbed gives is JSON or XML; only its links have types of their own (https://oembed.com/#section4).
                assert answer.content_type == media_type.removesuffix("+oembed"), address
                READERS[media_type](await answer.read())


async def test_other_languages_are_there(asked: dict[str, Asked]) -> None:
    """Each alternate with a language is a page in this language, and names itself or its language as the canonical."""
    named = {
        (link.attributes["href"], link.attributes["hreflang"])
        for page in asked.values()
        for link in page.page.all("link", rel="alternate")
        if link.attributes.get("hreflang", "x-default") != "x-default"
    }
    assert {language for _, language in named} == {"fr", "en"}
    async with aiohttp.ClientSession(headers={"Accept": "text/html"}) as session:
        for address, language in named:
            async with session.get(address) as answer:
                assert answer.status == 200, address
                page = read(await answer.text())
            assert page.one("html").attributes["lang"] == language, address
            assert page.one("link", rel="canonical").attributes["href"] in {address, address.partition("?")[0]}
