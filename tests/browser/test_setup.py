"""The first steps on a phone: from the first question to a portfolio that is there, with scripts and without."""

import re

import pytest
from playwright.async_api import Browser, expect

from fedi_artisan.storage import artisans
from tests.browser.chromium import window
from tests.house import House
from tests.photos import PHOTOS
from tests.studio import sign_in_browser

SMALL = PHOTOS / "bowl-tiny.jpg"


@pytest.mark.parametrize("scripts", [True, False])
async def test_five_questions_lead_to_a_portfolio(house: House, browser: Browser, *, scripts: bool) -> None:
    """On a phone she answers by typing and tapping alone, sees how it will look, and finds her portfolio at the end."""
    async with window(browser, width_px=390, height_px=844, dots=2, scripts=scripts) as tab:
        await sign_in_browser(tab.page.context, house)
        page = tab.page
        onward = page.get_by_role("button", name="Continue")
        await tab.open(f"{house.config.origin}/studio/setup/1", wholly=False)
        await page.get_by_label("Name").fill("Léa Morel")
        await page.get_by_label("What do you make?").fill("Potter")
        await onward.tap()
        await page.get_by_label("A few words about you").fill("I throw large jars.")
        await onward.tap()
        await page.get_by_label("Portrait").first.set_input_files(SMALL)
        if scripts:
            # She sees it before it is sent.
            await expect(page.locator("#portrait-shown img")).to_have_attribute(
                "src", re.compile("^blob:"), timeout=15_000
            )
        await onward.tap()
        await expect(page.get_by_role("heading", level=1)).to_have_text("In which language do you write?")
        await page.get_by_role("link", name="Back").tap()
        await expect(page.locator("#portrait-shown img")).to_be_visible()
        await page.get_by_role("link", name="Skip", exact=True).tap()
        await page.get_by_role("link", name="Skip", exact=True).tap()
        await page.get_by_text("Columns", exact=True).tap()
        if not scripts:
            await page.get_by_role("button", name="Try it").tap()
        mirror = page.frame_locator("#mirror")
        await expect(mirror.locator("html.layout-columns")).to_be_visible()
        await onward.tap()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Your portfolio is there")
        await expect(page.frame_locator("#mirror").get_by_text("I throw large jars.").first).to_be_visible()
    async with house.db.read() as tx:
        lea = await artisans.get(tx, house.artisan.id)
    assert (lea.name, lea.crafts, lea.appearance.layout) == ("Léa Morel", {"en": "Potter"}, "columns")
    assert lea.icon is not None


async def test_pages_follow_what_is_typed(house: House, browser: Browser) -> None:
    """With scripts the text of a page is shown as it will look while she writes, and works are dragged into order."""
    made = [await house.publish() for _ in range(3)]
    async with window(browser, width_px=1280) as tab:
        await sign_in_browser(tab.page.context, house)
        page = tab.page
        await tab.open(f"{house.config.origin}/studio/pages/new", wholly=False)
        await page.get_by_label("Text").first.fill("Some **bold** words")
        await expect(page.locator("#text-preview strong")).to_have_text("bold")
        await tab.open(f"{house.config.origin}/studio/order", wholly=False)
        first, last = page.locator(f"[data-item='{made[2].uid}']"), page.locator(f"[data-item='{made[0].uid}']")
        await last.locator("[data-handle]").hover()
        await page.mouse.down()
        box = await first.bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + 20, box["y"] + 5, steps=8)
        await page.mouse.up()
        await expect(page.get_by_label("As I put them")).to_be_checked()
        await page.get_by_role("button", name="Save", exact=True).click()
        await expect(page.locator("[data-item]").first).to_have_attribute("data-item", made[0].uid)
    assert await house.value("SELECT position FROM works WHERE uid = ?", made[0].uid) == 0
