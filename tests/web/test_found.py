"""How pages are found and shared: read by the programs that search engines and others read them with."""

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import extruct

from fedi_artisan.domain.actors import ProfileLink
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.pages import PageDraft, PageWording
from fedi_artisan.domain.photos import Role
from fedi_artisan.domain.works import Availability, Draft, Price, Wording, Work
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import pages as pages_service
from tests.federation import commands
from tests.house import House, key_pair
from tests.photos import grey
from tests.unit.web.markup import Page, read
from tests.web.asking import ACTIVITY_JSON, Asker

MASTODON = "https://mastodon.example/@maria"


class Found(NamedTuple):
    """What programs find in a page: its elements, its schema.org nodes, its OpenGraph, its microformats."""

    page: Page
    nodes: list[Any]
    open_graph: dict[str, Any]
    items: list[Any]

    def node(self, kind: str) -> Any:
        """Return the only node of this type."""
        [found] = [node for node in self.nodes if kind in node["@type"] or kind == node["@type"]]
        return found

    def item(self, kind: str) -> Any:
        """Return the only item of this kind that stands by itself."""
        [found] = [item for item in self.items if kind in item["type"]]
        return found["properties"]


async def visit(ask: Asker, path: str) -> Found:
    """Return what is found in the page at *path*."""
    answer = await ask(path, ("Accept", "text/html"))
    assert answer.status == 200, path
    html = answer.body.decode()
    syntaxes = ["json-ld", "opengraph", "microformat"]
    found = extruct.extract(html, base_url=answer.url, syntaxes=syntaxes, errors="strict")
    [document] = found["json-ld"]
    assert document["@context"] == "https://schema.org"
    graph = {name: value for one in found["opengraph"] for name, value in one["properties"]}
    return Found(read(html), document["@graph"], graph, found["microformat"])


async def furnish(house: House) -> tuple[Work, Draft]:
    """Let the artisan say who she is and publish a work, a plain one and a page; return the work and what it says."""
    async with house.db.write() as tx:
        told = dataclasses.replace(
            house.artisan,
            summary="Wheel-thrown *stoneware*.",
            summaries={"fr": "Grès tourné."},
            crafts={"en": "Potter", "fr": "Potière"},
            places={"en": "Porto, Portugal"},
            links=(ProfileLink(label="Mastodon", url=MASTODON), ProfileLink(label="Shop", url="https://shop.example/")),
        )
        await artisans_service.describe(tx, house.uris, told, utc_now())
    draft = Draft(
        title="Moon jar",
        text="Two bowls.",
        photos=(await grey(house, alt="A white jar."),),
        price=Price(Decimal("420.5"), "EUR"),
        availability=Availability.AVAILABLE,
        series="Lunes",
        tags=("Moon", "jar"),
        others={"fr": Wording(title="Jarre de lune", text="Deux bols.")},
    )
    work = await house.publish(draft)
    async with house.db.write() as tx:
        others = {"fr": PageWording(title="L’atelier", text="Au bord de la rivière.")}
        page = PageDraft(title="The workshop", text="By the *river*.", others=others)
        await pages_service.write(tx, house.artisan, page, utc_now())
    return work, draft


async def test_every_page_leads_to_its_document_and_feeds(house: House, ask: Asker) -> None:
    """WIRE 1.5: link element, Link header and negotiation give the one document of a page; its feeds are there."""
    work, _ = await furnish(house)
    uris = house.uris
    series, page = [await house.value(f"SELECT uid FROM {table}") for table in ("series", "pages")]  # noqa: S608 - ours
    for path, uri, feed in (
        ("/", house.actor_uri, "/feed"),
        ("/@maria", house.actor_uri, "/feed"),
        ("/works/moon-jar", uris.work(work.uid), "/feed"),
        ("/series/lunes", uris.series(series), "/series/lunes/feed"),
        ("/tags/Moon", uris.tag("moon"), "/tags/Moon/feed"),
        ("/pages/the-workshop", uris.page(page), "/feed"),
        ("/works", f"{house.actor_uri}/outbox", "/feed"),
        ("/works?tag=moon", f"{house.actor_uri}/outbox", "/feed"),
        ("/series", house.actor_uri, "/feed"),
    ):
        answer = await ask(path, ("Accept", "text/html"))
        shown = read(answer.body.decode())
        assert answer.headers.getall("Link") == [f'<{uri}>; rel="alternate"; type="{ACTIVITY_JSON}"']
        assert shown.one("link", type=ACTIVITY_JSON).attributes["href"] == uri
        assert (await ask.document(path)) == (await ask.document(uri))
        assert (await ask.document(uri))["id"] == uri
        for form, kind in (("atom", "atom+xml"), ("rss", "rss+xml"), ("json", "feed+json")):
            href = shown.one("link", rel="alternate", type=f"application/{kind}").attributes["href"]
            assert href == f"{uris.origin}{feed}.{form}"
            assert (await ask(href)).media_type == f"application/{kind}"


