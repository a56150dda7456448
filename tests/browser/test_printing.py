"""Labels and cards as a real browser shows and prints them."""

import dataclasses
import io
import re
from decimal import Decimal

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Browser

from fedi_artisan.domain.works import Availability, Dimensions, Draft, Price, Wording
from fedi_artisan.storage import artisans
from fedi_artisan.web.people.printing import CARD, LABELS, SHEET, Paper
from tests.browser.chromium import Tab, window
from tests.house import House

LONGEST = (
    "Grande jarre ventrue à deux anses torsadées, émail de cendres de châtaignier et coulures de cuivre rouge, "
    "tournée en trois parties et cuite au bois pendant quatre jours dans le four couché du village"
)
LABELLED = Draft(
    title=LONGEST,
    language="fr",
    materials=("grès chamotté de Puisaye", "cendres de châtaignier"),
    techniques=("tourné en trois parties, assemblé à cru", "cuit au bois pendant quatre jours"),
    dimensions=Dimensions(
        (("height", Decimal("131.5")), ("width", Decimal("118.5")), ("depth", Decimal("97.25"))), "cm"
    ),
    year=2026,
    price=Price(Decimal("12420.50"), "EUR"),
    availability=Availability.ON_COMMISSION,
    others={"en": Wording(title="W" * 200, materials=("stoneware",) * 20, techniques=("thrown",) * 20)},
)
# What must be on the paper wholly, and whether head, foot and code keep apart.
_FITS = """[...document.querySelectorAll('.slip')].map(slip => {
    const box = one => one.getBoundingClientRect(), paper = box(slip);
    const [head, foot, code] = ['.head', '.foot', '.code'].map(name => box(slip.querySelector(name)));
    const out = [...slip.querySelectorAll('.head p, .foot, .foot b, .foot span, .code')].filter(one =>
        box(one).right > paper.right || box(one).bottom > paper.bottom || one.scrollWidth > one.clientWidth + 1 ||
        one.matches('.card .title') && box(one).top < head.top);
    return [out.map(one => one.className || one.tagName), head.bottom <= foot.top + 1,
        head.bottom <= code.top + 1 || head.right <= code.left + 1, foot.right <= code.left + 1].join() })"""
_PAGES = re.compile(rb"/Type /Page\b")
_SIZES = re.compile(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]")
_POINTS_PER_MM = 72 / 25.4


async def printed(tab: Tab) -> list[tuple[float, float]]:
    """Return width and height of each page that comes out of the printer, in millimetres."""
    pdf = await tab.page.pdf(prefer_css_page_size=True)
    sizes = [(float(width) / _POINTS_PER_MM, float(height) / _POINTS_PER_MM) for width, height in _SIZES.findall(pdf)]
    assert len(sizes) == len(_PAGES.findall(pdf))
    return sizes


async def read(tab: Tab) -> list[str]:
    """Return what a reader finds in the codes on the screen."""
    with Image.open(io.BytesIO(await tab.page.screenshot(full_page=True))) as picture:
        return [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))]


def same(sizes: list[tuple[float, float]], paper: Paper) -> bool:
    """Whether one page came out, of just this size."""
    return len(sizes) == 1 and sizes[0] == pytest.approx((paper.width_mm, paper.height_mm), abs=0.4)


async def test_labels_fit_their_paper_and_nothing_else_is_printed(house: House, browser: Browser) -> None:
    """In each size and language the longest title fits, one page of that size is printed, and the code is read.

    By night, and twice as dense as on a phone, the code is still dark on light.
    """
    work = await house.publish(LABELLED)
    url = house.uris.work_url(work.slug)
    async with window(browser, width_px=900, dots=2, dark=True) as tab:
        for paper in LABELS:
            for language in ("fr", "en"):
                visit = await tab.open(f"{url}/label?size={paper.name}&lang={language}")
                assert not visit.complaints
                assert await tab.evaluate(_FITS) == [",true,true,true"], (paper, language)
            assert await read(tab) == [url], paper
            width_px = await tab.evaluate("document.querySelector('.paper').getBoundingClientRect().width")
            assert width_px == pytest.approx(paper.width_mm * 96 / 25.4, abs=0.1)
            assert same(await printed(tab), paper)


async def test_cards_fit_and_are_read(house: House, browser: Browser) -> None:
    """One card on its paper, ten on a sheet: each fits and is printed alone, each code leads to the portfolio."""
    async with house.db.write() as tx:
        told = dataclasses.replace(
            house.artisan, name=LONGEST[:100], crafts={"en": LONGEST}, places={"en": "By the river"}
        )
        await artisans.update(tx, told)
    async with window(browser, width_px=900, dots=2) as tab:
        for path, paper, copies in (("/card", CARD, 1), ("/card?sheet=a4", SHEET, 10)):
            await tab.open(house.config.origin + path)
            assert await tab.evaluate(_FITS) == [",true,true,true"] * copies
            assert await read(tab) == [f"{house.config.origin}/"] * copies
            assert same(await printed(tab), paper)


async def test_on_a_phone_the_label_is_whole(house: House, browser: Browser) -> None:
    """Where the window is narrower than the paper, all of the label shrinks with it and nothing sticks out."""
    work = await house.publish(LABELLED)
    async with window(browser, width_px=320) as tab:
        await tab.open(f"{house.uris.work_url(work.slug)}/label")
        assert await tab.evaluate("document.documentElement.scrollWidth") <= 320
        assert await tab.evaluate(_FITS) == [",true,true,true"]
