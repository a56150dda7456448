"""The public pages: one portfolio, its lists, what is not there; in which language and with which headers."""

import aiohttp
import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.works import Availability, Draft
from fedi_artisan.federation.signatures import keys
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import works as works_service
from fedi_artisan.web.people import paging
from tests.unit.web.test_work_page import FULL
from tests.unit.web.visiting import Visitor


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
