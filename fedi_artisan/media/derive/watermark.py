"""The mark that an artisan may have drawn over her public pictures: a line of text, or a picture of her own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pyvips

from fedi_artisan.domain.terms import Position, Watermark
from fedi_artisan.media.refusal import PhotoRefused, Refusal

# A server has no fonts, as a rule; this one comes with us, see the licence beside it.
_FONT = Path(__file__).parent / "font" / "DejaVuSans-Latin.ttf"
# The mark is drawn once, so wide, and shrunk for each picture.
_MASTER_WIDTH_PX = 1280
# The font draws this, and whatever else it does not have, in one and the same way.
_NO_LETTER = "\U0010ffff"
_MEASURED_AT_PX = 100
_LARGEST_FONT_PX = 400
_MOST_PIXELS = 40_000_000
# Letters are white; the dark edge that makes them readable on white is so wide as a part of their height, and so dark.
_EDGE_PART = 0.07
_EDGE_DARKNESS = 0.75
_EDGE_STRENGTH = 2.2
# The distance from the edges of the picture, as a part of its shorter side.
_MARGIN_PART = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is drawn over pictures; *png* is the content of a PNG, or None where *text* is drawn."""

    text: str
    png: bytes | None
    position: Position
    opacity: float
    scale: float

    @classmethod
    def of(cls, watermark: Watermark, png: bytes = b"") -> Self:
        """Return the mark that *watermark* asks for, *png* being the content of its picture if it has one."""
        return cls(
            text=watermark.text,
            png=None if watermark.image is None else png,
            position=watermark.position,
            opacity=watermark.opacity,
            scale=watermark.scale,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A mark ready to be drawn: four bands of sRGB, in memory."""

    master: pyvips.Image
    mark: Mark

    def on(self, image: pyvips.Image) -> pyvips.Image:
        """Return the sRGB *image* with the mark over it, in memory."""
        margin = round(min(image.width, image.height) * _MARGIN_PART)
        room_across, room_down = image.width - 2 * margin, image.height - 2 * margin
        wide = min(self.mark.scale * image.width, room_across, room_down * self.master.width / self.master.height)
        across = max(1, round(wide))
        down = max(1, min(room_down, round(wide * self.master.height / self.master.width)))
        small = self.master.thumbnail_image(across, height=down, size="force")
        x, y = _place(self.mark.position, image.width - across, image.height - down, margin)
        below = image.crop(x, y, across, down)
        over = below.composite2(small, "over", compositing_space="srgb").flatten().cast("uchar")
        return image.insert(over, x, y).copy_memory()


def stamp_of(mark: Mark) -> Stamp:
    """Return *mark* ready to be drawn.

    Raises:
        PhotoRefused: its picture is damaged or far too large, or its text has letters that the font does not have.
    """
    drawn = _letters(mark.text.strip()) if mark.png is None else _picture(mark.png)
    clear = drawn[3] * mark.opacity
    return Stamp(master=drawn[:3].bandjoin(clear).cast("uchar").copy(interpretation="srgb").copy_memory(), mark=mark)


def _place(position: Position, right: int, bottom: int, margin: int) -> tuple[int, int]:
    """Return where the mark's left upper corner stands, when it could be at most at *right* and *bottom*."""
    match position:
        case Position.TOP_LEFT:
            return margin, margin
        case Position.TOP_RIGHT:
            return right - margin, margin
        case Position.BOTTOM_LEFT:
            return margin, bottom - margin
        case Position.BOTTOM_RIGHT:
            return right - margin, bottom - margin
        case Position.CENTRE:
            return right // 2, bottom // 2


def _picture(png: bytes) -> pyvips.Image:
    """Return the PNG in four bands."""
    try:
        image = pyvips.Image.pngload_buffer(png, fail_on="error")
        if image.width * image.height > _MOST_PIXELS:
            raise PhotoRefused(Refusal.PIXELS)
        image = image.thumbnail_image(_MASTER_WIDTH_PX, height=_MASTER_WIDTH_PX, size="down", export_profile="srgb")
        image = image.colourspace("srgb").cast("uchar")
        return (image if image.hasalpha() else image.addalpha()).copy_memory()
    except pyvips.Error as error:
        raise PhotoRefused(Refusal.DAMAGED) from error


def _letters(text: str) -> pyvips.Image:
    """Return *text* in white with a soft dark edge, in four bands."""
    # Loaded where letters are drawn: most photographs have none over them.
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415

    measured = ImageFont.truetype(_FONT, _MEASURED_AT_PX, layout_engine=ImageFont.Layout.BASIC).getlength(text)
    size_px = max(1, min(_LARGEST_FONT_PX, int(_MASTER_WIDTH_PX * _MEASURED_AT_PX / max(measured, 1))))
    font = ImageFont.truetype(_FONT, size_px, layout_engine=ImageFont.Layout.BASIC)
    nothing = bytes(font.getmask(_NO_LETTER))
    if any(bytes(font.getmask(letter)) == nothing for letter in text if not letter.isspace()):
        raise PhotoRefused(Refusal.LETTERS)
    left, top, right, bottom = (round(at) for at in font.getbbox(text))
    edge_px = max(2, round(size_px * _EDGE_PART))
    around = 2 * edge_px
    drawn = Image.new("L", (max(1, right - left) + 2 * around, max(1, bottom - top) + 2 * around))
    ImageDraw.Draw(drawn).text((around - left, around - top), text, font=font, fill=255)
    letters = pyvips.Image.new_from_memory(drawn.tobytes(), drawn.width, drawn.height, 1, "uchar") / 255
    edge = (letters.gaussblur(edge_px) * _EDGE_STRENGTH).clamp() * _EDGE_DARKNESS
    opaque = letters + edge * (1 - letters)
    white = letters / (opaque + 1e-6) * 255
    return white.bandjoin([white, white, opaque * 255]).copy(interpretation="srgb")
