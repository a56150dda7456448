"""The pages for visitors, asked over HTTP from the running server."""

import dataclasses
import json
from collections.abc import AsyncIterator
from decimal import Decimal

import aiohttp
import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.photos import PictureType, Role
from fedi_artisan.domain.works import Availability, Dimensions, Draft, Price
from fedi_artisan.federation.signatures import keys
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import artisans
from fedi_artisan.web.people import filters, paging
from tests.house import House
from tests.photos import grey
from tests.unit.web.markup import Page, read

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


class Visitor:
    """Somebody with a browser. A class because the connection and the server's address go together."""

    def __init__(self, session: aiohttp.ClientSession, house: House) -> None:
        self._session = session
        self.house = house

    async def get(self, path: str, status: int = 200, **headers: str) -> tuple[Page, aiohttp.ClientResponse]:
        """Return the page at *path*, which must come with *status*, and the answer it came with."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.get(
            self.house.config.origin + path, headers={"Accept": "text/html"} | named, allow_redirects=False
        ) as answer:
            assert answer.status == status, await answer.text()
            assert answer.content_type == "text/html"
            return read(await answer.text()), answer


@pytest.fixture
async def visitor(house: House) -> AsyncIterator[Visitor]:
    """A visitor of our server."""
    async with aiohttp.ClientSession() as session:
        yield Visitor(session, house)


async def test_home_is_the_portfolio_of_the_only_artisan(visitor: Visitor) -> None:
    """With one artisan the home page shows her name and her works, the newest first, and how to follow her."""
    await visitor.house.publish(Draft(title="First"))
    await visitor.house.publish(Draft(title="Second", year=2026, availability=Availability.SOLD))
    page, _ = await visitor.get("/")
    assert page.one("h1").text.strip() == "Atelier Maria"
    assert [name.text for name in page.all("h3", class_="name")] == ["Second", "First"]
    assert page.one("span", class_="sold").text == "sold"
    assert page.one("span", class_="year").text == "2026"
    assert {handle.text for handle in page.all("span", class_="handle")} == {visitor.house.handle}
    assert "Mastodon" in page.one("section", id="follow").text


async def test_profile_is_the_same_page(visitor: Visitor) -> None:
    """`/@name` shows what `/` shows and names `/` as the one address; capitals do not matter."""
    await visitor.house.publish()
    home, _ = await visitor.get("/")
    profile, _ = await visitor.get("/@Maria")
    assert profile == home
    assert profile.one("link", rel="canonical").attributes["href"] == f"{visitor.house.config.origin}/"


async def test_empty_portfolio_has_warm_words(visitor: Visitor) -> None:
    """Before the first work the page says so kindly, and how to follow."""
    page, _ = await visitor.get("/")
    assert "the first piece is in the making" in page.one("div", class_="empty").text
    assert page.one("section", id="follow")


async def test_page_names_its_document_twice(visitor: Visitor) -> None:
    """WIRE 1.5: link element and Link header give the ActivityStreams id, the only alternate in the header."""
    work = await visitor.house.publish()
    for path, uri in (("/", visitor.house.actor_uri), (f"/works/{work.slug}", visitor.house.uris.work(work.uid))):
        page, answer = await visitor.get(path)
        assert page.one("link", type="application/activity+json").attributes["href"] == uri
        assert answer.headers.getall("Link") == [f'<{uri}>; rel="alternate"; type="application/activity+json"']


async def test_headers_let_nothing_in(visitor: Visitor) -> None:
    """WIRE 10.2 #48: no script can run, nothing comes from elsewhere, nobody frames the page."""
    _, answer = await visitor.get("/")
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=10, must-revalidate"
    assert answer.headers["Vary"] == "Accept, Accept-Language, Accept-Encoding"


@pytest.mark.parametrize("held", ["{etag}", "W/{etag}", '"other", {etag}'])
async def test_page_that_is_held_is_not_sent_again(visitor: Visitor, held: str) -> None:
    """RFC 9110 13.1.2: a matching If-None-Match gets 304 without a body, with the tag."""
    _, first = await visitor.get("/")
    etag = first.headers["ETag"]
    async with (
        aiohttp.ClientSession() as session,
        session.get(visitor.house.config.origin, headers={"If-None-Match": held.format(etag=etag)}) as again,
    ):
        assert again.status == 304
        assert again.headers["ETag"] == etag
        assert await again.read() == b""


