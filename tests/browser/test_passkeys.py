"""Passkeys in a real browser, with the device that Chromium pretends to have."""

from pathlib import Path

from playwright.async_api import Browser, Page

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.credentials import Purpose
from fedi_artisan.services import invitations
from tests.browser.chromium import window
from tests.house import House, open_house


async def with_device(page: Page, *, knows_her: bool = True) -> None:
    """Give a window a device that asks for her finger, and knows it or not."""
    tools = await page.context.new_cdp_session(page)
    await tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": knows_her,
        "automaticPresenceSimulation": True,
    }
    await tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


async def link_for(house: House) -> str:
    """Return a link that lets the artisan in once."""
    async with house.db.write() as tx:
        token, _ = await invitations.invite(tx, house.artisan.id, Purpose.SETUP, utc_now())
    return f"{house.config.origin}/studio/welcome/{token}"


async def test_a_phone_without_any_password(tmp_path: Path, browser: Browser) -> None:
    """By the link she makes a passkey; signed out, that lets her in; in the studio it proves that it is she.

    On a device that has one already no second is made, and the page says so.
    """
    async with open_house(tmp_path / "data", host="localhost") as house, window(browser, width_px=390, dots=2) as tab:
        page, origin = tab.page, house.config.origin
        await with_device(page)
        await page.goto(await link_for(house))
        async with page.expect_navigation(url="**/studio/setup/1"):
            await page.get_by_role("button", name="Make a passkey").tap()

        await page.goto(f"{origin}/studio/settings/sessions")
        async with page.expect_navigation(url="**/studio/sign-in?out"):
            await page.get_by_role("button", name="Sign out here").tap()
        await page.goto(f"{origin}/studio/settings/passkeys")
        async with page.expect_navigation(url="**/studio/settings/passkeys"):
            await page.get_by_role("button", name="With a passkey").tap()

        await page.get_by_role("button", name="Make a passkey").tap()
        await page.get_by_text("This device has a passkey for this place already.").wait_for()
        assert await house.value("SELECT count(*) FROM passkeys") == 1

        await page.goto(f"{origin}/studio/prove?next=/studio/settings/codes")
        async with page.expect_navigation(url="**/studio/settings/codes"):
            await page.get_by_role("button", name="With a passkey").tap()


async def test_no_passkey_is_no_dead_end(tmp_path: Path, browser: Browser) -> None:
    """Where her device refuses, the page says that she can try again, and the password beside it works as before."""
    async with open_house(tmp_path / "data", host="localhost") as house, window(browser) as tab:
        page = tab.page
        await with_device(page, knows_her=False)
        await page.goto(await link_for(house))
        await page.get_by_role("button", name="Make a passkey").click()
        await page.get_by_text("No passkey was made.").wait_for()
        field = page.get_by_label("New password")
        await field.fill("kiln moon jar")
        await page.get_by_label("Show what I type").check()
        assert await field.get_attribute("type") == "text"
        async with page.expect_navigation(url="**/studio/setup/1"):
            await page.get_by_role("button", name="Choose this password").click()
        assert await house.value("SELECT count(*) FROM passwords") == 1
