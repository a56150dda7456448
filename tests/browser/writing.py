"""An artisan who writes a work in a real browser, and how often she has to tap or to fill in something."""

import contextlib
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Locator, Page

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.drafts import KeptDraft
from fedi_artisan.services import drafts
from tests.browser.chromium import Tab, window
from tests.house import House
from tests.photos import grey
from tests.studio import sign_in_browser

PHONE_PX = 390
PHONE_HIGH_PX = 844


@dataclass
class Hand:
    """A hand at a page; *count* is how often it tapped, filled in a field, or chose files."""

    page: Page
    count: int = 0

    async def tap(self, what: Locator) -> None:
        """Tap on something."""
        self.count += 1
        await what.click()

    async def tap_on(self, what: Locator) -> None:
        """Tap on something that leads to another page."""
        async with self.page.expect_navigation():
            await self.tap(what)

    async def fill(self, what: Locator, text: str) -> None:
        """Fill in a field."""
        self.count += 1
        await what.fill(text)

    async def choose(self, what: Locator, files: Sequence[Path]) -> None:
        """Choose files; the phone's own gallery is opened and left by one tap."""
        self.count += 1
        await what.set_input_files(list(files))

    async def press(self, name: str) -> None:
        """Press a button that leads to another page."""
        await self.tap_on(self.page.get_by_role("button", name=name, exact=True).first)

    async def saved(self) -> None:
        """Return when the page says that all is saved."""
        await self.page.locator("[data-state]", has_text=re.compile("^Saved$")).wait_for()

    def field(self, label: str) -> Locator:
        """Return a field of the form itself, not of its second language."""
        return self.page.get_by_label(label, exact=True).and_(self.page.locator(":not([name^=other_])")).first

    @property
    def photos(self) -> Locator:
        """The rows of the photographs that have come."""
        return self.page.locator("[data-photos] > [data-photo]")


@contextlib.asynccontextmanager
async def at_the_desk(
    browser: Browser, house: House, *, width_px: int = PHONE_PX, scripts: bool = True, dark: bool = False
) -> AsyncIterator[tuple[Tab, Hand]]:
    """Give a tab in which the artisan is signed in, by default on a phone, and her hand."""
    dots = 2 if width_px == PHONE_PX else 1
    async with window(
        browser, width_px=width_px, height_px=PHONE_HIGH_PX, dots=dots, dark=dark, scripts=scripts
    ) as tab:
        await sign_in_browser(tab.page.context, house)
        yield tab, Hand(tab.page)


async def begun(house: House, photos: int = 0, **typed: str) -> KeptDraft:
    """Return a new draft with so many photographs that are made, and with these words."""
    views = [(await grey(house, shade=20 + 9 * number, alt="")).uid for number in range(photos)]
    async with house.db.write() as tx:
        return await drafts.begin(tx, house.artisan, utc_now(), photos=views, typed=typed)


async def kept(house: House, draft: KeptDraft) -> KeptDraft:
    """Return a draft as it is kept now."""
    async with house.db.read() as tx:
        return await drafts.get(tx, house.artisan, draft.uid)


def page_of(house: House, draft: KeptDraft) -> str:
    """Return where a draft is written."""
    return f"{house.config.origin}/studio/drafts/{draft.uid}"
