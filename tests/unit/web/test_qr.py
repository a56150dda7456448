"""QR codes, read by somebody else's reader."""

import re

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from fedi_artisan.web.people.qr import Code, code_of

DOTS = 4
ADDRESSES = [
    "https://a.example/",
    "https://atelier.example/works/jarre-de-lune",
    "https://atelier.example/@lea",
    f"https://{'long-' * 20}atelier.example:8443/works/{'grande-jarre-' * 6}2",
]


def drawn(code: Code, ink: str = "black") -> Image.Image:
    """Return the code as a browser would draw it."""
    side = code.side * DOTS
    picture = Image.new("L", (side, side), "white")
    draw = ImageDraw.Draw(picture)
    for left, top, width, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", code.path):
        assert width == back
        x, y = int(left) * DOTS, int(top) * DOTS
        draw.rectangle((x, y, x + int(width) * DOTS - 1, y + DOTS - 1), fill=ink)
    return picture


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_reader_reads_the_address(address: str) -> None:
    """What a phone reads is the address, in a code that stands some damage: level M or better."""
    [read] = zxingcpp.read_barcodes(drawn(code_of(address)))
    assert read.text == address
    assert read.ec_level in {"M", "Q", "H"}


def test_a_smudged_code_is_still_read() -> None:
    """A twentieth of the code may be covered, by a thumb or a scratch."""
    picture = drawn(code_of(ADDRESSES[1]))
    spot = picture.width // 5
    ImageDraw.Draw(picture).rectangle(
        (picture.width // 2, picture.width // 2, *[picture.width // 2 + spot] * 2), "white"
    )
    [read] = zxingcpp.read_barcodes(picture)
    assert read.text == ADDRESSES[1]


def test_light_stands_around_the_squares() -> None:
    """Four squares of light on every side, without which readers miss a code; and every square lies within."""
    code = code_of(ADDRESSES[0])
    runs = [tuple(map(int, run)) for run in re.findall(r"M(\d+) (\d+)h(\d+)", code.path)]
    assert min(left for left, _, _ in runs) == min(top for _, top, _ in runs) == 4
    assert max(left + width for left, _, width in runs) == max(top for _, top, _ in runs) + 1 == code.side - 4
