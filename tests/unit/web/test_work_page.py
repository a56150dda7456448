"""The page of a work: what it says to people, and to whoever shows a preview of it."""

import dataclasses
import json
from decimal import Decimal

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.photos import PictureType, Role
from fedi_artisan.domain.works import Availability, Dimensions, Draft, Price
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import artisans
from fedi_artisan.web.people import filters
from tests.photos import grey
from tests.unit.web.visiting import Visitor

FULL = Draft(
    title="Jarre de lune n° 14",
    text="Deux bols profonds, **tournés le même jour**.",
    language="fr",
    materials=("porcelaine", "émail transparent"),
    techniques=("tournage",),
    dimensions=Dimensions((("height", Decimal("29.3")), ("diameter", Decimal("30.5"))), "cm"),
    year=2025,
    price=Price(Decimal("1420.00"), "EUR"),
    availability=Availability.ON_COMMISSION,
    series="Lunes",
    tags=("Porcelaine", "jarre"),
)


async def test_work_page_has_the_label_of_a_museum(visitor: Visitor) -> None:
    """A work's page has its photographs with size and words, and its facts as they are read in the page's language."""
    shown = [await grey(visitor.house, shade=shade, alt=f"View {shade}") for shade in (10, 20)]
    work = await visitor.house.publish(dataclasses.replace(FULL, photos=tuple(shown)))
    page, _ = await visitor.get(f"/works/{work.slug}?lang=fr")
    assert page.one("h1", lang="fr").text == FULL.title
    assert page.one("p", class_="by").text == "Atelier Maria, 2025"
    facts = dict(zip((e.text for e in page.all("dt")), (e.text for e in page.all("dd")), strict=True))
    assert facts == {
        "Matières": "porcelaine, émail transparent",
        "Technique": "tournage",
        "Dimensions": "H\u00a029,3 × ⌀\u00a030,5\u00a0cm",
        "Série": "Lunes",
    }
    assert page.one("p", class_="price").text.split() == ["1", "420", "€", "sur", "commande"]
    assert page.one("strong").text == "tournés le même jour"
    assert [link.text for link in page.all("a", rel="tag")] == ["#Porcelaine", "#jarre"]
    pictures = page.all("img")
    assert [picture.attributes["alt"] for picture in pictures] == ["View 10", "View 20"]
    for picture, stored in zip(pictures, shown, strict=True):
        assert (picture.attributes["width"], picture.attributes["height"]) == ("90", "60")
        assert picture.attributes["src"] == f"/media/{stored.small(640).file}"
        assert picture.attributes["srcset"] == ", ".join(
            f"/media/{view.file} {view.width_px}w" for view in stored.views(PictureType.JPEG)
        )
        assert filters.tone_classes(stored) in picture.attributes["class"]
    assert [picture.attributes.get("fetchpriority") for picture in pictures] == ["high", None]
    assert [picture.attributes.get("loading") for picture in pictures] == [None, "lazy"]


async def test_counts_are_in_peoples_words(visitor: Visitor) -> None:
    """Likes and boosts are told in small words, one and several, and not at all where there are none."""
    work = await visitor.house.publish()
    quiet = await visitor.house.publish()
    async with visitor.house.db.write() as tx:
        await tx.execute("UPDATE works SET likes = 3, announces = 1 WHERE id = ?", (work.id,))
    page, _ = await visitor.get(f"/works/{work.slug}")
    assert page.one("ul", class_="counts").text.split("\n")[1:-1] == ["3 likes", "1 boost"]
    silent, _ = await visitor.get(f"/works/{quiet.slug}")
    assert not silent.all("ul", class_="counts")


async def test_previews_elsewhere_are_complete(visitor: Visitor) -> None:
    """WIRE 9: OpenGraph with the absolute large picture and its words, the maker's handle, the offer in schema.org."""
    house = visitor.house
    shown = await grey(house, alt="Une jarre blanche.")
    work = await house.publish(dataclasses.replace(FULL, photos=(shown,)))
    page, _ = await visitor.get(f"/works/{work.slug}?lang=fr")
    url = house.uris.work_url(work.slug)
    card = shown.find(Role.CARD)
    assert card is not None
    assert page.meta("og:title") == FULL.title
    assert page.meta("og:url") == f"{url}?lang=fr" == page.one("link", rel="canonical").attributes["href"]
    assert page.meta("og:description") == page.meta("description") == "Deux bols profonds, tournés le même jour."
    assert page.meta("og:image") == house.uris.media_url(card.file)
    assert (page.meta("og:image:width"), page.meta("og:image:height")) == ("1200", "630")
    assert page.meta("og:image:alt") == "Une jarre blanche."
    assert page.meta("twitter:card") == "summary_large_image"
    assert page.meta("fediverse:creator") == house.handle
    said = json.loads(page.one("script", type="application/ld+json").text)["@graph"][0]
    assert said["offers"] == {
        "@type": "Offer",
        "url": url,
        "seller": {"@id": f"{house.uris.profile_url(house.artisan.username)}#artisan"},
        "price": "1420.00",
        "priceCurrency": "EUR",
        "availability": "https://schema.org/MadeToOrder",
    }


