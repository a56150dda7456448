"""The page of all works, asked over HTTP from the running server."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, quote, urlsplit

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fedi_artisan.domain.appearance import Appearance, Order
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.works import Availability, Draft, Wording
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import works as works_service
from fedi_artisan.web.people import public
from fedi_artisan.web.people import works as page_of_works
from tests.house import House, key_pair
from tests.unit.web.markup import Page
from tests.unit.web.visiting import Visitor

JAR = Draft(
    title="Jarre de lune",
    text="Deux bols profonds.",
    language="fr",
    materials=("grès", "cendre"),
    year=2025,
    availability=Availability.AVAILABLE,
    series="Lunes",
    tags=("Raku",),
    others={"en": Wording(title="Moon jar", text="Two deep bowls.", materials=("stoneware", "ash"))},
)
MOON_JAR = "Moon jar"
BOX = Draft(title="Box", materials=("oak",), year=2024, availability=Availability.SOLD, tags=("raku", "C++_à"))


@pytest.fixture
async def visitor(house: House) -> AsyncIterator[Visitor]:
    """A visitor of a server with two works."""
    await house.publish(JAR)
    await house.publish(BOX)
    async with aiohttp.ClientSession() as session:
        yield Visitor(session, house)


def titles(page: Page) -> list[str]:
    """Return the titles of the works on a page."""
    return [name.text for name in page.all("h2", class_="name")]


def canonical(page: Page) -> str:
    """Return the path and query of the one address of a page."""
    parts = urlsplit(page.one("link", rel="canonical").attributes["href"])
    return parts.path + (f"?{parts.query}" if parts.query else "")


async def test_all_works_can_be_searched_and_filtered(visitor: Visitor) -> None:
    """The page has every work, a form with a label, and what works can be filtered by with how many there are."""
    page, _ = await visitor.get("/works")
    assert titles(page) == ["Box", MOON_JAR]
    assert page.one("h1").text == "Works"
    field = page.one("input", name="q").attributes
    assert page.one("label", **{"for": field["id"]}).text == "Search the works"
    assert (field["type"], field["maxlength"]) == ("search", "200")
    assert page.one("form", role="search").attributes["method"] == "get"
    counts = [(item.text.split("  ")[0].strip()) for item in page.all("li") if "href" not in item.attributes]
    assert "#raku 2" in counts
    assert "stoneware 1" in counts
    home, _ = await visitor.get("/")
    assert [link.text for link in home.all("a", href="/works")] == ["Works", "All 2 works, and search"]


TITLES = [
    ("", "Works", "Œuvres", ["Box", MOON_JAR]),
    ("?q=lune", "Search: lune", "Recherche : lune", [MOON_JAR]),
    ("?material=stoneware", "Works in stoneware", "Œuvres en grès", [MOON_JAR]),
    ("?material=GRES", "Works in stoneware", "Œuvres en grès", [MOON_JAR]),
    ("?year=2024", "Works of 2024", "Œuvres de 2024", ["Box"]),
    ("?availability=sold", "Sold works", "Œuvres vendues", ["Box"]),
    ("?availability=available", "Available works", "Œuvres disponibles", [MOON_JAR]),
    ("?availability=on-commission", "Works made on commission", "Œuvres sur commande", []),
    ("?availability=not-for-sale", "Works that are not for sale", "Œuvres qui ne sont pas à vendre", []),
    ("?series=lunes", "The series “Lunes”", "La série « Lunes »", [MOON_JAR]),
    ("?tag=RAKU", "Works with the tag #raku", "Les œuvres qui portent le mot-clé #raku", ["Box", MOON_JAR]),
    ("?artisan=maria", "Works by Atelier Maria", "Les œuvres de Atelier Maria", ["Box", MOON_JAR]),
    ("?q=x&year=2024&availability=sold", "Works: x, sold, 2024", "Œuvres : x, vendue, 2024", []),
]


async def test_titles_say_what_is_shown(visitor: Visitor) -> None:
    """In either language, and the language keeps what is looked for."""
    for query, title, french, found in TITLES:
        english, _ = await visitor.get(f"/works{query}", Accept_Language="en")
        assert titles(english) == found, query
        assert english.one("h1").text == title
        # Where it names her already, it does not do so twice.
        assert english.one("title").text == (title if title.endswith("Maria") else f"{title} – Atelier Maria")
        other = english.one("a", hreflang="fr", lang="fr").attributes["href"]
        page, _ = await visitor.get(f"/works{other}")
        assert page.one("h1").text.replace("\N{NO-BREAK SPACE}", " ") == french
        assert titles(page) == [{MOON_JAR: JAR.title}.get(title, title) for title in found]


async def test_what_is_chosen_is_marked_and_can_be_taken_away(visitor: Visitor) -> None:
    """Each choice has a link that takes it away, the form keeps all of them, and the language stays chosen."""
    page, _ = await visitor.get("/works?q=jar&material=stoneware&lang=fr")
    # By the French name, which the page says, of what was chosen in English.
    assert page.one("span", **{"aria-current": "true", "dir": "auto"}).text == "grès"
    links = {link.attributes["aria-label"]: link.attributes["href"] for link in page.all("a") if "Retirer" in str(link)}
    assert {name.partition("\N{NO-BREAK SPACE}: ")[2]: href for name, href in links.items()} == {
        "jar": "/works?material=stoneware&lang=fr",
        "grès": "/works?q=jar&lang=fr",
    }
    hidden = {field.attributes["name"]: field.attributes["value"] for field in page.all("input", type="hidden")}
    assert hidden == {"material": "stoneware", "lang": "fr"}
    assert page.one("input", name="q").attributes["value"] == "jar"


async def test_nothing_found_suggests_what_to_do(visitor: Visitor) -> None:
    """What exists, but not together, is a page that helps on; a search for nothing there is as well."""
    for query, words in (("q=zebra", "fewer words"), ("q=***", "fewer words"), ("tag=raku&year=2024&series=lunes", "")):
        page, _ = await visitor.get(f"/works?{query}")
        assert titles(page) == []
        assert page.one("div", class_="empty").text.strip().startswith("Nothing here is all of that.")
        assert words in page.one("div", class_="empty").text
        assert page.all("a", href="/works")


WRONG = [
    ("material=gold", 404, "Aucune œuvre d’ici n’est faite de cette matière."),
    ("tag=none", 404, "Aucune œuvre d’ici ne porte ce mot-clé."),
    ("series=none", 404, "Cette série n’existe pas ici."),
    ("year=1999", 404, "Aucune œuvre d’ici ne date de cette année."),
    ("year=0000", 404, "Aucune œuvre d’ici ne date de cette année."),
    ("availability=free", 404, "Cette disponibilité n’existe pas ici."),
    ("artisan=nobody", 404, "Personne de ce nom ne travaille ici."),
    ("page=2", 404, "Cette liste n’a pas de page portant ce numéro."),
    ("page=999999", 404, "Cette liste n’a pas de page portant ce numéro."),
    ("page=0", 404, "Cette liste n’a pas de page portant ce numéro."),
    ("page=x", 404, "Cette liste n’a pas de page portant ce numéro."),
    ("q=" + "a" * 201, 400, "C’est trop long pour une recherche."),
    ("q=" + "a" * 20_000, 400, "C’est trop long pour une recherche."),
    ("tag=" + "a" * 2_000, 400, "Cette adresse est trop longue pour être comprise."),
    ("year=20", 400, "Une année s’écrit en quatre chiffres."),
    ("year=20&tag=raku", 400, "Une année s’écrit en quatre chiffres."),
    ("tag=raku&tag=raku", 400, "Cette adresse demande deux fois la même chose."),
    ("q=%00", 400, "Cette adresse contient des caractères illisibles."),
    ("q=%FF%FEa%00", 400, "Cette adresse contient des caractères illisibles."),
    ("q=gr%E8s", 400, "Cette adresse contient des caractères illisibles."),
    ("material=%ED%A0%80", 400, "Cette adresse contient des caractères illisibles."),
]


async def test_bad_addresses_are_told_what_is_wrong(visitor: Visitor) -> None:
    """In the visitor's language, with the right status, and with a way to all works."""
    for query, status, french in WRONG:
        page, answer = await visitor.get(f"/works?{query}", status, Accept_Language="fr")
        assert french in page.one("main").text, query
        onwards = ("Voir sa première page", "?") if query.startswith("page=") else ("Voir les œuvres", "/works")
        assert page.one("p", class_="onwards").text == onwards[0]
        assert page.all("a", href=onwards[1])
        assert page.meta("robots") == "noindex"
        assert answer.headers["Cache-Control"] == "no-store"
        assert not page.all("p", lang="en")


