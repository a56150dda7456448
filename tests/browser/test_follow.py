"""Following from an account elsewhere, in a real browser."""

from urllib.parse import quote

from playwright.async_api import Browser

from tests.browser.chromium import window
from tests.house import House
from tests.neighbour import open_neighbour


async def test_a_visitor_is_shown_the_way(house: House, browser: Browser) -> None:
    """By keyboard and without scripts: what did not do can be mended on the spot, then the link leads home."""
    async with open_neighbour() as neighbour, window(browser, scripts=False) as tab:
        host = neighbour.origin.removeprefix("http://")
        template = f"{neighbour.origin}/go?uri={{uri}}"
        neighbour.serve(
            {"links": [{"rel": "http://ostatus.org/schema/1.0/subscribe", "template": template}]},
            at=f"{neighbour.origin}/.well-known/webfinger?resource={quote(f'acct:bob@{host}', safe='')}",
            kind="application/jrd+json",
        )
        visit = await tab.open(house.config.origin, width_px=390)
        field = tab.page.get_by_label("The address of your account")
        await field.fill("bob@gmail.com")
        async with tab.page.expect_navigation() as refused:
            await field.press("Enter")
        assert (await refused.value).status == 422
        assert await tab.page.locator(":focus").get_attribute("value") == "bob@gmail.com"
        assert "e-mail" in await tab.page.get_by_role("alert").inner_text()

        await field.fill(f"@bob@{host}")
        async with tab.page.expect_navigation():
            await field.press("Enter")
        assert all(url.startswith(f"{house.config.origin}/") for url in visit.requests)

        goal = f"/go?uri={quote(house.actor_uri, safe='')}"
        async with tab.page.expect_navigation():
            await tab.page.get_by_role("link", name=f"Go on to {host}").press("Enter")
        assert tab.page.url == neighbour.origin + goal
        assert ("GET", goal) in neighbour.requests