async def test_language_is_the_visitors(visitor: Visitor) -> None:
    """Accept-Language decides, `?lang=` decides before it and stays in the links."""
    work = await visitor.house.publish()
    french, answer = await visitor.get("/", Accept_Language="fr-CH, en;q=0.5")
    assert french.one("html").attributes["lang"] == "fr"
    assert answer.headers["Content-Language"] == "fr"
    assert french.one("a", class_="follow").text == "Suivre"
    assert french.one("a", href=f"/works/{work.slug}")
    chosen, _ = await visitor.get("/?lang=fr", Accept_Language="en")
    assert chosen.one("html").attributes["lang"] == "fr"
    assert chosen.one("a", href=f"/works/{work.slug}?lang=fr")
    assert chosen.one("a", href="?lang=en")


@pytest.mark.parametrize("asked", ["de", "FR", "fr-CA", "fr en", "%22%3E%3Cscript%3E", "x" * 5000, "%00", "%ff"])
async def test_unknown_language_is_a_page_that_says_which_there_are(visitor: Visitor, asked: str) -> None:
    """A language we do not have is a 404, in the one that the browser likes best, with a link to each there is."""
    await visitor.house.publish(FULL)
    for path in ("/", "/works/jarre-de-lune-n-14", "/tags/jarre", "/series/lunes", "/nowhere"):
        page, answer = await visitor.get(f"{path}?lang={asked}&page=1", 404, Accept_Language="fr, en;q=0.5")
        assert answer.headers["Content-Language"] == page.one("html").attributes["lang"] == "fr"
        if path == "/nowhere":
            continue
        assert page.one("h1").text == "Pas dans cette langue"
        links = [link for link in page.all("a") if link.text in {"Français", "English"}]
        assert [link.attributes["href"] for link in links] == ["?lang=fr", "?lang=en"]
        assert [link.attributes["lang"] for link in links] == ["fr", "en"]
        assert not page.all("link", rel="canonical")


async def test_every_language_of_a_page_has_its_address(visitor: Visitor) -> None:
    """Search engines learn each page's address in each language, and one that leaves it to the browser.

    Where a language was asked for, its own address is the page's; else the bare one. Preview cards say the same.
    """
    await visitor.house.publish(FULL)
    for path in ("/", "/works/jarre-de-lune-n-14", "/tags/Porcelaine", "/series/lunes"):
        url = f"{visitor.house.config.origin}{path}"
        for query, canonical, said in (("", url, "en_GB"), ("?lang=fr", f"{url}?lang=fr", "fr_FR")):
            page, _ = await visitor.get(f"{path}{query}")
            assert page.one("link", rel="canonical").attributes["href"] == canonical == page.meta("og:url")
            assert page.meta("og:locale") == said
            alternates = [
                link.attributes for link in page.all("link", rel="alternate") if "hreflang" in link.attributes
            ]
            assert {one["hreflang"]: one["href"] for one in alternates} == {
                "fr": f"{url}?lang=fr",
                "en": f"{url}?lang=en",
                "x-default": url,
            }


