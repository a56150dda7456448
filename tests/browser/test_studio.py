"""Every page of the studio in a real browser: whether everybody can use it, on a phone and on a desk."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from fedi_artisan.language import LANGUAGES
from fedi_artisan.web.studio.door import cookie_name
from fedi_artisan.web.studio.routes import STUDIO
from tests.browser.chromium import Tab, window
from tests.browser.judges.markup import validate
from tests.browser.judges.people import axe
from tests.browser.studio_pages import PAGES, StudioPage, Workshop, open_workshop
from tests.studio import session_of, sign_in_browser

PHONE_PX, DESK_PX = 390, 1280
# What answers without a page.
NO_PAGES: set[str] = {
    # For the phone: tests/browser/test_share.py.
    "/studio/manifest.webmanifest",
    "/studio/worker.js",
    # A file, and what is known while she writes: tests/web/studio/test_followed.py, test_asked.py.
    "/studio/people/following_accounts.csv",
    "/studio/people/suggest",
    # A picture in somebody's post: tests/federation/test_glimpses.py.
    "/studio/pictures/{post:row}/{number:row}",
    # Framed by the page of how her site looks.
    "/studio/appearance/preview",
    # What devices are asked for passkeys: tests/browser/test_passkeys.py.
    "/studio/sign-in/passkey",
    "/studio/welcome/{token}/passkey",
    "/studio/prove/passkey",
    "/studio/settings/passkeys/asked",
    # Pieces of the page of a draft, for its scripts: tests/browser/test_editor.py looks at them.
    "/studio/drafts/{uid}/timeline",
    "/studio/drafts/{uid}/photos",
    # Files to keep: tests/web/studio/test_safety.py.
    "/studio/safety/files/export/{name}",
    "/studio/safety/files/{id}/report.txt",
    "/studio/drafts/{uid}/photos/{photo}/row",  # a public page
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def workshop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workshop]:
    """A studio with something of everything, only to be looked at."""
    async with open_workshop(tmp_path_factory.mktemp("workshop")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def inside(browser: Browser, workshop: Workshop) -> AsyncIterator[Tab]:
    """A tab that is signed in."""
    async with window(browser) as opened:
        await sign_in_browser(opened.page.context, workshop.house)
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def outside(browser: Browser) -> AsyncIterator[Tab]:
    """A tab that is not."""
    async with window(browser) as opened:
        yield opened


async def test_every_page_stands_in_the_table() -> None:
    """Each path of the studio that can be opened is looked at, or answers without a page."""
    opened = {route.path for route in STUDIO if "GET" in (route.methods or ())}
    shape = {page.path.partition("?")[0] for page in PAGES}
    missing = {path for path in opened - NO_PAGES if not any(_fits(one, path) for one in shape)}
    assert not missing


def _fits(path: str, route: str) -> bool:
    """Whether *path*, with its gaps, is one of *route*."""
    given, wanted = path.split("/"), route.split("/")
    return len(given) == len(wanted) and all(
        two.startswith("{") or one == two for one, two in zip(given, wanted, strict=True)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
async def test_everybody_can_use_it(workshop: Workshop, inside: Tab, outside: Tab, page: StudioPage) -> None:
    """Axe finds nothing on a phone by night and on a desk by day, nothing is cut off, and nobody else is asked."""
    tab = inside if page.inside else outside
    visit = await tab.open(page.url(workshop), width_px=PHONE_PX)
    assert visit.status == page.status
    for width_px, dark in ((PHONE_PX, True), (DESK_PX, False)):
        await tab.look(width_px=width_px, dark=dark)
        found = await axe(tab)
        assert not found, "\n".join([f"{width_px} px, {'night' if dark else 'day'}:", *found])
        wide = await tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"wider than a window of {width_px} px by {wide} px"
    origin = workshop.house.config.origin
    assert [asked for asked in visit.requests if not asked.startswith((f"{origin}/", f"blob:{origin}/"))] == []
    assert visit.complaints == []


async def test_pages_are_valid_html(workshop: Workshop, tmp_path: Path) -> None:
    """html-validate finds nothing in any page in any language, whether one is signed in or not."""
    cookie = f"{cookie_name(workshop.house.config)}={await session_of(workshop.house)}"
    pages = {}
    async with aiohttp.ClientSession() as client:
        for page, language in itertools.product(PAGES, LANGUAGES):
            headers = {"Accept-Language": language, "Accept": "text/html"} | ({"Cookie": cookie} if page.inside else {})
            async with client.get(page.url(workshop), headers=headers) as answer:
                pages[f"{page.name} ({language})"] = await answer.text()
    wrong = await validate(pages, tmp_path)
    assert not wrong, "\n".join(wrong)
