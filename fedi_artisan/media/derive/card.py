"""The picture beside a link: all of the photograph, on a ground of its own colour."""

from statistics import median_low

import pyvips

from fedi_artisan.domain.photos import CARD_PX

_WHITE = [255, 255, 255]
# The ground is known by a border so wide, of a copy whose long side is so many pixels.
_BORDER_PX = 3
_BORDER_OF_PX = 160


def card_of(image: pyvips.Image, ground: list[int]) -> pyvips.Image:
    """Return *image*, which fits, in the middle of a card of this *ground*."""
    return image.gravity("centre", *CARD_PX, extend="background", background=ground)


def ground_of(image: pyvips.Image, *, cut_out: bool) -> list[int]:
    """Return the colour of the ground on which the photographed thing stands: the median along the border."""
    if cut_out:
        return _WHITE
    tiny = image.thumbnail_image(_BORDER_OF_PX, height=_BORDER_OF_PX, size="down")
    width, height = tiny.width, tiny.height
    across, down = min(_BORDER_PX, width), min(_BORDER_PX, height)
    strips = (
        tiny.crop(0, 0, width, down),
        tiny.crop(0, height - down, width, down),
        tiny.crop(0, 0, across, height),
        tiny.crop(width - across, 0, across, height),
    )
    pixels = b"".join(strip.write_to_memory() for strip in strips)
    return [median_low(pixels[band::3]) for band in range(3)]
