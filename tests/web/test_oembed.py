"""How works stand on other people's pages: oEmbed, and the cards it frames."""

import dataclasses
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from defusedxml.ElementTree import fromstring

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.photos import CARD_PX, Role
from fedi_artisan.domain.works import Availability, Draft, Wording
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.web.programs import frames
from tests.conformance.samples import ARTISAN, URIS, WORK, photo
from tests.federation import commands
from tests.house import House, key_pair, until
from tests.photos import grey
from tests.unit.web.markup import read
from tests.web.asking import Answer, Asker

# A title and a maker of one line each.
WORDS_PX = 76
NASTY = '"><script>alert(1)</script>&'


async def furnish(house: House) -> Draft:
    """Publish a photographed work of a series."""
    draft = Draft(
        title="Moon jar",
        photos=(await grey(house, width_px=90, height_px=60, alt="A white jar."),),
        series="Lunes",
        year=2025,
        availability=Availability.AVAILABLE,
        others={"fr": Wording(title="Jarre de lune")},
    )
    await house.publish(draft)
    return draft


async def about(ask: Asker, url: str, more: str = "") -> Answer:
    """Return the answer of the provider about *url*."""
    return await ask(f"/oembed?url={quote(url, safe='')}{more}")


async def test_a_work_can_be_shown_elsewhere(house: House, ask: Asker) -> None:
    """OEmbed 2.3.4.4: a frame with its size, title, maker, and the preview as a thumbnail; readable from anywhere."""
    draft = await furnish(house)
    answer = await about(ask, f"{house.uris.origin}/works/moon-jar")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    told = answer.json()
    card = draft.photos[0].find(Role.CARD)
    assert card is not None
    html = told.pop("html")
    assert told == {
        "version": "1.0",
        "type": "rich",
        "title": "Moon jar",
        "author_name": "Atelier Maria",
        "author_url": house.uris.profile_url("maria"),
        "provider_name": "Atelier Maria",
        "provider_url": f"{house.uris.origin}/",
        "width": 480,
        "height": 320 + WORDS_PX,
        "thumbnail_url": house.uris.media_url(card.file),
        "thumbnail_width": CARD_PX[0],
        "thumbnail_height": CARD_PX[1],
    }
    [frame] = read(html).elements
    assert frame.attributes["src"] == f"{house.uris.origin}/works/moon-jar/embed"
    assert (frame.attributes["width"], frame.attributes["height"]) == ("480", str(320 + WORDS_PX))
    assert frame.attributes["title"] == "Moon jar – Atelier Maria"
    assert "allow-scripts" not in frame.attributes["sandbox"]


async def test_the_same_is_told_in_xml(house: House, ask: Asker) -> None:
    """`format=xml` has the same names and values."""
    await furnish(house)
    url = f"{house.uris.origin}/works/moon-jar"
    answer = await about(ask, url, "&format=xml")
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    root = fromstring(answer.body)
    assert root.tag == "oembed"
    told = (await about(ask, url, "&format=json")).json()
    assert {element.tag: element.text for element in root} == {name: str(value) for name, value in told.items()}


async def test_portfolio_and_series_can_be_shown_too(house: House, ask: Asker) -> None:
    """What has a card is found by its page's address, whatever else is in that; the language that was chosen stays."""
    await furnish(house)
    origin = house.uris.origin
    for url, title, frame in (
        (f"{origin}/", "Atelier Maria", "/embed"),
        (origin, "Atelier Maria", "/embed"),
        (f"{origin}/@maria", "Atelier Maria", "/embed"),
        (f"{origin}/series/lunes#top", "Lunes", "/series/lunes/embed"),
        (f"{origin}/works/moon-jar?utm_source=x&lang=fr", "Jarre de lune", "/works/moon-jar/embed?lang=fr"),
    ):
        answer = await about(ask, url)
        assert answer.status == 200, url
        assert answer.json()["title"] == title
        assert f'src="{origin}{frame}"' in answer.json()["html"]
        assert (await ask(frame, ("Accept", "text/html"))).status == 200
        assert answer.json()["thumbnail_url"]


# What is asked, and the status of the answer.
REFUSED = (
    ("", 400),
    ("url=", 400),
    ("url={origin}/works/moon-jar&maxwidth=wide", 400),
    ("url={origin}/works/moon-jar&maxheight=0", 400),
    ("url={origin}/works/moon-jar&maxheight=-3", 400),
    ("url={origin}/works/moon-jar&maxwidth=²", 400),
    ("url={origin}/works/moon-jar&format=yaml", 501),
    ("url={origin}/works/none", 404),
    ("url={origin}/works/moon-jar/embed", 404),
    ("url={origin}/works/withdrawn", 404),
    ("url={origin}/pages/none", 404),
    ("url={origin}/@nobody", 404),
    ("url={origin}/works/%2500", 404),
    ("url=https://elsewhere.example/works/moon-jar", 404),
    ("url={origin}@elsewhere.example/", 404),
    ("url=http://[", 404),
    ("url=%00", 404),
)


async def test_what_cannot_be_shown_is_told(house: House, ask: Asker) -> None:
    """OEmbed 2.3.2: 404 for what is not here, 501 for other forms, 400 for what is no question; with a reason."""
    await furnish(house)
    await commands.withdraw(house, await house.publish(Draft(title="Withdrawn")))
    for query, status in REFUSED:
        answer = await ask(f"/oembed?{query.format(origin=house.uris.origin)}", ("Accept", "text/html"))
        assert (answer.status, answer.media_type) == (status, "application/json"), query
        assert answer.json()["error"]