async def test_what_others_add_to_an_address_changes_nothing(visitor: Visitor) -> None:
    """Parameters of other names, and empty ones, are as if they were not there."""
    plain, _ = await visitor.get("/works")
    for query in ("utm_source=x&fbclid=y", "q=&series=&tag=&material=&availability=&year=", "page=1", "&&=&%FF=%FF"):
        page, _ = await visitor.get(f"/works?{query}")
        assert page == plain, query


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(data=st.data())
async def test_no_address_is_a_fault_of_ours(visitor: Visitor, data: st.DataObject) -> None:
    """Any bytes in any parameter are answered with a page: what was found, what is wrong, or that it is not there."""
    names = st.sampled_from(
        ["q", "q", "q", "series", "tag", "material", "availability", "year", "artisan", "page", "x"]
    )
    values = st.binary(max_size=20) | st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass"))
    asked = data.draw(st.dictionaries(names, values, max_size=3))
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in asked.items())
    async with aiohttp.request(
        "GET", f"{visitor.house.config.origin}/works?{query}", headers={"Accept": "text/html"}
    ) as answer:
        assert answer.status in {200, 400, 404}, query
        assert answer.content_type == "text/html"


async def test_one_thing_has_one_address(visitor: Visitor) -> None:
    """A series and a tag have pages of their own; a selection is of all works; a search is in no index."""
    for query, expected, robots in (
        ("", "/works", "noai, noimageai"),
        ("?series=lunes", "/series/lunes", "noai, noimageai"),
        ("?tag=RAKU", "/tags/raku", "noai, noimageai"),
        ("?material=oak", "/works", "noai, noimageai"),
        ("?q=jar", "/works", "noindex, noai, noimageai"),
        ("?tag=raku&year=2024", "/works", "noindex, noai, noimageai"),
    ):
        page, _ = await visitor.get(f"/works{query}")
        assert canonical(page) == expected, query
        assert page.meta("robots") == robots, query


