"""Labels and cards, asked over HTTP from the running server."""

import dataclasses
from decimal import Decimal

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.works import Availability, Dimensions, Draft, Price, Wording
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import artisans
from fedi_artisan.web.people import printing
from tests.house import House, key_pair
from tests.unit.web.markup import Page
from tests.unit.web.visiting import Visitor

JAR = Draft(
    title="Jarre de lune",
    language="fr",
    materials=("porcelaine", "émail transparent"),
    techniques=("deux hémisphères tournés puis assemblés",),
    dimensions=Dimensions((("height", Decimal("29.3")), ("diameter", Decimal("30.5"))), "cm"),
    year=2025,
    price=Price(Decimal(1420), "EUR"),
    availability=Availability.ON_COMMISSION,
    others={"en": Wording(title="Moon jar", materials=("porcelain",), techniques=("two thrown hemispheres",))},
)


def on_paper(page: Page) -> str:
    """Return what stands on the label, in one line."""
    return " ".join(page.one("article").text.split())


async def describe(house: House) -> None:
    """Have the artisan of *house* say what she makes, and where."""
    async with house.db.write() as tx:
        artisan = await artisans.get(tx, house.artisan.id)
        told = dataclasses.replace(artisan, crafts={"fr": "Céramique", "en": "Ceramics"}, places={"fr": "Près de Vif"})
        await artisans.update(tx, told)


async def test_the_label_says_what_a_museum_says(visitor: Visitor) -> None:
    """Title, maker and year, materials, technique, dimensions, price and availability, in the visitor's language."""
    await visitor.house.publish(JAR)
    page, _ = await visitor.get("/works/jarre-de-lune/label?lang=fr")
    assert on_paper(page) == (
        "Jarre de lune Atelier Maria, 2025 porcelaine, émail transparent deux hémisphères tournés puis assemblés "
        f"H 29,3 × ⌀ 30,5 cm 1 420 € sur commande {visitor.house.uris.host}/works/jarre-de-lune"
    )
    page, _ = await visitor.get("/works/jarre-de-lune/label?lang=en")
    assert on_paper(page).startswith("Moon jar Atelier Maria, 2025 porcelain two thrown hemispheres H 29.3")
    assert page.one("p", class_="title").attributes == {"class": "title", "dir": "auto"}
    assert page.one("div", class_="head").attributes["lang"] == "en"
    assert (
        page.one("svg", class_="code")
        .attributes["aria-label"]
        .endswith(f"{visitor.house.uris.host}/works/jarre-de-lune")
    )


async def test_a_bare_work_has_a_label_as_well(visitor: Visitor) -> None:
    """A work without any facts: title and maker, and no word about a price."""
    await visitor.house.publish(Draft(title="Bowl"))
    page, _ = await visitor.get("/works/bowl/label?size=strip&lang=en")
    assert on_paper(page) == f"Bowl Atelier Maria {visitor.house.uris.host}/works/bowl"
    assert "price" not in page.one("ul", class_="choices").text


@pytest.mark.parametrize("paper", printing.LABELS, ids=lambda paper: paper.name)
async def test_each_size_leads_to_the_others(visitor: Visitor, paper: printing.Paper) -> None:
    """The size that is shown is no link; the others are, and keep language and price."""
    await visitor.house.publish(JAR)
    page, _ = await visitor.get(f"/works/jarre-de-lune/label?size={paper.name}&price=no&lang=fr")
    assert paper.name in page.one("article").attributes["class"].split()
    assert "1 420" not in on_paper(page)
    assert "sur commande" not in on_paper(page)
    assert f"{paper.width_mm} × {paper.height_mm} mm" in page.all("p", class_="how")[0].text
    others = [one.name for one in printing.LABELS if one != paper]
    links = [link.attributes["href"] for link in page.all("a") if "/label?" in link.attributes["href"]]
    assert links == [
        *(f"/works/jarre-de-lune/label?size={name}&price=no&lang=fr" for name in others),
        f"/works/jarre-de-lune/label?size={paper.name}&lang=fr",
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/works/jarre-de-lune/label?size=a3",
        "/works/jarre-de-lune/label?size=",
        "/works/jarre-de-lune/label?size=%00%ff",
        "/works/jarre-de-lune/label?price=1",
        "/works/nothing/label",
        "/card?sheet=a3",
        "/@nobody/card",
    ],
)
async def test_what_cannot_be_printed_is_a_plain_page(visitor: Visitor, path: str) -> None:
    """An unknown size, sheet, work or artisan gets the page for what is not there, and nothing to print."""
    await visitor.house.publish(JAR)
    page, _ = await visitor.get(path, status=404)
    assert not page.all("article")


