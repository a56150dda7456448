"""Photographs on their way, as whoever stands in the workshop sees it."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.services import drafts
from tests.browser.chromium import Tab, window
from tests.house import House, open_house, until
from tests.photos import PHOTOS
from tests.studio import sign_in_browser

TINY = (PHOTOS / "bowl-tiny.jpg").read_bytes()
BROKEN = FilePayload(name="drawing.jpg", mimeType="image/jpeg", buffer=(PHOTOS / "script.svg").read_bytes())
CHOOSE = "input[type=file][multiple]"
ARRIVED = "[data-photos] > [data-photo]"
COMING = "[data-photos] > .coming"


def photo(number: int, *, more_bytes: int = 0) -> FilePayload:
    """Return a photograph that no other is the same as."""
    return FilePayload(name=f"{number}.jpg", mimeType="image/jpeg", buffer=TINY + bytes([number]) + bytes(more_bytes))


async def written(tab: Tab, house: House) -> str:
    """Open the page of a new draft and return its uid."""
    await sign_in_browser(tab.page.context, house)
    async with house.db.write() as tx:
        draft = await drafts.begin(tx, house.artisan, utc_now())
    await tab.open(f"{house.config.origin}/studio/drafts/{draft.uid}")
    return draft.uid


async def names(house: House, uid: str) -> list[str]:
    """Return the files that stand in a draft."""
    async with house.db.read() as tx:
        return [one.name for one in (await drafts.get(tx, house.artisan, uid)).photos]


async def uids(page: Page) -> Any:
    """Return the rows of the page in their order."""
    return await page.eval_on_selector_all(ARRIVED, "rows => rows.map(row => row.dataset.photo)")


async def test_ten_photographs_at_once_with_one_broken(browser: Browser, house: House) -> None:
    """Nine arrive in the order in which they were chosen, and show themselves; the tenth says what is wrong with it."""
    async with window(browser) as tab:
        uid = await written(tab, house)
        page = tab.page
        await page.set_input_files(CHOOSE, [*map(photo, range(4)), BROKEN, *map(photo, range(4, 9))])
        await expect(page.locator(ARRIVED)).to_have_count(9)
        refused = page.locator(f"{COMING}[data-state=refused]")
        await expect(refused).to_have_count(1)
        await expect(refused).to_contain_text("This is an SVG drawing or a web page.")
        await expect(page.locator("[data-uploads] [data-told]")).to_contain_text("1")
        assert await page.input_value("input[name=photos]") == ",".join(await uids(page))
        async with house.db.read() as tx:
            standing = {one.uid: one.name for one in (await drafts.get(tx, house.artisan, uid)).photos}
        assert [standing[one] for one in await uids(page)] == [f"{number}.jpg" for number in range(9)]
        # Her own picture until ours is made, then ours.
        await expect(page.locator(f"{ARRIVED} [data-picture][src*='/media/']").first).to_be_visible()
        await refused.locator("[data-drop]").click()
        await expect(page.locator(COMING)).to_have_count(0)
        assert not await page.evaluate("window.dispatchEvent(new Event('beforeunload', {cancelable: true})) === false")


async def test_a_phone_without_a_line(browser: Browser, house: House) -> None:
    """What is chosen without a line waits, and goes on by itself when it is back; leaving meanwhile asks first."""
    async with window(browser, width_px=390, height_px=844, dots=3) as tab:
        uid = await written(tab, house)
        page = tab.page
        await page.context.set_offline(True)
        await page.set_input_files(CHOOSE, [photo(1), photo(2)])
        later = page.locator(f"{COMING}[data-state=later]")
        await expect(later).to_have_count(2)
        assert await page.evaluate("window.dispatchEvent(new Event('beforeunload', {cancelable: true})) === false")
        await page.context.set_offline(False)
        await expect(page.locator(ARRIVED)).to_have_count(2)
        assert sorted(await names(house, uid)) == ["1.jpg", "2.jpg"]


async def test_a_line_that_breaks_in_the_middle(browser: Browser, tmp_path: Path) -> None:
    """Half a photograph was on its way when the server went: one press on its button, and it stands there once."""
    async with window(browser, width_px=390, height_px=844, dots=3) as tab:
        page = tab.page
        async with open_house(tmp_path / "data") as house:
            port = int(house.config.host.rpartition(":")[2])
            uid = await written(tab, house)
            line = await page.context.new_cdp_session(page)
            slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000}
            await line.send("Network.emulateNetworkConditions", slow)
            await page.set_input_files(CHOOSE, [photo(1, more_bytes=1_000_000)])

            async def is_on_its_way() -> Any:
                return await page.evaluate("document.querySelector('.coming progress')?.value > 0")

            await until(is_on_its_way, "the beginning of the upload")
        later = page.locator(f"{COMING}[data-state=later]")
        await expect(later).to_have_count(1)
        async with open_house(tmp_path / "data", port=port) as house:
            assert await names(house, uid) == []
            assert list(house.config.incoming_dir.rglob("*")) == []
            await line.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
            await later.locator("[data-again]").click()
            await expect(page.locator(ARRIVED)).to_have_count(1)
            assert await names(house, uid) == ["1.jpg"]


async def test_a_session_that_ends_meanwhile(browser: Browser, house: House) -> None:
    """Nothing is lost: the page says what to do, and goes on once she has signed in elsewhere."""
    async with window(browser) as tab:
        uid = await written(tab, house)
        page = tab.page
        async with house.db.write() as tx:
            await tx.execute("DELETE FROM sessions")
        await page.set_input_files(CHOOSE, [photo(1)])
        await expect(page.locator(f"{COMING} [data-state-words]")).to_contain_text("signed out")
        assert await names(house, uid) == []
        token = await sign_in_browser(page.context, house)
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await expect(page.locator(ARRIVED)).to_have_count(1)
        assert await page.input_value("input[name=token] >> nth=0") == token
        assert await names(house, uid) == ["1.jpg"]


@pytest.mark.parametrize("how", ["drop", "paste"])
async def test_dropped_and_pasted(browser: Browser, house: House, how: str) -> None:
    """On a desk, photographs come from anywhere onto the page."""
    async with window(browser) as tab:
        await written(tab, house)
        bring = """([how, bytes]) => {
            const given = new DataTransfer();
            given.items.add(new File([new Uint8Array(bytes)], "bowl.jpg", {type: "image/jpeg"}));
            const event = how === "drop"
                ? new DragEvent("drop", {dataTransfer: given, bubbles: true, cancelable: true})
                : new ClipboardEvent("paste", {clipboardData: given, bubbles: true, cancelable: true});
            return document.body.dispatchEvent(event);
        }"""
        assert await tab.evaluate(bring, [how, list(TINY)]) is False
        await expect(tab.page.locator(ARRIVED)).to_have_count(1)


async def test_without_scripts(browser: Browser, house: House) -> None:
    """The same page takes photographs with its form, and keeps what was typed; it says which one it could not take."""
    async with window(browser, width_px=390, scripts=False) as tab:
        uid = await written(tab, house)
        page = tab.page
        await page.fill("input[name=title]", "Moon jar")
        await page.set_input_files(CHOOSE, [photo(1), BROKEN])
        await page.click(".giving [data-needs-no-script]")
        await expect(page.locator("main")).to_contain_text("drawing.jpg")
        await page.click("main .button")
        await expect(page.locator(ARRIVED)).to_have_count(1)
        assert await page.input_value("input[name=title]") == "Moon jar"
        assert await names(house, uid) == ["1.jpg"]
