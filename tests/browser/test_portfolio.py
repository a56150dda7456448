"""The pages as a real browser shows them."""

import dataclasses
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import pytest_asyncio

from fedi_artisan.domain.works import Availability, Draft
from fedi_artisan.storage import artisans
from tests.browser.chromium import Tab
from tests.browser.street import Street
from tests.house import House, open_house
from tests.photos import grey

WIDTHS_PX = (320, 390, 1280)
LONGEST_WORD = "Donaudampfschifffahrtsgesellschaftskapitänskajütentürschild"


async def _furnish(house: House) -> list[str]:
    """Publish works of every kind and return the paths of the pages that show them."""
    async with house.db.write() as tx:
        words = f"Short words.\n\n{LONGEST_WORD * 3}\n\n    {'code ' * 60}"
        await artisans.update(tx, dataclasses.replace(house.artisan, summary=words))
    shapes = [(300, 200), (160, 200), (200, 200), (900, 120), (120, 600), (300, 200), (160, 200)]
    for number, (width_px, height_px) in enumerate(shapes):
        views = [await grey(house, width_px=width_px, height_px=height_px, shade=40 + number)]
        views.append(await grey(house, width_px=200, height_px=150, shade=140 + number))
        await house.publish(Draft(title=f"Bowl {number}", photos=tuple(views), availability=Availability.SOLD))
    work = await house.publish(
        Draft(
            title=f"{LONGEST_WORD} {LONGEST_WORD}",
            text=f"{LONGEST_WORD * 3}\n\n| a | b |\n|---|---|\n| {'x' * 200} | y |",
            photos=tuple([await grey(house, shade=shade) for shade in (1, 2, 3, 4)]),
            materials=(LONGEST_WORD * 2,),
            series=LONGEST_WORD,
            tags=(LONGEST_WORD, *(f"tag{number}" for number in range(20))),
            year=2026,
        )
    )
    bare = await house.publish(Draft(title=LONGEST_WORD, text=LONGEST_WORD * 3))
    assert work.series is not None
    return [
        "/?lang=fr",
        f"/works/{work.slug}?lang=fr",
        f"/works/{bare.slug}?lang=en",
        f"/tags/{LONGEST_WORD}",
        f"/series/{work.series.slug}",
        f"/works?q={LONGEST_WORD}&tag={LONGEST_WORD}&lang=fr",
        "/works?lang=en",
    ]


class Crowded(NamedTuple):
    """A house with works of every kind, only to be looked at, and the paths of the pages that show them."""

    house: House
    paths: list[str]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def crowded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Crowded]:
    """A house that is hard to show."""
    async with open_house(tmp_path_factory.mktemp("crowded")) as house:
        yield Crowded(house, await _furnish(house))


async def _overflowing(tab: Tab) -> object:
    """Return what makes the page wider than its window, as the beginning of each element; nothing where it fits."""
    return await tab.evaluate(
        """document.documentElement.scrollWidth <= window.innerWidth ? [] : [...document.querySelectorAll('*')]
            .filter(element => element.getBoundingClientRect().right > window.innerWidth)
            .map(element => element.outerHTML.slice(0, 80))"""
    )


async def test_pages_are_quiet_and_fit(crowded: Crowded, tab: Tab) -> None:
    """WIRE 10.2 #48: no page breaks its policy, asks another host or is wider than a small phone."""
    house, paths = crowded
    for path in paths:
        for width_px in WIDTHS_PX:
            visit = await tab.open(house.config.origin + path, width_px=width_px)
            assert not visit.complaints, (path, width_px, visit.complaints)
            assert visit.requests
            assert all(url.startswith(f"{house.config.origin}/") for url in visit.requests), visit.requests
            await tab.evaluate("document.querySelectorAll('details').forEach(hidden => { hidden.open = true })")
            assert await _overflowing(tab) == [], (path, width_px)
    await tab.open(f"{house.config.origin}/nowhere", width_px=320)
    assert await _overflowing(tab) == []


async def test_wall_crops_nothing_and_stands_in_rows(crowded: Crowded, tab: Tab) -> None:
    """Every picture of the wall keeps its proportions, and pictures that stand in one row have one height."""
    house = crowded.house
    for width_px in (390, 800, 1280, 1920):
        await tab.open(house.config.origin, width_px=width_px)
        shown = await tab.evaluate(
            """[...document.querySelectorAll('.wall img')].map(image => {
                const box = image.getBoundingClientRect();
                return [box.top, box.width, box.height, image.getAttribute('width') / image.getAttribute('height')];
            })"""
        )
        rows: dict[int, set[int]] = {}
        for top, width, height, ratio in shown:
            assert abs(width / height / ratio - 1) < 0.01, (width_px, width, height, ratio)
            rows.setdefault(round(top), set()).add(round(height))
        assert all(max(heights) - min(heights) <= 1 for heights in rows.values()), (width_px, rows)
        assert len(rows) < len(shown) or width_px < 640