async def test_feeds_follow_the_language_of_the_page(house: House, ask: Asker) -> None:
    """A page in another language than the artisan's leads to feeds in it, chosen or not."""
    for path, language in (("/?lang=fr", "en"), ("/", "fr")):
        answer = await ask(path, ("Accept", "text/html"), ("Accept-Language", language))
        link = read(answer.body.decode()).one("link", type="application/atom+xml").attributes["href"]
        assert link == f"{house.uris.origin}/feed.atom?lang=fr"


async def test_previews_say_what_a_page_is(house: House, ask: Asker) -> None:
    """ogp.me: kind, title, words, address, languages, picture with its words; an article's days and tags, a price."""
    work, draft = await furnish(house)
    card = draft.photos[0].find(Role.CARD)
    assert card is not None
    found = await visit(ask, "/works/moon-jar")
    told = found.open_graph
    assert told["og:type"] == "article"
    assert told["og:url"] == house.uris.work_url(work.slug)
    assert (told["og:locale"], told["og:locale:alternate"]) == ("en_GB", "fr_FR")
    assert (told["og:image"], told["og:image:alt"]) == (house.uris.media_url(card.file), "A white jar.")
    assert told["article:published_time"].startswith(f"{work.published_at:%Y-%m-%dT%H:%M}")
    assert told["article:published_time"].endswith("Z")
    assert "article:modified_time" not in told
    assert [one.attributes["content"] for one in found.page.all("meta", property="article:tag")] == ["Moon", "jar"]
    assert (told["product:price:amount"], told["product:price:currency"]) == ("420.50", "EUR")
    assert found.page.meta("author") == "Atelier Maria"
    assert found.page.meta("fediverse:creator") == house.handle
    home = (await visit(ask, "/?lang=fr")).open_graph
    assert (home["og:type"], home["profile:username"], home["og:locale"]) == ("profile", "maria", "fr_FR")
    # She has no header picture: her works speak for her.
    assert home["og:image"] == house.uris.media_url(card.file)
    websites = ("/series/lunes", "/tags/jar", "/works")
    for path, kind in (("/pages/the-workshop", "article"), *((path, "website") for path in websites)):
        told = (await visit(ask, path)).open_graph
        assert told["og:type"] == kind
        assert all(told.values())
        assert told["og:image"] == house.uris.media_url(card.file)


async def test_the_page_that_people_are_sent_to_is_worth_a_look(house: House, ask: Asker) -> None:
    """How to follow her is passed on like her works: its preview has a picture of hers, and it leads to her feed."""
    _, draft = await furnish(house)
    card = draft.photos[0].find(Role.CARD)
    assert card is not None
    page = read((await ask("/follow", ("Accept", "text/html"))).body.decode())
    assert page.one("meta", property="og:image").attributes["content"] == house.uris.media_url(card.file)
    assert page.one("link", type="application/atom+xml").attributes["href"] == f"{house.uris.origin}/feed.atom"