async def test_withdrawn_work_is_gone(visitor: Visitor) -> None:
    """The page of a withdrawn work answers 410 and says nothing of what it was; it is in no list."""
    house = visitor.house
    work = await house.publish(FULL)
    async with house.db.write() as tx:
        await works_service.withdraw(tx, house.uris, work, utc_now())
    page, answer = await visitor.get(f"/works/{work.slug}", 410)
    assert page.one("h1").text == "This piece has left the workshop"
    assert answer.headers["Cache-Control"] == "no-store"
    home, _ = await visitor.get("/")
    assert FULL.title not in home.one("body").text
    await visitor.get("/tags/jarre", 404)
    await visitor.get("/series/lunes", 404)


NASTY = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}}"


async def test_nothing_an_artisan_writes_runs(visitor: Visitor) -> None:
    """WIRE 10.2 #48: markup in names, titles, words, facts, tags and alt texts is shown as letters, everywhere."""
    house = visitor.house
    async with house.db.write() as tx:
        named = dataclasses.replace(house.artisan, name=NASTY, summary=f"{NASTY} [x](javascript:alert(1))")
        await artisans.update(tx, named)
    draft = Draft(
        title=NASTY,
        text=f"{NASTY}\n\n[link](javascript:alert(1)) ![picture](https://elsewhere.example/x.png)",
        photos=(await grey(house, alt=NASTY),),
        materials=(NASTY,),
        techniques=(NASTY,),
        series=NASTY,
        tags=("tag",),
    )
    work = await house.publish(draft)
    assert work.series is not None
    for path in ("/", f"/works/{work.slug}", "/tags/tag", f"/series/{work.series.slug}"):
        page, _ = await visitor.get(path)
        scripts = [script.attributes for script in page.all("script")]
        assert all(one["type"] == "application/ld+json" or one["src"].startswith("/static/") for one in scripts)
        for element in page.elements:
            assert not [name for name in element.attributes if name.startswith("on") or name == "style"]
            for name in ("href", "src"):
                address = element.attributes.get(name, "/")
                assert address.startswith(("/", "#", "?", house.config.origin)), address
        assert NASTY in page.one("main").text or NASTY in page.one("body").text
        assert any(picture.attributes["alt"] == NASTY for picture in page.all("img"))
    page, _ = await visitor.get(f"/works/{work.slug}")
    assert json.loads(page.one("script", type="application/ld+json").text)["@graph"][0]["name"] == NASTY
    assert page.meta("og:title") == NASTY


async def test_words_carry_their_language_and_direction(visitor: Visitor) -> None:
    """Titles, texts and alt texts are marked with the language they were written in, and run in their own direction."""
    shown = dataclasses.replace(await grey(visitor.house), alts={"ar": "جرة"})
    draft = Draft(title="جرة القمر", text="جرة بيضاء.", language="ar", photos=(shown,))
    work = await visitor.house.publish(draft)
    page, _ = await visitor.get(f"/works/{work.slug}")
    title = page.one("h1").attributes
    assert (title["lang"], title["dir"]) == ("ar", "auto")
    prose = page.one("div", class_="prose").attributes
    assert (prose["lang"], prose["dir"]) == ("ar", "auto")
    assert page.one("img").attributes["lang"] == "ar"
    home, _ = await visitor.get("/")
    assert home.one("h3", class_="name").attributes["lang"] == "ar"


async def test_opening_picture_stands_once(visitor: Visitor) -> None:
    """The page opens with a later photograph of a featured work, so that no picture stands twice on it."""
    views = [tuple([await grey(visitor.house, shade=shade + step) for step in (0, 1)]) for shade in (10, 20, 30)]
    for number, (pair, featured) in enumerate(zip(views, (False, True, False), strict=True)):
        await visitor.house.publish(Draft(title=f"Bowl {number}", photos=pair, featured=featured))
    page, _ = await visitor.get("/")
    addresses = [picture.attributes["src"] for picture in page.all("img")]
    assert addresses[0] == f"/media/{views[1][-1].small(640).file}"
    assert len(set(addresses)) == len(addresses) == 4


async def test_work_without_photograph_has_its_place(visitor: Visitor) -> None:
    """A work without photographs stands in the wall with its words, and has a page without pictures."""
    work = await visitor.house.publish(Draft(title="A poem", text="Of clay."))
    home, _ = await visitor.get("/")
    assert home.one("div", class_="bare").text == "Of clay."
    page, _ = await visitor.get(f"/works/{work.slug}")
    assert not page.all("img")
    assert page.meta("twitter:card") == "summary"
