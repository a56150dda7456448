"""Saying something in a real browser: names are completed, pictures go as they are chosen, nothing typed is lost."""

from playwright.async_api import Browser, expect

from fedi_artisan.storage import own_posts
from tests.browser.chromium import window
from tests.house import House, until
from tests.photos import PHOTOS
from tests.studio import sign_in_browser
from tests.web.studio.happening import put_person


async def test_a_name_is_completed_and_a_picture_comes_along(browser: Browser, house: House) -> None:
    """What is typed stays while a picture is sent; the name that was chosen reaches who bears it."""
    async with house.db.write() as tx:
        await put_person(tx, "bob", "Bob Lind")
    async with window(browser) as tab:
        await sign_in_browser(tab.page.context, house)
        visit = await tab.open(f"{house.config.origin}/studio/posts/new", width_px=390)
        text = tab.page.get_by_label("What you want to say")
        await text.press_sequentially("Thanks, @bo")
        await expect(tab.page.get_by_role("option", name="Bob Lind")).to_be_visible()
        await text.press("Enter")
        await expect(text).to_have_value("Thanks, @bob@host.example ")
        async with tab.page.expect_navigation():
            await tab.page.locator("[data-brings]").set_input_files(PHOTOS / "bowl-tiny.jpg")
        await expect(text).to_have_value("Thanks, @bob@host.example")
        await tab.page.get_by_label("What one sees").fill("A bowl.")
        async with tab.page.expect_navigation():
            await tab.page.get_by_role("button", name="Say it", exact=True).last.click()
        assert visit.complaints == []

    async def is_out() -> bool:
        async with house.db.read() as tx:
            said = await own_posts.list_said(tx, house.artisan.id, limit=2)
        return [([one.handle for one in post.mentions], len(post.photos)) for post in said] == [
            (["@bob@host.example"], 1)
        ]

    await until(is_out, "the post")
