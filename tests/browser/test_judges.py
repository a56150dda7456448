"""The judges find what is wrong: each is shown something bad, and something good beside it."""

from pathlib import Path

import pytest

from tests.browser.chromium import Tab
from tests.browser.judges.feeds import feed
from tests.browser.judges.found import find
from tests.browser.judges.markup import validate
from tests.browser.judges.people import axe, contrast
from tests.browser.judges.vocabulary import check_json_ld

PAGE = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bowl</title></head><body>{}</body></html>\n'
GOOD = PAGE.format("<main><h1>Bowl</h1><p>Thrown by hand.</p></main>")
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Bowls</title><id>urn:x:1</id>
<updated>2026-11-25T08:00:00Z</updated></feed>"""


async def test_people_are_kept_out_by_this(tab: Tab) -> None:
    """Axe sees a picture without words, pale letters, small targets (WCAG 2.2) and a missing landmark."""
    small = '<a href="/{0}" style="display: inline-block; width: 10px; height: 10px; overflow: hidden">{0}</a>'
    bad = '<h1>Bowl</h1><img src="data:,"><p style="color: #bbb">Pale</p><nav>' + small.format(1) + small.format(2)
    await tab.page.set_content(PAGE.format(bad))
    rules = {found.partition(":")[0] for found in await axe(tab)}
    assert rules >= {"image-alt", "color-contrast", "target-size", "landmark-one-main"}
    assert {found.partition(":")[0] for found in await contrast(tab)} == {"color-contrast"}
    await tab.page.set_content(GOOD)
    assert await axe(tab) == []


async def test_html_is_wrong_like_this(tmp_path: Path) -> None:
    """Bad nesting, a repeated id and an inline style are found, and said of the page that has them."""
    bad = PAGE.format('<main><h1 id="a">Bowl</h1><p id="a" style="color: red"><span><div>x</div></span></main>')
    wrong = await validate({"good": GOOD, "bad": bad}, tmp_path)
    assert {line.split()[2] for line in wrong} >= {"element-permitted-content:", "no-dup-id:", "no-inline-style:"}
    assert {line.split()[0] for line in wrong} == {"bad"}


async def test_json_ld_is_wrong_like_this(tmp_path: Path) -> None:
    """Unknown types and properties and values of a wrong type are found, also inside graphs and nodes of two types."""
    context = {"@context": "https://schema.org"}
    artwork = {"@type": ["VisualArtwork", "Product"], "artform": "bowl", "offers": {"@type": "Offer", "price": 12}}
    listed = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "position": 1, "item": artwork}]}
    good = {
        "one": context | {"@type": "Person", "name": "Maria"},
        "two types": context | artwork,
        "inside": context | listed,
        "graph": context | {"@graph": [artwork, listed]},
    }
    bad = {
        "no type": context | {"name": "Maria"},
        "unknown type": context | {"@type": "Potter"},
        "unknown property": context | {"@type": "Person", "kiln": "gas"},
        "wrong value": context | {"@type": "Person", "birthDate": 1980},
        "two types, wrong": context | artwork | {"kiln": "gas"},
        "inside, wrong": context | {"@type": "ItemList", "itemListElement": [artwork | {"kiln": "gas"}]},
        "graph, wrong": context | {"@graph": [{"@type": "Offer", "kiln": "gas"}]},
        "deep, wrong": context | {"@type": "Product", "offers": {"@type": "Offer", "seller": {"@type": "Kiln"}}},
        "other context": {"@context": "https://schema.example", "@type": "Person"},
    }
    wrong = await check_json_ld(good | bad, tmp_path)
    assert {line.partition(": ")[0] for line in wrong} == set(bad)


async def test_machines_find_what_is_there() -> None:
    """OpenGraph, JSON-LD, microformats and microdata are read out of a page."""
    found = find(
        '<html><head><meta property="og:title" content="Bowl"><script type="application/ld+json">{"@type": "Person"}'
        '</script></head><body><p class="h-card"><a class="u-url p-name" href="/">Maria</a></p>'
        '<p itemscope itemtype="https://schema.org/Person"><b itemprop="name">Maria</b></p></body></html>',
        "https://atelier.example/",
    )
    assert found.open_graph == [("og:title", "Bowl")]
    assert found.json_ld == [{"@type": "Person"}]
    assert found.microformats == [
        {"type": ["h-card"], "properties": {"name": ["Maria"], "url": ["https://atelier.example/"]}}
    ]
    assert found.microdata == [{"type": "https://schema.org/Person", "properties": {"name": "Maria"}}]


async def test_feeds_are_wrong_like_this() -> None:
    """A feed must be well formed, be a feed, and come as what it is."""
    assert feed(ATOM, "application/atom+xml; charset=utf-8").version == "atom10"
    for content, media_type in ((ATOM[:-3], "application/atom+xml"), (b"<p/>", "application/xml"), (ATOM, "text/html")):
        with pytest.raises(AssertionError):
            feed(content, media_type)