async def test_lists_say_what_is_in_them(house: House, ask: Asker) -> None:
    """Below the title of a list, a search engine shows what its works are called, in the language of the page."""
    await furnish(house)
    for path, words in (
        ("/works", "Works – Atelier Maria: Moon jar"),
        ("/works?lang=fr", "Œuvres – Atelier Maria\N{NO-BREAK SPACE}: Jarre de lune"),
        ("/tags/jar", "Works with the tag #jar: Moon jar"),
        ("/series/lunes", "The series “Lunes”: Moon jar"),
    ):
        assert (await visit(ask, path)).page.meta("description") == words


async def test_a_portfolio_is_found_in_each_language_she_speaks(house: House, ask: Asker) -> None:
    """A language that only her own words have is one of the page, in its head as in the sitemap; it leads to itself."""
    async with house.db.write() as tx:
        told = dataclasses.replace(house.artisan, summary="Potter.", summaries={"de": "Töpferin."})
        await artisans_service.describe(tx, house.uris, told, utc_now())
    page = (await visit(ask, "/?lang=de")).page
    assert page.meta("description") == "Töpferin."
    [german] = page.all("link", hreflang="de")
    assert german.attributes["href"] == page.one("link", rel="canonical").attributes["href"]
    # A list has no words of its own in it: it is the page that it is without.
    await house.publish(Draft(title="Krug", language="de", tags=("jar",)))
    page = (await visit(ask, "/tags/jar?lang=de")).page
    assert not page.all("link", hreflang="de")
    assert page.one("link", rel="canonical").attributes["href"] == f"{house.uris.origin}/tags/jar"


async def test_all_texts_are_in_the_language_that_was_chosen(house: House, ask: Asker) -> None:
    """In a language without a catalogue, too, all that people wrote is in it: facts, and words of photographs."""
    photo = await grey(house)
    photo = dataclasses.replace(
        photo, alts={"en": "A jar", "de": "Ein Krug"}, captions={"en": "By day", "de": "Bei Tag"}
    )
    work = await house.publish(Draft(title="Krug", language="de", photos=(photo,), others={"en": Wording(title="Jug")}))
    async with house.db.write() as tx:
        told = dataclasses.replace(house.artisan, crafts={"en": "Potter", "de": "Töpferin"}, places={"en": "Porto"})
        await artisans_service.describe(tx, house.uris, told, utc_now())
    page = (await visit(ask, f"/works/{work.slug}?lang=de")).page
    assert page.one("img", class_="u-photo").attributes["alt"] == "Ein Krug"
    assert page.one("figcaption").text.strip().startswith("Bei Tag")
    home = (await visit(ask, "/?lang=de")).page
    assert home.one("span", class_="p-job-title").text == "Töpferin"
    assert home.one("span", class_="p-locality").text == "Porto"
    frame = read((await ask(f"/works/{work.slug}/embed?lang=de")).body.decode())
    assert frame.one("img").attributes["alt"] == "Ein Krug"


async def test_search_engines_learn_who_made_what(house: House, ask: Asker) -> None:
    """schema.org: the person, her workshop with its place, the site, and her works, in the page's language."""
    await furnish(house)
    origin = house.uris.origin
    found = await visit(ask, "/?lang=fr")
    person, workshop, site, page = map(found.node, ("Person", "LocalBusiness", "WebSite", "ProfilePage"))
    assert (person["name"], person["jobTitle"], person["description"]) == ("Atelier Maria", "Potière", "Grès tourné.")
    assert person["sameAs"] == [MASTODON, "https://shop.example/"]
    assert workshop["address"] == {"@type": "PostalAddress", "addressLocality": "Porto, Portugal"}
    assert workshop["founder"] == page["mainEntity"] == {"@id": person["@id"]}
    assert (site["url"], page["isPartOf"], page["inLanguage"]) == (f"{origin}/", {"@id": site["@id"]}, "fr")
    assert page["hasPart"] == [{"@id": f"{origin}/works/moon-jar"}]
    work = await visit(ask, "/works/moon-jar?lang=fr")
    told = work.node("VisualArtwork")
    assert (told["name"], told["description"], told["inLanguage"]) == ("Jarre de lune", "Deux bols.", "fr")
    assert told["creator"]["@id"] == person["@id"]
    assert told["offers"]["price"] == "420.50"


