"""An artisan's accent: whatever she chooses can be read on her pages, and stays as near to it as can be."""

import colorsys
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi_artisan.domain.colours import DARK_GROUNDS, ENOUGH, LIGHT_GROUNDS, contrast, on_dark, on_light
from fedi_artisan.resources import folder

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
CLAY = "#8c4426"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), (CLAY, CLAY, 1.0), ("#ffffff", "#767676", 4.54), ("#ff0000", "#ffffff", 4.0)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    """The ratio is the one that every checker of WCAG 2 gives, whichever colour comes first."""
    assert round(contrast(one, other), 2) == ratio
    assert contrast(one, other) == contrast(other, one)


@given(COLOURS)
def test_every_accent_can_be_read(colour: str) -> None:
    """WCAG 1.4.3: by day and by night, on paper and on the wall, the contrast is 4.5 or more."""
    for ground in LIGHT_GROUNDS:
        assert contrast(on_light(colour), ground) >= ENOUGH
    for ground in DARK_GROUNDS:
        assert contrast(on_dark(colour), ground) >= ENOUGH


@given(COLOURS)
def test_an_accent_is_changed_no_more_than_it_takes(colour: str) -> None:
    """What can be read already stays; what is changed has just about enough."""
    for change, grounds in ((on_light, LIGHT_GROUNDS), (on_dark, DARK_GROUNDS)):
        changed = change(colour)
        least = min(contrast(changed, ground) for ground in grounds)
        assert changed == colour or least < ENOUGH * 1.05
        assert change(changed) == changed


@pytest.mark.parametrize("colour", ["#e0936f", "#ffcc00", "#33aa55", "#1e90ff", "#ff69b4"])
def test_a_darker_accent_keeps_its_hue(colour: str) -> None:
    """A light accent becomes darker by day, but not another colour."""

    def hue(text: str) -> float:
        red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
        return colorsys.rgb_to_hsv(red, green, blue)[0]

    assert on_light(colour) != colour
    assert abs(hue(on_light(colour)) - hue(colour)) < 0.03


def test_the_grounds_are_those_of_the_style_sheet() -> None:
    """Paper and wall have in the style sheet the very colours that accents are measured against."""
    style = (folder("static") / "portfolio.css").read_text(encoding="utf-8")
    for name, light, dark in zip(("paper", "wall"), LIGHT_GROUNDS, DARK_GROUNDS, strict=True):
        assert re.search(rf"--{name}: light-dark\({light}, {dark}\)", style)
