"""Every page of the table in a real browser: whether everybody can use it, and whom it asks."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.chromium import Tab, window
from tests.browser.judges.people import axe, contrast
from tests.browser.pages import PAGES, PageKind
from tests.browser.street import Street

PHONE_PX, DESK_PX = 390, 1440


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def visiting(browser: Browser) -> AsyncIterator[Tab]:
    """A tab that goes from page to page: one for each would take longer than what is looked at in it."""
    async with window(browser) as opened:
        yield opened


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.name)
async def test_everybody_can_use_it_and_it_asks_nobody_else(street: Street, visiting: Tab, kind: PageKind) -> None:
    """A visitor's browser asks the house alone, gets all it asks for, and has nothing to complain of.

    Axe finds nothing against WCAG 2.2 AA or good practice, on a phone and on a desk, by day and by night. What differs
    by day and by night is colour alone.
    """
    tab, url = visiting, kind.url(street)
    visit = await tab.open(url, width_px=DESK_PX, dark=False)
    await tab.settle()
    origin = "/".join(url.split("/")[:3])
    assert visit.status == kind.status
    assert [asked for asked in visit.requests if not asked.startswith(f"{origin}/")] == []
    assert [refused for refused in visit.refused if refused != url] == []
    assert visit.complaints == []
    # A page that would show nothing but text would have nothing to ask; each has at least its style.
    assert visit.received_bytes.keys() >= {"document", "stylesheet"}
    for width_px, dark, judge in (
        (DESK_PX, False, axe),
        (DESK_PX, True, contrast),
        (PHONE_PX, False, contrast),
        (PHONE_PX, True, axe),
    ):
        await tab.look(width_px=width_px, dark=dark)
        found = await judge(tab)
        assert not found, "\n".join([f"{width_px} px, {'night' if dark else 'day'}:", *found])
