"""Debian's Chromium, driven by Playwright: windows of every kind, and what is met in them."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Page, Request, Response, ViewportSize, async_playwright

_MISSING = "Chromium is not installed, so no page can be looked at: `apt-get install chromium`"
_TIMEOUT_S = 30.0
# What Chromium says itself, of no script of ours, where `@view-transition` of the style sheet found no time.
_NOT_FADED = "Transition was skipped"


@dataclass(slots=True)
class Visit:
    """What a browser met on one page.

    *status* is that of the page; *requests* are all addresses it asked, *refused* those that answered 400 or more;
    *complaints* all errors, warnings and refusals it noted. After Tab.settle, *received_bytes* is what came over the
    network, headers included, by its kind (document, stylesheet, image …).
    """

    status: int = 0
    requests: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    received_bytes: dict[str, int] = field(default_factory=dict)


class Tab:
    """One tab. A class because what Playwright tells of the page, unasked, is gathered here visit by visit.

    `page` is Playwright's own, for all that has no word here.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self._url = ""
        self._visit = Visit()
        self._awaited: set[Request] = set()
        self._came: list[Request] = []
        self._quiet = asyncio.Event()
        page.on("request", self._asked)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        page.on("console", self._noted)
        page.on("pageerror", lambda error: self._erred(str(error)))

    async def open(
        self,
        url: str,
        *,
        width_px: int | None = None,
        height_px: int = 900,
        dark: bool | None = None,
        wholly: bool = True,
    ) -> Visit:
        """Open *url* in a window of this size, read it to its end, and return what was met.

        What is None stays as it was. Not *wholly*, only the beginning of the page is looked at.
        """
        if width_px is not None and self._url:
            # What is still open would begin to load other pictures for another window, and be stopped on the way.
            await self.page.goto("about:blank")
        await self.look(width_px=width_px, height_px=height_px, dark=dark)
        self._url, self._visit, self._came = url, Visit(), []
        self._awaited.clear()
        answer = await self.page.goto(url)
        assert answer is not None, url
        self._visit.status = answer.status
        if wholly:
            # Pictures further down load when they come into sight; all of them are wanted.
            await self.evaluate(
                "Promise.all([...document.images].map(image => { image.loading = 'eager'; return image.decode(); }))"
            )
        return self._visit

    async def look(self, *, width_px: int | None = None, height_px: int = 900, dark: bool | None = None) -> None:
        """Look at what is open in a window of this size, by day or by night; None leaves what was."""
        if width_px is not None:
            await self.page.set_viewport_size(ViewportSize(width=width_px, height=height_px))
        if dark is not None:
            await self.page.emulate_media(color_scheme="dark" if dark else "light")

    async def settle(self) -> None:
        """Return when all that was asked has come, and its bytes are counted."""
        if self._awaited:
            self._quiet.clear()
            await asyncio.wait_for(self._quiet.wait(), _TIMEOUT_S)
        while self._came:
            request = self._came.pop()
            sizes = await request.sizes()
            received, kind = self._visit.received_bytes, request.resource_type
            received[kind] = received.get(kind, 0) + sizes["responseHeadersSize"] + sizes["responseBodySize"]

    async def evaluate(self, expression: str, argument: object = None) -> Any:
        """Return what *expression* gives in the page, as JSON; a function is called with *argument*."""
        return await self.page.evaluate(expression, argument)

    def _asked(self, request: Request) -> None:
        self._awaited.add(request)
        self._visit.requests.append(request.url)

    def _answered(self, answer: Response) -> None:
        if answer.status >= HTTPStatus.BAD_REQUEST:
            self._visit.refused.append(answer.url)

    def _ended(self, request: Request) -> None:
        self._came.append(request)
        self._forget(request)

    def _failed(self, request: Request) -> None:
        self._visit.complaints.append(f"not loaded: {request.url}: {request.failure}")
        self._forget(request)

    def _forget(self, request: Request) -> None:
        self._awaited.discard(request)
        if not self._awaited:
            self._quiet.set()

    def _erred(self, error: str) -> None:
        """Note what failed in a script, but not that a busy browser left out the fading of one page into the next."""
        if error != _NOT_FADED:
            self._visit.complaints.append(error)

    def _noted(self, message: ConsoleMessage) -> None:
        """Note what the browser says to developers, but not that the page itself is an error page: *status* says it."""
        if not (message.location["url"] == self._url and "the server responded with a status of" in message.text):
            self._visit.complaints.append(message.text)


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Give a fresh Chromium that keeps nothing on the disk."""
    program = shutil.which("chromium")
    assert program is not None, _MISSING
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program)
        try:
            yield browser
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def window(
    browser: Browser,
    *,
    width_px: int = 1280,
    height_px: int = 900,
    dots: int = 1,
    dark: bool = False,
    scripts: bool = True,
) -> AsyncIterator[Tab]:
    """Give a tab in a window of its own, whose visitor has never been here.

    Args:
        browser: whose window.
        width_px: of what is seen.
        height_px: of what is seen.
        dots: of the screen for each pixel; with several, the window is that of a phone.
        dark: whether the visitor prefers dark.
        scripts: whether pages may run any.
    """
    context = await browser.new_context(
        viewport=ViewportSize(width=width_px, height=height_px),
        device_scale_factor=dots,
        is_mobile=dots > 1,
        has_touch=dots > 1,
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
    )
    context.set_default_timeout(_TIMEOUT_S * 1000)
    try:
        yield Tab(await context.new_page())
    finally:
        await context.close()