async def test_search_engines_learn_where_a_page_stands(house: House, ask: Asker) -> None:
    """schema.org: the way to a work leads by its series; series and tags list works, a written page is about her."""
    await furnish(house)
    origin = house.uris.origin

    async def way(path: str) -> list[tuple[str, str]]:
        items = (await visit(ask, path)).node("BreadcrumbList")["itemListElement"]
        assert [item["position"] for item in items] == list(range(1, len(items) + 1))
        return [(item["name"], item["item"].removeprefix(origin)) for item in items]

    home, series = ("Atelier Maria", "/"), ("Lunes", "/series/lunes")
    assert await way("/works/moon-jar") == [home, series, ("Moon jar", "/works/moon-jar")]
    assert await way("/series/lunes") == [home, series]
    assert await way("/tags/jar") == [home, ("#jar", "/tags/jar")]
    assert await way("/pages/the-workshop?lang=fr") == [home, ("L’atelier", "/pages/the-workshop")]
    for path in ("/series/lunes", "/tags/jar"):
        [item] = (await visit(ask, path)).node("CollectionPage")["mainEntity"]["itemListElement"]
        assert (item["name"], item["url"]) == ("Moon jar", f"{origin}/works/moon-jar")
    written = (await visit(ask, "/pages/the-workshop?lang=fr")).node("AboutPage")
    assert (written["name"], written["inLanguage"]) == ("L’atelier", "fr")
    assert written["description"] == "Au bord de la rivière."


async def test_several_artisans_are_found_apart(house: House, ask: Asker) -> None:
    """With several, the site's first page lists them, and the way to a page of hers leads by hers."""
    async with house.db.write() as tx:
        await artisans_service.create(tx, username="jean", name="Jean", language="fr", key=key_pair(), now=utc_now())
    await furnish(house)
    first = await visit(ask, "/")
    names = [item["name"] for item in first.node("CollectionPage")["mainEntity"]["itemListElement"]]
    assert names == ["Atelier Maria", "Jean"]
    assert first.page.one("link", type=ACTIVITY_JSON).attributes["href"] == house.uris.instance_actor
    items = (await visit(ask, "/works/moon-jar")).node("BreadcrumbList")["itemListElement"]
    assert [item["name"] for item in items] == [house.uris.host, "Atelier Maria", "Lunes", "Moon jar"]
    assert (await visit(ask, "/?lang=fr")).page.one("p", class_="summary").text == "Grès tourné."
    assert (await visit(ask, "/works?artisan=jean")).page.one("title").text == "Works by Jean"
    link = (await visit(ask, "/@jean")).page.one("link", type="application/rss+xml").attributes["href"]
    assert link == f"{house.uris.origin}/@jean/feed.rss?lang=en"


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


async def test_a_page_that_was_written_can_be_read(house: House, ask: Asker) -> None:
    """A written page stands in its languages, with its menu and the day of its last change; others are 404."""
    await furnish(house)
    page = read((await ask("/pages/the-workshop?lang=fr", ("Accept", "text/html"))).body.decode())
    assert page.one("article", lang="fr")
    assert page.one("h1").text == "L’atelier"
    assert page.one("div", class_="prose").text.strip() == "Au bord de la rivière."
    assert page.one("a", **{"aria-current": "page"}).attributes["href"] == "/pages/the-workshop?lang=fr"
    assert page.one("time", class_="dt-updated").attributes["datetime"].endswith("Z")
    for path in ("/pages/none", "/pages/%00", "/ap/pages/none"):
        for accept in ("text/html", ACTIVITY_JSON):
            assert (await ask(path, ("Accept", accept))).status == 404


async def test_a_revised_work_says_when(house: House, ask: Asker) -> None:
    """Once it was edited, a work's page says since when it reads so, to those who share it and to feed readers."""
    work, _ = await furnish(house)
    revised = await commands.revise(house, work, text="Three bowls.")
    assert revised.updated_at is not None
    found = await visit(ask, "/works/moon-jar")
    assert found.open_graph["article:modified_time"] == found.item("h-entry")["updated"][0]
    assert found.open_graph["article:modified_time"].startswith(f"{revised.updated_at:%Y-%m-%dT%H:%M:%S}")
