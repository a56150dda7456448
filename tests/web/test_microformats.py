"""Pages as readers of microformats and of links between profiles find them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.house import House
from tests.unit.web.markup import read
from tests.web.asking import Asker
from tests.web.finding import MASTODON, furnish, visit


async def test_microformats_tell_who_she_is(house: House, ask: Asker) -> None:
    """microformats.org: the portfolio's h-card is that of the page, with name, craft, place, words and other places."""
    await furnish(house)
    card = (await visit(ask, "/")).item("h-card")
    origin = house.uris.origin
    assert card["name"] == ["Atelier Maria"]
    # Its uid is one of its addresses and the page itself: so it is the card of the whole page (representative h-card).
    assert card["uid"] == [f"{origin}/"]
    assert card["url"] == [f"{origin}/", MASTODON, "https://shop.example/"]
    assert (card["job-title"], card["locality"]) == (["Potter"], ["Porto, Portugal"])
    assert [" ".join(note.split()) for note in card["note"]] == ["Wheel-thrown stoneware."]


async def test_microformats_tell_her_works(house: House, ask: Asker) -> None:
    """microformats.org: a list of works is an h-feed of h-entries, a work's page an h-entry with all there is of it."""
    work, draft = await furnish(house)
    picture = house.uris.media_url(draft.photos[0].small(640).file)
    for path in ("/", "/series/lunes", "/tags/Moon"):
        found = await visit(ask, path)
        [feed] = [item for item in found.items if item["type"] == ["h-feed"]]
        [entry] = [child["properties"] for child in feed["children"] if child["type"] == ["h-entry"]]
        assert entry["name"] == ["Moon jar"]
        assert entry["url"] == [house.uris.work_url(work.slug)]
        assert [photo["value"] for photo in entry["photo"]] == [picture]
        assert entry["published"]
    entry = (await visit(ask, "/works/moon-jar")).item("h-entry")
    assert (entry["name"], entry["category"], entry["price"]) == (["Moon jar"], ["#Moon", "#jar"], ["€420.50"])
    assert entry["uid"] == entry["url"] == [house.uris.work_url(work.slug)]
    assert entry["content"][0]["value"].strip() == "Two bowls."
    assert [(photo["value"], photo["alt"]) for photo in entry["photo"]] == [(picture, "A white jar.")]
    assert entry["author"][0]["properties"]["name"] == ["Atelier Maria"]
    page = (await visit(ask, "/pages/the-workshop")).item("h-entry")
    assert (page["name"], page["content"][0]["value"].strip()) == (["The workshop"], "By the river.")


class Anchors(NamedTuple):
    """A field of an actor as Mastodon's check of links looks at it: the one anchor that its value must be."""

    href: str
    rel: set[str]
    text: str


def fields(actor: Any) -> Iterator[Anchors]:
    """Yield the links among an actor's fields that Mastodon would check: one anchor each, its text its address."""
    for field in actor["attachment"]:
        elements = read(field["value"]).elements
        if len(elements) == 1 and elements[0].tag == "a" and field["value"].startswith("<a "):
            link = elements[0]
            yield Anchors(link.attributes["href"], set(link.attributes["rel"].split()), link.text)


async def test_links_between_profiles_hold_both_ways(house: House, ask: Asker) -> None:
    """WIRE 3.2: our page has rel=me to her other profiles, and her actor names them as Mastodon verifies links.

    Her Mastodon profile names our page: that her page leads back there is what Mastodon looks for in it.
    """
    await furnish(house)
    for path in ("/", "/pages/the-workshop", "/works/moon-jar"):
        page = read((await ask(path, ("Accept", "text/html"))).body.decode())
        assert MASTODON in [link.attributes["href"] for link in page.all("link", rel="me")]
    home = read((await ask("/", ("Accept", "text/html"))).body.decode())
    visible = [link.attributes["href"] for link in home.all("a") if "me" in link.attributes.get("rel", "").split()]
    assert visible == [MASTODON, "https://shop.example/"]
    found = list(fields(await ask.document(house.actor_uri)))
    assert [link.href for link in found] == visible
    assert all(link.text == link.href and "me" in link.rel for link in found)