async def test_more_works_are_a_page_away(visitor: Visitor) -> None:
    """Sixty works stand on a page; plain links lead on and back, in the language that was chosen."""
    for number in range(paging.WORKS_PER_PAGE + 1):
        await visitor.house.publish(Draft(title=f"Bowl {number}"))
    first, _ = await visitor.get("/?lang=fr")
    assert len(first.all("li", class_="piece")) == paging.WORKS_PER_PAGE
    [link] = {element.attributes["href"] for name in ("a", "link") for element in first.all(name, rel="next")}
    assert link == "/?page=2&lang=fr"
    assert not first.all("a", rel="prev")
    assert not first.all("link", rel="prev")
    second, _ = await visitor.get(link)
    assert [name.text for name in second.all("h2", class_="name")] == ["Bowl 0"]
    assert second.one("title").text == "Page 2 – Atelier Maria"
    assert second.one("h1").text == "Œuvres, page 2"
    assert not second.all("a", rel="next")
    [back] = {element.attributes["href"] for name in ("a", "link") for element in second.all(name, rel="prev")}
    assert back == "/?lang=fr"
    assert second.one("link", rel="canonical").attributes["href"] == f"{visitor.house.config.origin}/?page=2&lang=fr"
    assert second.one("link", hreflang="x-default").attributes["href"] == f"{visitor.house.config.origin}/?page=2"
    assert second.one("a", hreflang="en").attributes["href"] == "?page=2&lang=en"


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "1.5", "01", "+1", "%D9%A1", "9" * 7, "9" * 4000, "%00"])
async def test_page_that_is_not_there_says_so(visitor: Visitor, number: str) -> None:
    """Past the end, before the beginning, or no number at all: a 404 in plain words with the way to the first page."""
    for path in ("/", "/@maria"):
        page, _ = await visitor.get(f"{path}?page={number}&lang=fr", 404)
        assert page.one("h1").text == "Le bout de l’étagère"
        assert page.one("a", href="?lang=fr").text == "Voir sa première page"


async def test_first_page_has_one_address(visitor: Visitor) -> None:
    """`?page=1`, an empty one and names that no page knows change nothing."""
    await visitor.house.publish()
    plain, _ = await visitor.get("/")
    for query in ("page=1", "page=", "lang=", "before=nothing", "utm_source=x&fbclid=y", "series=lunes"):
        page, _ = await visitor.get(f"/?{query}")
        assert page == plain


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


async def test_tag_and_series_gather_works(visitor: Visitor) -> None:
    """Tag pages take any case of letters and show the tag as it was written; series pages show the series."""
    await visitor.house.publish(FULL)
    await visitor.house.publish(Draft(title="Another"))
    tag, _ = await visitor.get("/tags/porcelaine")
    assert tag.one("h1").text == "#Porcelaine"
    assert [name.text for name in tag.all("h2", class_="name")] == [FULL.title]
    assert tag.one("link", rel="canonical").attributes["href"].endswith("/tags/Porcelaine")
    series, _ = await visitor.get("/series/lunes")
    assert series.one("h1").text == "Lunes"
    assert [name.text for name in series.all("h2", class_="name")] == [FULL.title]


async def test_several_artisans_share_the_house(visitor: Visitor) -> None:
    """With several artisans the home page introduces each with her newest works; each has her own page."""
    house = visitor.house
    async with house.db.write() as tx:
        jean = await artisans_service.create(
            tx, username="jean", name="Jean Petit", language="fr", key=keys.generate(), now=utc_now()
        )
        await works_service.publish(tx, house.uris, jean, Draft(title="Carnet", tags=("cuir",)), utc_now())
    await house.publish(Draft(title="Belt", tags=("cuir",)))
    home, _ = await visitor.get("/")
    assert [name.text for name in home.all("h2", class_="section")] == ["Atelier Maria", "Jean Petit"]
    assert [name.text for name in home.all("h3", class_="name")] == ["Belt", "Carnet"]
    own, _ = await visitor.get("/@jean")
    assert own.one("h1").text.strip() == "Jean Petit"
    assert [name.text for name in own.all("h3", class_="name")] == ["Carnet"]
    assert own.one("link", rel="canonical").attributes["href"] == f"{house.config.origin}/@jean"
    tag, _ = await visitor.get("/tags/cuir")
    assert [maker.text for maker in tag.all("span", class_="maker")] == ["Atelier Maria", "Jean Petit"]


@pytest.mark.parametrize("path", ["/@nobody", "/works/none", "/series/none", "/nowhere", "/works/%00"])
async def test_what_is_not_there_is_a_kind_404(visitor: Visitor, path: str) -> None:
    """Nobody, nothing and nowhere are a 404 page in the visitor's language, which searches leave out."""
    page, _ = await visitor.get(path, 404, Accept_Language="fr")
    assert page.one("h1").text == "Rien sur cette étagère"
    assert page.meta("robots") == "noindex"


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
