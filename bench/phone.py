"""What a phone has to fetch for a page of works: a real browser opens it with nothing kept, and counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser

from bench import camera
from bench.site import Site, furnish
from bench.size import Size
from bench.table import Row
from tests.browser.chromium import chromium, window

KILOBYTE = 1000
WIDTH_PX, HEIGHT_PX = 390, 844
DOTS = (2, 3)
NAMES = "[...new Set([...document.images].map(image => image.currentSrc.split('/').pop()))]"
LIMIT_IS = "kB: the same page with JPEGs alone"
KINDS = {"document": "HTML", "stylesheet": "CSS", "image": "pictures"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fetched:
    """What came for one page.

    Args:
        dots: of the phone, for each pixel.
        received_bytes: over the network, headers included, by kind.
        as_jpegs_bytes: what all of it would have been if there were no pictures but JPEGs.
        width_px: of the widest picture.
    """

    dots: int
    received_bytes: dict[str, int]
    as_jpegs_bytes: int
    width_px: int

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return sum(self.received_bytes.values())


async def run(size: Size, folder: Path) -> list[Row]:
    """Return the kilobytes that a home page takes, read to its end, on phones with two and three dots for a pixel."""
    files = [camera.take_one(folder / f"{number}.jpg", number, *size.wall_px) for number in range(size.wall)]
    site = await furnish(folder / "site", files, size.wall)
    async with site.serving(), chromium() as browser:
        fetched = [await _open(site, browser, dots) for dots in DOTS]
    totals = [
        Row(
            what=f"{size.wall} works to a phone, {WIDTH_PX} px of {one.dots} dots; takes {one.width_px:,} px",
            value=one.total_bytes / KILOBYTE,
            unit="kB",
            limit=one.as_jpegs_bytes / KILOBYTE,
            limit_is=LIMIT_IS,
        )
        for one in fetched
    ]
    parts = [
        Row(what=f"… of it {name}", value=fetched[-1].received_bytes[kind] / KILOBYTE, unit="kB")
        for kind, name in KINDS.items()
    ]
    return totals + parts


async def _open(site: Site, browser: Browser, dots: int) -> _Fetched:
    """Open the home page on a phone that has never seen it."""
    async with window(browser, width_px=WIDTH_PX, height_px=HEIGHT_PX, dots=dots) as tab:
        visit = await tab.open(site.config.origin)
        await tab.settle()
        names = await tab.evaluate(NAMES)
    assert visit.complaints == [], visit.complaints
    longer_bytes, width_px = _beside_jpegs(site, names)
    return _Fetched(
        dots=dots,
        received_bytes=visit.received_bytes,
        as_jpegs_bytes=sum(visit.received_bytes.values()) + longer_bytes,
        width_px=width_px,
    )


def _beside_jpegs(site: Site, names: Sequence[str]) -> tuple[int, int]:
    """Return by how much the JPEGs of the same widths are larger than these pictures, and the widest."""
    sql = """
        SELECT jpeg.size_bytes - shown.size_bytes, shown.width_px FROM renditions AS shown
        JOIN renditions AS jpeg ON jpeg.photo_id = shown.photo_id AND jpeg.role = shown.role
            AND jpeg.width_px = shown.width_px AND jpeg.type = 'jpg'
        WHERE shown.file = ?
    """
    longer_bytes, widths_px = zip(*(map(int, map(str, site.ask(sql, name))) for name in names), strict=True)
    return sum(longer_bytes), max(widths_px)
