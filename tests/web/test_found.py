"""Pages as search engines, previews and feed readers find them."""

import dataclasses

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.photos import Role
from fedi_artisan.domain.works import Draft, Wording
from fedi_artisan.services import artisans as artisans_service
from tests.federation import commands
from tests.house import House, key_pair
from tests.photos import grey
from tests.unit.web.markup import read
from tests.web.asking import ACTIVITY_JSON, Asker
from tests.web.finding import MASTODON, furnish, visit


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
