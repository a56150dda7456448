"""What a stranger says of a work: held back, shown, hidden again, and seen so by everybody who opens its page."""

from playwright.async_api import Browser, Page, expect

from tests.browser.chromium import window
from tests.house import House, until
from tests.inbox.sending import effect
from tests.neighbour import open_neighbour
from tests.studio import sign_in_browser

WORDS = "See my pots, too"


async def press(page: Page, name: str) -> None:
    """Press a button of a form, and return when the next page is there."""
    async with page.expect_navigation():
        await page.get_by_role("button", name=name).click()


async def test_from_held_to_shown_to_hidden(browser: Browser, house: House) -> None:
    """The studio says that something is held back; what she decides there is so on the public page within a moment."""
    work = await house.publish()
    public = f"{house.config.origin}/works/{work.slug}"
    async with open_neighbour() as neighbour, window(browser) as studio, window(browser, scripts=False) as visitor:
        bob = neighbour.person("bob")
        named = [{"type": "Mention", "href": f"{neighbour.origin}/users/{number}", "name": "@x"} for number in range(4)]
        note = neighbour.note(
            bob, house.uris.work(work.uid), f"<p><a href='https://pots.example/'>{WORDS}</a></p>", tag=named
        )
        await effect(house, neighbour, bob, neighbour.activity("Create", bob, note))

        async def so_often(times: int) -> bool:
            await visitor.open(public, width_px=390, wholly=False)
            return await visitor.page.get_by_text(WORDS).count() == times

        async def is_seen(times: int) -> None:
            # A page that is kept may be a quarter of a second old.
            await until(lambda: so_often(times), f"the words are seen {times} times")

        await is_seen(0)
        await sign_in_browser(studio.page.context, house)
        await studio.open(f"{house.config.origin}/studio/happened", width_px=390)
        async with studio.page.expect_navigation():
            await studio.page.get_by_role("link", name="1 thing is held back").click()
        await expect(studio.page.get_by_text(WORDS)).to_be_visible()
        await press(studio.page, "Show")
        await is_seen(1)

        await studio.open(f"{house.config.origin}/studio/happened")
        await press(studio.page, "Hide what Bob wrote")
        await is_seen(0)
        await press(studio.page, "Show below the work what Bob wrote")
        await is_seen(1)
        # What else is said under the same id was not approved.
        changed = {**note, "content": f"<p>{WORDS}: half price!</p>", "updated": "2100-01-01T00:00:00Z"}
        await effect(house, neighbour, bob, neighbour.activity("Update", bob, changed))
        await is_seen(0)