async def test_works_come_in_pages(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """`?page=` keeps what is asked for, says how many pages there are, and leads to the ones beside it."""
    monkeypatch.setattr(page_of_works, "WORKS_PER_PAGE", 1)
    first, _ = await visitor.get("/works?tag=raku&lang=en")
    assert first.one("p", class_="of").text == "Page 1 of 2"
    onwards = first.one("a", rel="next").attributes["href"]
    assert (urlsplit(onwards).path, parse_qs(urlsplit(onwards).query)) == (
        "/works",
        {"tag": ["raku"], "page": ["2"], "lang": ["en"]},
    )
    second, _ = await visitor.get(onwards)
    assert titles(first) + titles(second) == ["Box", MOON_JAR]
    assert second.one("title").text == "Page 2 – Works with the tag #raku – Atelier Maria"
    assert second.one("a", rel="prev").attributes["href"] == "/works?tag=raku&lang=en"
    assert not second.all("a", rel="next")
    # What is looked for next begins at its first page.
    assert not [field for field in second.all("input") if field.attributes["name"] == "page"]
    await visitor.get("/works?tag=raku&page=3", 404)


async def test_tags_and_series_come_in_pages(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """`?page=2` goes on where the first page ends, past the end there is none."""
    monkeypatch.setattr(public, "WORKS_PER_PAGE", 1)
    await visitor.house.publish(Draft(title="Plate", series="Lunes"))
    for path, shown in (("/tags/raku", ["Box", MOON_JAR]), ("/series/lunes", ["Plate", MOON_JAR])):
        first, _ = await visitor.get(path)
        second, _ = await visitor.get(first.one("a", rel="next").attributes["href"])
        assert titles(first) + titles(second) == shown
        assert second.one("a", rel="prev").attributes["href"] == path
        assert canonical(second) == f"{path}?page=2"
        assert second.one("title").text.startswith("Page 2 – ")
        page, _ = await visitor.get(f"{path}?page=3", 404)
        assert page.one("h1").text == "The end of the shelf"
    page, _ = await visitor.get("/tags/none", 404)
    assert "No work here has this tag." in page.one("main").text


async def test_order_by_hand_is_kept(visitor: Visitor) -> None:
    """Works and series stand as the artisan arranged them; a search puts what fits best first."""
    house = visitor.house
    async with house.db.write() as tx:
        await artisans_service.set_appearance(tx, house.artisan, Appearance(order=Order.HAND))
    jar = await house.publish(Draft(title="Plate", text="For a jar.", series="Lunes"))
    async with house.db.write() as tx:
        await works_service.arrange(tx, house.artisan, [jar])
    assert titles((await visitor.get("/works"))[0]) == ["Box", MOON_JAR, "Plate"]
    assert titles((await visitor.get("/series/lunes"))[0]) == [MOON_JAR, "Plate"]
    assert titles((await visitor.get("/works?q=jar"))[0]) == [MOON_JAR, "Plate"]


async def test_several_artisans_share_the_page(visitor: Visitor) -> None:
    """With several, makers are named, all works stand by date, and one of them can be chosen; her page leads there."""
    house = visitor.house
    async with house.db.write() as tx:
        jean = await artisans_service.create(
            tx, username="jean", name="Jean Petit", language="fr", key=key_pair(), now=utc_now()
        )
        await works_service.publish(tx, house.uris, jean, Draft(title="Carnet", series="Lunes"), utc_now())
    page, _ = await visitor.get("/works")
    assert titles(page) == ["Carnet", "Box", MOON_JAR]
    assert [maker.text for maker in page.all("span", class_="maker")] == ["Jean Petit", *["Atelier Maria"] * 2]
    assert page.one("title").text == f"Works – {house.uris.host}"
    own, _ = await visitor.get(page.one("a", href="/works?artisan=jean").attributes["href"])
    assert titles(own) == ["Carnet"]
    assert own.one("title").text == "Works by Jean Petit"
    assert not own.all("span", class_="maker")
    profile, _ = await visitor.get("/@jean")
    assert profile.all("a", href="/works?artisan=jean")
    home, _ = await visitor.get("/")
    assert home.all("a", href="/works")


async def test_every_way_through_the_filters_leads_somewhere(visitor: Visitor) -> None:
    """Whoever follows any link among the works, however far, never meets a refusal; each filter leaves something."""
    await visitor.house.publish(Draft(title="Tenmoku", materials=("grès", "a/b & c?d=#e", '"é" % +'), tags=("Thé",)))
    seen, waiting = {"/works"}, ["/works"]
    while waiting:
        page, _ = await visitor.get(waiting.pop())
        assert titles(page)
        for link in page.all("a"):
            href = link.attributes["href"]
            if href.startswith("/works?") and href not in seen:
                seen.add(href)
                waiting.append(href)
    assert len(seen) > 40
