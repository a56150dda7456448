"""Every page of the table in a real browser: whether everybody can use it, and whom it asks."""

import itertools

import pytest

from tests.browser.chromium import Tab
from tests.browser.judges.people import axe
from tests.browser.pages import PAGES, PageKind
from tests.browser.street import Street

every_page = pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.name)
PHONE_PX, DESK_PX = 390, 1440


@every_page
async def test_everybody_can_use_it(street: Street, tab: Tab, kind: PageKind) -> None:
    """Axe finds nothing against WCAG 2.2 AA or good practice, on a phone and on a desk, by day and by night."""
    await tab.open(kind.url(street))
    for width_px, dark in itertools.product((PHONE_PX, DESK_PX), (False, True)):
        await tab.look(width_px=width_px, dark=dark)
        found = await axe(tab)
        assert not found, "\n".join([f"{width_px} px, {'night' if dark else 'day'}:", *found])


@every_page
async def test_it_asks_nobody_else(street: Street, tab: Tab, kind: PageKind) -> None:
    """A visitor's browser asks the house alone, gets all it asks for, and has nothing to complain of."""
    url = kind.url(street)
    visit = await tab.open(url, width_px=DESK_PX)
    await tab.settle()
    origin = "/".join(url.split("/")[:3])
    assert visit.status == kind.status
    assert [asked for asked in visit.requests if not asked.startswith(f"{origin}/")] == []
    assert [refused for refused in visit.refused if refused != url] == []
    assert visit.complaints == []
    # A page that would show nothing but text would have nothing to ask; each has at least its style.
    assert visit.received_bytes.keys() >= {"document", "stylesheet"}
