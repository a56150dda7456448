"""Pictures of pages can be had."""

from pathlib import Path

import pyvips
from playwright.async_api import Browser

from tests.browser.look import VISITORS, look
from tests.browser.pages import PAGES
from tests.browser.street import Street


async def test_pages_are_photographed_for_every_visitor(street: Street, browser: Browser, tmp_path: Path) -> None:
    """Each picture is as wide as the window, in the visitor's language and theme; all stand side by side as well."""
    shown = next(kind for kind in PAGES if kind.name == "work-in-words")
    day, night = VISITORS[0], VISITORS[-1]
    assert await look(browser, street, tmp_path, kinds=[shown], widths_px=[390], visitors=[day, night]) == 2
    names = ["0390-light-fr-scripts.png", "0390-dark-en-plain.png"]
    pictures = [pyvips.Image.new_from_file(str(tmp_path / shown.name / name)) for name in names]
    assert [picture.width for picture in pictures] == [390, 390]
    assert [picture.avg() < 128 for picture in pictures] == [False, True]
    assert pyvips.Image.new_from_file(str(tmp_path / f"{shown.name}.png")).width > 390
    assert len({visitor.file(390) for visitor in VISITORS}) == 8
