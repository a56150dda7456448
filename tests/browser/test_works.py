"""What is done with published works, by hand."""

from playwright.async_api import Browser

from tests.browser.chromium import window
from tests.house import House, until
from tests.studio import sign_in_browser


async def test_a_work_is_withdrawn_after_one_question(house: House, browser: Browser) -> None:
    """From the list to the work, from there to the question; kept it stands, withdrawn it is gone for visitors too."""
    work = await house.publish()
    public = f"{house.config.origin}/works/{work.slug}"
    async with window(browser, width_px=390, dots=2) as tab:
        await sign_in_browser(tab.page.context, house)
        await tab.open(f"{house.config.origin}/studio/works")
        page = tab.page
        await page.get_by_role("link", name="Moon jar").click()
        await page.get_by_role("link", name="Withdraw…").click()
        await page.get_by_role("link", name="Keep it").click()
        assert (await page.request.get(public)).status == 200
        await page.get_by_role("link", name="Withdraw…").click()
        await page.get_by_role("button", name="Withdraw it").click()
        await page.wait_for_url("**/studio/works")
        assert await page.get_by_role("link", name="Moon jar").count() == 0

        async def gone() -> bool:
            return (await page.request.get(public)).status == 410

        # Pages that were kept are forgotten a quarter of a second later.
        await until(gone, "the work being gone")
