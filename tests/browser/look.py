"""Pictures of every page of both tables, to be looked at: `python -m tests.browser.look artefacts/pages`.

Each page is shown on a phone, a tablet and a desk, by day and by night, in every language, with and without scripts:
`home/390-light-fr-scripts.png` and so on, and all of them side by side in `home.png`. Those of the studio, on a phone
and a desk and with scripts alone, lie below `studio/`.
"""

import argparse
import asyncio
import itertools
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyvips
from playwright.async_api import Browser

from fedi_artisan.domain.photos import Photo
from fedi_artisan.language import LANGUAGES
from tests.browser.chromium import chromium, window
from tests.browser.pages import PAGES, PageKind
from tests.browser.street import Camera, Street, open_street
from tests.browser.studio_pages import PAGES as STUDIO
from tests.browser.studio_pages import StudioPage, Workshop, open_workshop
from tests.house import House
from tests.photos import PHOTOS, take_in
from tests.studio import sign_in_browser

WIDTHS_PX = (390, 768, 1440)
STUDIO_WIDTHS_PX = (390, 1280)
SAMPLES = ("bowl-small.jpg", "bowls-small.jpg")
# Upright, square and wide, as parts of a sample's width and height.
CUTS = ((1.0, 1.0), (0.45, 1.0), (0.65, 1.0), (1.0, 0.5))
SMALL_PX = (300, 900)
AT_ONCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """How somebody looks at pages."""

    language: str
    dark: bool
    scripts: bool

    def file(self, width_px: int) -> str:
        """Return the name of a picture of hers."""
        theme, scripts = "dark" if self.dark else "light", "scripts" if self.scripts else "plain"
        return f"{width_px:04}-{theme}-{self.language}-{scripts}.png"


VISITORS = tuple(
    Visitor(language=language, dark=dark, scripts=scripts)
    for scripts, dark, language in itertools.product((True, False), (False, True), LANGUAGES)
)

ARTISANS = tuple(visitor for visitor in VISITORS if visitor.scripts)


async def look(
    browser: Browser,
    street: Street,
    folder: Path,
    *,
    kinds: Sequence[PageKind] = PAGES,
    widths_px: Sequence[int] = WIDTHS_PX,
    visitors: Sequence[Visitor] = VISITORS,
) -> int:
    """Save a picture of each of these pages for each visitor and width, below *folder*; return how many there are."""
    for kind in kinds:
        (folder / kind.name).mkdir(parents=True, exist_ok=True)
    some = asyncio.Semaphore(AT_ONCE)

    async def visit(visitor: Visitor) -> None:
        async with some, window(browser, dark=visitor.dark, scripts=visitor.scripts) as tab:
            for kind, width_px in itertools.product(kinds, widths_px):
                await tab.open(kind.url(street, visitor.language), width_px=width_px)
                await tab.page.screenshot(path=folder / kind.name / visitor.file(width_px), full_page=True)

    await asyncio.gather(*map(visit, visitors))
    for kind in kinds:
        _side_by_side(sorted((folder / kind.name).iterdir()), folder / f"{kind.name}.png", across=len(visitors))
    return len(kinds) * len(widths_px) * len(visitors)


async def look_inside(
    browser: Browser,
    workshop: Workshop,
    folder: Path,
    *,
    pages: Sequence[StudioPage] = STUDIO,
    visitors: Sequence[Visitor] = ARTISANS,
) -> int:
    """Save a picture of each of these pages of the studio, as above; return how many there are."""
    for page in pages:
        (folder / page.name).mkdir(parents=True, exist_ok=True)
    for visitor, inside in itertools.product(visitors, (True, False)):
        async with window(browser, dark=visitor.dark) as tab:
            await tab.page.context.set_extra_http_headers({"Accept-Language": visitor.language})
            if inside:
                await sign_in_browser(tab.page.context, workshop.house)
            for page, width_px in itertools.product((one for one in pages if one.inside is inside), STUDIO_WIDTHS_PX):
                await tab.open(page.url(workshop), width_px=width_px)
                await tab.page.screenshot(path=folder / page.name / visitor.file(width_px), full_page=True)
    for page in pages:
        _side_by_side(sorted((folder / page.name).iterdir()), folder / f"{page.name}.png", across=len(visitors))
    return len(pages) * len(STUDIO_WIDTHS_PX) * len(visitors)


def _side_by_side(files: Iterable[Path], sheet: Path, *, across: int) -> None:
    """Save the beginnings of these pictures in rows, small, as *sheet*."""
    width_px, height_px = SMALL_PX
    small = [pyvips.Image.thumbnail(str(file), width_px, height=10_000)[:3] for file in files]
    cut = [one.gravity("north", width_px, height_px, extend="white") for one in small]
    pyvips.Image.arrayjoin(cut, across=across, shim=8, background=[128, 128, 128]).write_to_file(str(sheet))


def photographs(files: Sequence[Path]) -> Camera:
    """Return a camera that takes these photographs, one after another and again from the beginning."""

    async def take(house: House, number: int) -> Photo:
        file = files[number % len(files)]
        return await take_in(house.config, house.db, house.artisan, file, alt=file.stem.replace("-", " "))

    return take


def cut_samples(folder: Path) -> list[Path]:
    """Return samples in several proportions, cut into *folder*."""
    cut = []
    for (width, height), name in itertools.product(CUTS, SAMPLES):
        whole = pyvips.Image.new_from_file(str(PHOTOS / name))
        cut.append(folder / f"{width}-{height}-{name}")
        whole.gravity("centre", int(whole.width * width), int(whole.height * height)).write_to_file(str(cut[-1]))
    return cut


async def _main(folder: Path, names: Sequence[str], photos: Sequence[Path]) -> None:
    """Furnish street and workshop with real photographs, and look at them."""
    kinds = [kind for kind in PAGES if kind.name in names or not names]
    pages = [page for page in STUDIO if f"studio/{page.name}" in names or not names]
    with tempfile.TemporaryDirectory() as home:
        camera = photographs(photos or cut_samples(Path(home)))
        async with chromium() as browser:
            async with open_street(Path(home), camera) as street:
                taken = await look(browser, street, folder, kinds=kinds)
            async with open_workshop(Path(home), camera) as workshop:
                taken += await look_inside(browser, workshop, folder / "studio", pages=pages)
    print(f"{taken} pictures in {folder}")  # noqa: T201 - a command


NAMES = [*(kind.name for kind in PAGES), *(f"studio/{page.name}" for page in STUDIO)]

if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, help="where to put the pictures")
    options.add_argument("--only", nargs="+", default=[], choices=NAMES, help="which pages")
    options.add_argument("--photos", type=Path, nargs="+", default=[], help="files to show instead of the samples")
    asked = options.parse_args()
    asyncio.run(_main(asked.folder, asked.only, asked.photos))