async def test_the_label_of_a_withdrawn_work_is_gone(visitor: Visitor) -> None:
    """A work that was withdrawn answers 410 here as on its page."""
    work = await visitor.house.publish(JAR)
    async with visitor.house.db.write() as tx:
        await works_service.withdraw(tx, visitor.house.uris, work, utc_now())
    await visitor.get("/works/jarre-de-lune/label", status=410)


async def test_the_card_introduces_her(visitor: Visitor) -> None:
    """Name, craft, place, address and handle, each in the visitor's language where it is there."""
    await describe(visitor.house)
    page, _ = await visitor.get("/card?lang=en")
    host = visitor.house.uris.host
    assert on_paper(page) == f"Atelier Maria Ceramics Près de Vif {host} {visitor.house.handle}"
    assert [said.attributes.get("lang") for said in page.all("p") if said.text in {"Ceramics", "Près de Vif"}] == [
        "en",
        "fr",
    ]
    same, _ = await visitor.get("/@Maria/card?lang=en")
    assert on_paper(same) == on_paper(page)


async def test_a_sheet_has_ten_cards_and_says_so_once(visitor: Visitor) -> None:
    """Ten cards stand on A4; who listens to the page hears one of them."""
    page, _ = await visitor.get("/card?sheet=a4&lang=en")
    cards = page.all("article")
    assert len(cards) == 10
    assert sum("aria-hidden" not in one.attributes for one in cards) == 1
    assert len(page.all("use", href="#code")) == 9
    assert "210 × 297 mm" in page.all("p", class_="how")[0].text


async def test_in_a_shared_house_each_has_her_own_card(visitor: Visitor) -> None:
    """With several artisans there is no card of the house; each one's leads to her own pages."""
    house = visitor.house
    async with house.db.write() as tx:
        await artisans_service.create(tx, username="jean", name="Jean", language="fr", key=key_pair(), now=utc_now())
    await visitor.get("/card", status=404)
    page, _ = await visitor.get("/@jean/card?lang=fr")
    assert on_paper(page) == f"Jean {house.uris.host}/@jean @jean@{house.uris.host}"
    [ten] = [link.attributes["href"] for link in page.all("a") if "/card?" in link.attributes["href"]]
    assert ten == "/@jean/card?sheet=a4&lang=fr"


@pytest.mark.parametrize("path", ["/works/jarre-de-lune/label", "/card"])
async def test_search_engines_have_no_use_for_them(visitor: Visitor, path: str) -> None:
    """What is to be printed is not to be found, and is nobody's canonical address."""
    await visitor.house.publish(JAR)
    page, _ = await visitor.get(path)
    assert "noindex" in page.meta("robots")
    assert not page.all("link", rel="canonical")


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("Jarre de lune", 1),
        ("Grand vase moucheté, émail crème", 2),
        ("Grande jarre ventrue à deux anses torsadées, émail de cendres", 3),
        ("Grande jarre ventrue à deux anses torsadées, " * 3, 4),
        ("M" * 200, 5),
        ("月の壺" * 5, 2),
    ],
)
def test_long_titles_are_set_smaller(text: str, step: int) -> None:
    """The longer a title, the smaller; capitals and ideographs count twice."""
    assert printing.step(text) == step