async def test_night_is_dark_and_words_can_be_doubled(crowded: Crowded, tab: Tab) -> None:
    """A visitor who prefers dark gets a dark ground with light letters; letters twice as large still fit."""
    house, paths = crowded
    colours = "(s => [s.backgroundColor, s.color])(getComputedStyle(document.body))"
    await tab.open(house.config.origin, width_px=390)
    day = await tab.evaluate(colours)
    await tab.open(house.config.origin, width_px=390, dark=True)
    assert [day, await tab.evaluate(colours)] == [
        ["rgb(246, 243, 238)", "rgb(31, 28, 24)"],
        ["rgb(21, 20, 18)", "rgb(236, 231, 222)"],
    ]
    for path in paths[:2]:
        # 200 % zoom of a window of 1280 px is a window of 640 px with two dots for each.
        await tab.open(house.config.origin + path, width_px=640)
        assert await _overflowing(tab) == [], path


async def test_keyboard_reaches_everything_visibly(crowded: Crowded, tab: Tab) -> None:
    """The first press of Tab shows the way past the header; each stop on the page shows where it is."""
    house = crowded.house
    await tab.open(house.config.origin, width_px=1280)
    stops = []
    for _ in range(8):
        await tab.page.keyboard.press("Tab")
        stops.append(
            await tab.evaluate(
                """(at => {
                    const own = getComputedStyle(at), over = getComputedStyle(at, '::after');
                    return [at.className, own.outlineStyle === 'solid' || over.outlineStyle === 'solid'];
                })(document.activeElement)"""
            )
        )
    assert stops[0][0] == "skip"
    assert all(visible for _, visible in stops), stops


@pytest.mark.parametrize("layout", ["index", "onebyone"])
async def test_words_stand_beside_their_picture(street: Street, tab: Tab, layout: str) -> None:
    """Where works stand one below another on a desk, words are beside pictures, however many types these come in."""
    await tab.open(f"{street.shared.config.origin}/@{layout}", width_px=1280)
    # Pictures of tests come in one type.
    await tab.evaluate(
        "document.querySelectorAll('.piece picture').forEach(one => one.prepend(document.createElement('source')))"
    )
    boxes = await tab.evaluate(
        """[...document.querySelectorAll('.piece')].map(piece => ['img', '.caption'].map(part => {
            const box = piece.querySelector(part).getBoundingClientRect();
            return [box.left, box.right, box.top, box.bottom];
        }))"""
    )
    assert boxes
    for (left, right, top, bottom), words in boxes:
        assert left < right < words[0] < words[1] - 200
        assert top < words[3]
        assert words[2] < bottom


async def test_filters_stand_open_on_a_desk(street: Street, tab: Tab) -> None:
    """Series and availability can be chosen at once, on the first screen; the search stands beside the heading."""
    await tab.open(f"{street.atelier.config.origin}/works?lang=en", width_px=1280)
    assert await tab.page.get_by_role("link", name="available", exact=True).is_visible()
    assert await tab.page.get_by_role("link", name="Moons", exact=True).is_visible()
    assert not await tab.page.get_by_role("link", name="#Jarre", exact=True).is_visible()
    tops = await tab.evaluate(
        "['.finding h1', '.find input'].map(one => document.querySelector(one).getBoundingClientRect().bottom)"
    )
    assert abs(tops[0] - tops[1]) < 40
    colours = "[...document.querySelectorAll('.narrow a')].map(a => getComputedStyle(a).textDecorationColor)"
    assert set(await tab.evaluate(colours)) == {"rgba(0, 0, 0, 0)"}


async def test_page_keeps_its_place_behind_photographs(street: Street, tab: Tab) -> None:
    """While photographs lie over the page, nothing scrolls it, and the ring around them is within the window."""
    await tab.open(f"{street.atelier.config.origin}/works/jarre-de-lune", width_px=1280)
    await tab.page.locator("figure.lead :is(a, button)").press("Enter")
    await tab.page.keyboard.press("ArrowRight")
    await tab.evaluate(
        """new Promise(done => {
            const look = () => document.querySelector('dialog ol').scrollLeft ? done() : requestAnimationFrame(look);
            look();
        })"""
    )
    assert await tab.evaluate("getComputedStyle(document.documentElement).overflowY") == "hidden"
    assert await tab.evaluate("parseFloat(getComputedStyle(document.querySelector('dialog ol')).outlineOffset)") < 0
    await tab.page.keyboard.press("Escape")
    await tab.page.locator("dialog").wait_for(state="hidden")
    assert await tab.evaluate("document.activeElement.closest('figure.lead') !== null")