@pytest.mark.parametrize("ratio", [(90, 60), (60, 90), (300, 30), None], ids=str)
@pytest.mark.parametrize("widest", [None, 280, 600, 5000])
@pytest.mark.parametrize("highest", [None, 200, 400, 5000])
def test_frames_keep_within_their_limits(
    ratio: tuple[int, int] | None, widest: int | None, highest: int | None
) -> None:
    """A frame is never larger than was allowed; where there is room its picture stands in it without bars."""
    width, height = ratio or (1, 1)
    shown = (dataclasses.replace(photo(1), width_px=width, height_px=height),) if ratio else ()
    work = dataclasses.replace(WORK, draft=dataclasses.replace(WORK.draft, photos=shown))
    card = frames.of_work(work, ARTISAN, "en", alone=True)
    size = card.size(widest, highest)
    assert 0 < size.width_px <= min(widest or frames.USUAL_WIDTH_PX, frames.WIDEST_PX)
    assert 0 < size.height_px <= (highest or frames.USUAL_HEIGHT_PX)
    if ratio and size.height_px < (highest or frames.USUAL_HEIGHT_PX):
        assert abs((size.height_px - card.words_px(size.width_px)) * width / height - size.width_px) <= width / height


async def test_thumbnails_keep_within_the_limits(house: House, ask: Asker) -> None:
    """OEmbed 2.3.4: the thumbnail respects the largest size too; where everything is larger there is none."""
    await furnish(house)
    url = f"{house.uris.origin}/works/moon-jar"
    small = (await about(ask, url, "&maxwidth=60")).json()
    assert (small["thumbnail_width"], small["thumbnail_height"], small["width"]) == (45, 30, 60)
    assert "thumbnail_url" not in (await about(ask, url, "&maxheight=20")).json()


def test_frames_hold_their_title() -> None:
    """Whatever a title says, the frame's HTML is one element."""
    work = dataclasses.replace(WORK, draft=dataclasses.replace(WORK.draft, title=NASTY))
    shown = frames.of_work(work, ARTISAN, "en", alone=True)
    [frame] = read(shown.html(URIS, shown.size(), "fr")).elements
    assert frame.attributes["title"] == f"{NASTY} – {ARTISAN.name}"


async def test_cards_alone_can_be_framed(house: House, ask: Asker) -> None:
    """Everybody may frame a card; it is as strict as all pages otherwise, is not to be found, and names its page."""
    await furnish(house)
    page, card = [await ask(path, ("Accept", "text/html")) for path in ("/", "/works/moon-jar/embed")]
    policy = card.headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors *")
    assert policy.replace("frame-ancestors *", "frame-ancestors 'none'") == page.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in card.headers
    assert card.headers["X-Content-Type-Options"] == "nosniff"
    shown = read(card.body.decode())
    assert "noindex" in shown.meta("robots")
    url = f"{house.uris.origin}/works/moon-jar"
    assert shown.one("link", rel="canonical").attributes["href"] == url
    assert shown.one("h1").text == "Moon jar"
    assert shown.one("span", class_="available").text == "available"
    assert {link.attributes["target"] for link in shown.all("a")} == {"_top"}
    assert shown.one("img").attributes["alt"] == "A white jar."
    french = read((await ask("/works/moon-jar/embed?lang=fr", ("Accept", "text/html"))).body.decode())
    assert french.one("h1").text == "Jarre de lune"
    assert french.one("a", class_="picture").attributes["href"] == f"{url}?lang=fr"


async def test_there_are_no_cards_of_nothing(house: House, ask: Asker) -> None:
    """What is not here has no card; a withdrawn work has none either; where there are several, the site has none."""
    work = await house.publish(Draft(title="Jar"))
    assert (await ask("/works/jar/embed", ("Accept", "text/html"))).status == 200
    await commands.withdraw(house, work)
    async with house.db.write() as tx:
        await artisans_service.create(tx, username="jean", name="Jean", language="fr", key=key_pair(), now=utc_now())

    async def gone() -> bool:
        return (await ask("/works/jar/embed", ("Accept", "text/html"))).status == 404

    await until(gone, "the end of the card")
    for path in ("/works/none/embed", "/series/none/embed", "/@nobody/embed", "/embed", "/tags/x/embed"):
        assert (await ask(path, ("Accept", "text/html"))).status == 404
    assert (await about(ask, f"{house.uris.origin}/@jean")).json()["provider_name"] == house.uris.host


async def test_pages_lead_to_what_can_be_shown(house: House, ask: Asker) -> None:
    """The head of a page names the provider's answer about it, and a work's page has the lines to copy."""
    await furnish(house)
    for path in ("/", "/works/moon-jar", "/series/lunes", "/works/moon-jar?lang=fr"):
        page = read((await ask(path, ("Accept", "text/html"))).body.decode())
        for kind, media_type in (("application/json+oembed", "application/json"), ("text/xml+oembed", "text/xml")):
            answer = await ask(page.one("link", type=kind).attributes["href"])
            assert (answer.status, answer.media_type) == (200, media_type)
            assert ("?lang=fr" in answer.body.decode()) == ("?lang=fr" in path)
    page = read((await ask("/works/moon-jar", ("Accept", "text/html"))).body.decode())
    [frame] = read(page.one("code", id="lines").text).elements
    assert (await ask(frame.attributes["src"], ("Accept", "text/html"))).status == 200


def test_the_card_has_a_style_of_its_own() -> None:
    """The card's style sheet is small and fetches nothing: a page with twenty frames waits for none of them."""
    style = (Path(__file__).parents[2] / "static" / "embed.css").read_text(encoding="utf-8")
    assert len(style.encode()) < 3_000
    assert not re.search(r"url\(|@import", style)
