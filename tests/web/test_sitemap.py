"""What search engines find."""

import dataclasses
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from fedi_artisan.config import Config
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.pages import PageDraft, PageWording, Place
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import MOST_PHOTOS, Draft, Wording
from fedi_artisan.language import LANGUAGES
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import pages as pages_service
from fedi_artisan.web.answers.kept import LARGEST_BYTES
from fedi_artisan.web.people.pages import Pages
from fedi_artisan.web.programs import sitemap
from tests.federation import commands
from tests.house import House, key_pair, until
from tests.photos import grey
from tests.unit.web.markup import read
from tests.unit.web.robots import may_read
from tests.web.asking import Answer, Asker

_SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_IMAGE = "{http://www.google.com/schemas/sitemap-image/1.1}"
_XHTML = "{http://www.w3.org/1999/xhtml}"


def xml(answer: Answer) -> Any:
    """Return the root of an XML document."""
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/xml; charset=utf-8")
    return fromstring(answer.body)


def places(root: Any) -> Iterator[tuple[str, dict[str, str], list[str]]]:
    """Yield each place of a sitemap: its address, its languages with their addresses, its pictures."""
    assert root.tag == f"{_SITEMAP}urlset"
    for url in root.iter(f"{_SITEMAP}url"):
        assert url.findtext(f"{_SITEMAP}lastmod")
        links = {link.get("hreflang"): link.get("href") for link in url.iter(f"{_XHTML}link")}
        yield url.findtext(f"{_SITEMAP}loc"), links, [one.text for one in url.iter(f"{_IMAGE}loc")]


async def furnish(house: House) -> Draft:
    """Publish something of every kind, and return the work in two languages with two photographs."""
    shown = tuple([await grey(house, shade=shade) for shade in (10, 20)])
    others = {"pt": Wording(title="Jarro de lua")}
    draft = Draft(title="Moon jar", photos=shown, series="Lunes", tags=("Céramique",), others=others)
    await house.publish(draft)
    gone = await house.publish(Draft(title="Withdrawn", series="Gone", tags=("gone",)))
    await commands.withdraw(house, gone)
    await house.publish(Draft(title="Bowl", tags=("CÉRAMIQUE",)))
    async with house.db.write() as tx:
        page = PageDraft(
            title="About", text="…", others={"de": PageWording(title="Über", text="…")}, place=Place.NOWHERE
        )
        await pages_service.write(tx, house.artisan, page, utc_now())
    return draft


async def test_everything_that_can_be_found_is_there_once(house: House, ask: Asker) -> None:
    """Home, pages, series, tags and works stand there with their languages and photographs; nothing withdrawn."""
    draft = await furnish(house)
    origin = house.uris.origin
    found = {url: (links, pictures) for url, links, pictures in places(xml(await ask("/sitemap.xml")))}
    paths = [
        "/",
        "/follow",
        "/works",
        "/series",
        "/pages/about",
        "/series/lunes",
        "/tags/C%C3%89RAMIQUE",
        "/works/moon-jar",
        "/works/bowl",
    ]
    assert list(found) == [origin + path for path in paths]
    links, pictures = found[f"{origin}/works/moon-jar"]
    assert pictures == [house.uris.media_url(photo.post.file) for photo in draft.photos]
    url = f"{origin}/works/moon-jar"
    assert links == {"x-default": url, **{code: f"{url}?lang={code}" for code in ("fr", "en", "pt")}}
    assert set(found[f"{origin}/pages/about"][0]) == {"fr", "en", "de", "x-default"}


async def test_every_place_is_a_page_that_wants_to_be_found(house: House, ask: Asker) -> None:
    """Each address is the canonical one of a page that answers 200, is not noindex, and that robots.txt allows."""
    await furnish(house)
    robots = (await ask("/robots.txt")).body.decode()
    for url, _, pictures in places(xml(await ask("/sitemap.xml"))):
        answer = await ask(url, ("Accept", "text/html"))
        assert answer.status == 200, url
        page = read(answer.body.decode())
        assert page.one("link", rel="canonical").attributes["href"] == url
        assert not [one for one in page.all("meta", name="robots") if "noindex" in one.attributes["content"]]
        assert may_read(robots, "Googlebot", url.removeprefix(house.uris.origin))
        assert [(await ask(picture)).status for picture in pictures] == [200] * len(pictures)


