"""How a photograph becomes smaller and yet not dull, soft or harsh: upright, in 8-bit sRGB, on white paper."""

from dataclasses import dataclass

import pyvips

from fedi_artisan.media.derive import colours
from fedi_artisan.media.derive.opening import Photograph

# Shrinking softens; this gives back a quarter of what a pixel differs from those around it.
_SHARPEN = ((-1, -2, -1), (-2, 60, -2), (-1, -2, -1))
_SHARPEN_SCALE = 48
# Of 255; no pixel is moved further, so a strong edge gets no halo.
_SHARPEN_MOST = 6
# What shows the paper in at least one pixel of a hundred is a cut-out.
_CUT_OUT_PART = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A photograph as large as it is shown, in memory; every picture is made of it.

    Args:
        image: three bands of 8-bit sRGB without any metadata, not sharpened.
        cut_out: whether it stands on white paper, having been transparent there.
        shrunk: whether it has fewer pixels than the photograph.
    """

    image: pyvips.Image
    cut_out: bool
    shrunk: bool

    def fit(self, width_px: int, height_px: int) -> pyvips.Image:
        """Return it in this size, which is not larger, sharpened as far as it was shrunk, in memory."""
        image = self.image
        smaller = (width_px, height_px) != (image.width, image.height)
        if smaller:
            image = _to_size(image, width_px, height_px).copy_memory()
        return _sharpened(image).copy_memory() if smaller or self.shrunk else image


def base_of(photo: Photograph, width_px: int, height_px: int) -> Base:
    """Return *photo* in this size, upright; what is damaged in it raises pyvips.Error.

    Raises:
        PhotoRefused: it is damaged, or asks for more memory than there is.
    """
    stored = colours.usual_bands(photo.pixels(width_px))
    transparent = stored.hasalpha()
    if transparent:
        # Its transparency goes along: the decoder gives its rows only once.
        stored = colours.on_paper(stored).bandjoin(stored[stored.bands - 1])
    across, down = (height_px, width_px) if photo.lies else (width_px, height_px)
    small = _to_size(stored, across, down).copy_memory()
    clear_part = 0.0
    if transparent:
        clear_part = (small[small.bands - 1] < colours.full(small) / 2).avg() / 255
        small = small[: small.bands - 1]
    return Base(
        image=without_metadata(colours.in_srgb(small, photo.unnamed).autorot()),
        cut_out=clear_part >= _CUT_OUT_PART,
        shrunk=(width_px, height_px) != (photo.width_px, photo.height_px),
    )


def without_metadata(image: pyvips.Image) -> pyvips.Image:
    """Return the pixels of the 8-bit sRGB *image*, in memory, and nothing else of it."""
    bare = pyvips.Image.new_from_memory(image.write_to_memory(), image.width, image.height, image.bands, "uchar")
    return bare.copy(interpretation="srgb")


def _to_size(image: pyvips.Image, width_px: int, height_px: int) -> pyvips.Image:
    """Return *image* in exactly this size."""
    if (image.width, image.height) == (width_px, height_px):
        return image
    return image.resize(width_px / image.width, vscale=height_px / image.height, kernel="lanczos3")


def _sharpened(image: pyvips.Image) -> pyvips.Image:
    """Return *image*, mildly sharpened."""
    mask = pyvips.Image.new_from_array([list(row) for row in _SHARPEN], scale=_SHARPEN_SCALE)
    lowest, highest = (image + [-_SHARPEN_MOST] * 3).cast("uchar"), (image + [_SHARPEN_MOST] * 3).cast("uchar")
    sharp = image.conv(mask, precision="integer").maxpair(lowest).minpair(highest)
    return sharp.cast("uchar").copy(interpretation="srgb")
