"""When a phone on a slow network has painted a page: first anything, then its largest thing; and what moves after that.

Source: "slow 4G" of Lighthouse (core/config/constants.js): 150 ms there and back, 1.6 Mbit/s down, 750 kbit/s up, a
processor four times slower, a window of 412 × 823 with 1.75 dots for each pixel.
"""

import asyncio
import itertools
import shutil
import statistics
from collections.abc import Sequence
from typing import Any, NamedTuple

from playwright.async_api import Browser, CDPSession, ViewportSize, async_playwright

from bench.site import Site
from bench.size import Size
from bench.table import Aim, Row

WIDTH_PX, HEIGHT_PX, DOTS = 412, 823, 1.75
LARGEST_S = Aim(1.2, at_most=True)
SHIFT = Aim(0.0, at_most=True)
KILOBIT_BYTES = 1000 / 8
# Chromium holds each request for so many milliseconds. As Lighthouse sets DevTools it is 3.75 times as long and a tenth
# less width, to make up for what is left out here: connections, and packets that wait for each other.
SLOW_4G = {"latency": 150, "downloadThroughput": 1600 * KILOBIT_BYTES, "uploadThroughput": 750 * KILOBIT_BYTES}
DEVTOOLS = {"latency": 562.5, "downloadThroughput": 1440 * KILOBIT_BYTES, "uploadThroughput": 675 * KILOBIT_BYTES}
# A page is seen to its end before its shifts are counted: pictures further down must have had their room.
PAINTED = """async () => {
    const entries = type => new Promise(found => new PerformanceObserver(
        list => found(list.getEntries())).observe({type, buffered: true}));
    const first = performance.getEntriesByName('first-contentful-paint')[0].startTime;
    const largest = (await entries('largest-contentful-paint')).at(-1);
    let shift = 0;
    new PerformanceObserver(list => list.getEntries().forEach(one => { shift += one.value; }))
        .observe({type: 'layout-shift', buffered: true});
    for (let top = 0; top < document.body.scrollHeight; top += innerHeight / 2) {
        scrollTo(0, top);
        await new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)));
    }
    await Promise.all([...document.images].map(image => image.decode()));
    await new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)));
    return {first, largest: largest.startTime, shift, what: largest.element?.localName ?? ''};
}"""


class _Painted(NamedTuple):
    """One visit: seconds from asking to the paints, how much moved, and what the largest thing was."""

    first_s: float
    largest_s: float
    shift: float
    what: str


async def run(site: Site, size: Size) -> list[Row]:
    """Return the paints of home and of a work, each the median of some visits of somebody who was never here."""
    program = shutil.which("chromium")
    assert program is not None, "Chromium is not installed: `apt-get install chromium`"
    rows: list[Row] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program)
        at_once = asyncio.Semaphore(size.paints_at_once)

        async def visit(url: str, network: dict[str, float]) -> _Painted:
            async with at_once:
                return await _visit(browser, url, network, size.slower)

        pages = {"home": site.config.origin, "work page": site.pages[-1]}
        asked = itertools.product(pages.values(), (SLOW_4G, DEVTOOLS), range(size.paints))
        painted = await asyncio.gather(*(visit(url, network) for url, network, _ in asked))
        await browser.close()
    for number, name in enumerate(pages):
        first = 2 * number * size.paints
        held = first + size.paints
        rows += _rows(name, painted[first:held], painted[held : held + size.paints])
    return rows


def _rows(name: str, visits: Sequence[_Painted], held: Sequence[_Painted]) -> list[Row]:
    largest_s = statistics.median(visit.largest_s for visit in visits)
    held_s = statistics.median(visit.largest_s for visit in held)
    first_s = statistics.median(visit.first_s for visit in visits)
    shift = max(visit.shift for visit in (*visits, *held))
    return [
        Row(what=f"{name} on slow 4G, first paint", value=first_s, unit="s"),
        Row(what=f"… largest paint: {visits[0].what}", value=largest_s, unit="s", aim=LARGEST_S),
        Row(what="… the same as DevTools throttles, requests held for 562 ms", value=held_s, unit="s"),
        Row(what="… layout shift, read to its end", value=shift, unit="", aim=SHIFT),
    ]


async def _visit(browser: Browser, url: str, network: dict[str, float], slower: int) -> _Painted:
    """Open *url* in a window of its own on a phone so many times slower than this processor."""
    context = await browser.new_context(
        viewport=ViewportSize(width=WIDTH_PX, height=HEIGHT_PX), device_scale_factor=DOTS, is_mobile=True
    )
    page = await context.new_page()
    session: CDPSession = await context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", {"offline": False, **network})
    await session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    await page.goto(url, wait_until="networkidle")
    told: dict[str, Any] = await page.evaluate(PAINTED)
    await context.close()
    return _Painted(told["first"] / 1000, told["largest"] / 1000, told["shift"], told["what"])