async def test_several_artisans_have_their_pages_in_it(house: House, ask: Asker) -> None:
    """With several, the home and each artisan's page are there; with one, hers is the home."""
    alone = [url for url, *_ in places(xml(await ask("/sitemap.xml")))]
    assert alone == [f"{house.uris.origin}/", f"{house.uris.origin}/follow"]
    async with house.db.write() as tx:
        await artisans_service.create(tx, username="jean", name="Jean", language="fr", key=key_pair(), now=utc_now())

    homes = ("", "/@maria", "/@jean")

    async def both() -> bool:
        found = [url for url, *_ in places(xml(await ask("/sitemap.xml")))]
        return found == [house.uris.origin + path for path in homes for path in (path or "/", f"{path}/follow")]

    await until(both, "the new artisan's page")


async def test_much_is_told_in_parts(house: House, ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit the sitemap names its parts, in which every place stands once; other parts are 404."""
    monkeypatch.setattr(sitemap, "MOST_PLACES", 4)
    await furnish(house)
    root = xml(await ask("/sitemap.xml"))
    assert root.tag == f"{_SITEMAP}sitemapindex"
    parts = [part.findtext(f"{_SITEMAP}loc") for part in root]
    assert parts == [f"{house.uris.origin}/sitemap-{number}.xml" for number in (1, 2, 3)]
    assert all(part.findtext(f"{_SITEMAP}lastmod") for part in root)
    found = [url for part in parts for url, *_ in places(xml(await ask(part)))]
    assert len(found) == len(set(found)) == 9
    for number in ("0", "4", "99999999999999999999", "x", "-1"):
        assert (await ask(f"/sitemap-{number}.xml")).status == 404


def test_the_largest_part_is_kept_ready() -> None:
    """However many photographs the works of a part have, it is no larger than what is kept: asking again is cheap."""
    pages = Pages(Config(origin="https://atelier.example"))
    place = SimpleNamespace(path=f"/works/{'a-long-name-' * 6}", languages=LANGUAGES, changed_at=utc_now())
    whole = [(place, [f"{'0' * 40}.jpg"] * MOST_PHOTOS)] * sitemap.MOST_PLACES
    body = pages.render_xml("sitemap.xml", uris=Uris("https://atelier.example"), places=whole)
    assert LARGEST_BYTES / 2 < len(body) < LARGEST_BYTES


async def test_robots_txt_leads_to_it(house: House, ask: Asker) -> None:
    """RFC 9309 2.2.4: robots.txt names the sitemap by its whole address, and what answers programs alone is closed."""
    robots = (await ask("/robots.txt")).body.decode()
    assert f"\nSitemap: {house.uris.origin}/sitemap.xml\n" in robots
    for path in ("/ap/inbox", "/works/jar/respond", "/oembed?url=x"):
        assert not may_read(robots, "Googlebot", path)
    for path in ("/works/jar", "/works/jar/embed", "/feed.atom", "/sitemap.xml"):
        assert may_read(robots, "Googlebot", path)


async def test_addresses_are_quoted_and_escaped(house: House, ask: Asker) -> None:
    """Whatever letters a tag has, the sitemap is XML and its address is that of the tag's page."""
    tag = "a&b<c>'d\"é?#%"
    await house.publish(dataclasses.replace(Draft(title="Jar"), tags=(tag,)))
    [url] = [url for url, *_ in places(xml(await ask("/sitemap.xml"))) if "/tags/" in url]
    answer = await ask(url, ("Accept", "text/html"))
    assert answer.status == 200
    assert read(answer.body.decode()).one("h1").text == f"#{tag}"
