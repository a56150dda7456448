"""What stands in a photograph's place until it is there: a blurred hint, and one colour."""

import struct

import blurhash
import pyvips

# A blurhash holds a dozen colours: more pixels than these would not change it.
_BLURHASH_LONG_SIDE_PX = 32
_TONE_LONG_SIDE_PX = 64
# Colours closer than this count as one, in units of CIELAB: about what is seen as different surfaces.
_TONE_STEP = 12
# A large surface in full colour would shout before the photograph is there.
_TONE_COLOURFULNESS = 0.7


def blurhash_of(image: pyvips.Image) -> str:
    """Return the blurhash of the sRGB *image*: 4 × 3 components lying, 3 × 4 standing."""
    tiny = image.thumbnail_image(_BLURHASH_LONG_SIDE_PX, height=_BLURHASH_LONG_SIDE_PX)
    pixels = list(struct.iter_unpack("3B", tiny.write_to_memory()))
    rows = [pixels[start : start + tiny.width] for start in range(0, len(pixels), tiny.width)]
    across, down = (4, 3) if image.width >= image.height else (3, 4)
    encoded: str = blurhash.encode(rows, across, down)
    return encoded


def tone_of(image: pyvips.Image) -> str:
    """Return the colour that takes most room in the sRGB *image*, a little muted, as "#rrggbb"."""
    tiny = image.thumbnail_image(_TONE_LONG_SIDE_PX, height=_TONE_LONG_SIDE_PX, size="down")
    values = tiny.colourspace("lab").cast("float").write_to_memory()
    groups: dict[tuple[int, ...], list[tuple[float, ...]]] = {}
    for colour in struct.iter_unpack("fff", values):
        groups.setdefault(tuple(round(value / _TONE_STEP) for value in colour), []).append(colour)
    # Of equally large ones the first by its numbers: the same photograph has the same tone always.
    _, largest = max(groups.items(), key=lambda group: (len(group[1]), group[0]))
    light, a, b = (sum(values) / len(largest) for values in zip(*largest, strict=True))
    muted = [light, a * _TONE_COLOURFULNESS, b * _TONE_COLOURFULNESS]
    dot = (pyvips.Image.black(1, 1, bands=3) + muted).copy(interpretation="lab")
    red, green, blue = dot.colourspace("srgb")(0, 0)
    return f"#{round(red):02x}{round(green):02x}{round(blue):02x}"
