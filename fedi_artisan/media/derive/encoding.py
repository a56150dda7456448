"""How finished pixels become files: types, qualities, and nothing inside but a colour profile and the authorship."""

import zlib
from collections.abc import Callable, Iterator

import pyvips

from fedi_artisan.domain.photos import POST_BYTES, PictureType

# Qualities at which the three look alike: beside the same pixels, at 1280 px, for linen, leather, glaze, clay and film
# grain, all have 39 to 45 dB and an SSIM of .93 to .98, AVIF with about 60 and WebP with 80 bytes to 100 of JPEG.
_JPEG_QUALITY = 84
_WEBP_QUALITY = 88
_AVIF_QUALITY = 70
# More effort makes smaller AVIFs, up to a fifth, and takes up to ten times as long: only small ones can afford it.
_AVIF_EFFORTS = ((640, 3), (1280, 1))
# The AVIF encoder needs most memory of all: 40 bytes a pixel, and 25 with colour at half the resolution. That is what
# a picture gets in which more pixels stand than any screen has.
_AVIF_FULL_COLOUR_PIXELS = 6_000_000
# WebP has colour at half the resolution; choosing it with care takes longer than all the rest, and shows in small ones.
_WEBP_CAREFUL_PX = 1280
_WEBP_EFFORT = 2
_CARD_QUALITY = 88
_FULL_QUALITY = 96
# The signature and the first chunk, which says how large the picture is.
_PNG_HEADER_BYTES = 33
# Above this size files say whose picture it is; smaller ones would be half text.
_XMP_WIDTH_PX = 640
# JPEG quality and whether colour has full resolution (4:4:4), best first. The last steps are for pure noise.
_POST_STEPS = (
    *((quality, True) for quality in (90, 87, 84, 80)),
    *((quality, False) for quality in (78, 70, 62, 54, 46, 38, 30, 20, 10)),
)


def views(image: pyvips.Image, xmp: bytes) -> Iterator[tuple[PictureType, bytes]]:
    """Return *image* in all types that pages offer, one after the other."""
    signed = _signed(image, xmp)
    yield PictureType.AVIF, _avif(signed)
    yield PictureType.WEBP, _webp(signed)
    # Progressive: it is a tenth smaller, and there as a whole at once.
    yield PictureType.JPEG, _jpeg(signed, _JPEG_QUALITY, interlace=True)


def post(image: pyvips.Image, xmp: bytes) -> bytes:
    """Return *image* as the best JPEG that has less than POST_BYTES."""
    signed = _signed(image, xmp)

    def encoded(step: int) -> bytes:
        quality, full_colour = _POST_STEPS[step]
        return _jpeg(signed, quality, full_colour=full_colour)

    return _first_below(POST_BYTES, encoded, len(_POST_STEPS))


def card(image: pyvips.Image, xmp: bytes) -> bytes:
    """Return *image* as the JPEG of a link's card."""
    return _jpeg(_signed(image, xmp), _CARD_QUALITY)


def full_jpeg(image: pyvips.Image, xmp: bytes) -> bytes:
    """Return *image* as a JPEG from which it cannot be told by eye."""
    # Without optimised tables, which would hold all of it in memory at once.
    return _jpeg(_signed(image, xmp), _FULL_QUALITY, optimize_coding=False)


def full_png(image: pyvips.Image, xmp: bytes) -> bytes:
    """Return *image* as a PNG, bit by bit."""
    encoded: bytes = image.pngsave_buffer(keep="none", compression=6, filter="up")
    if not xmp:
        return encoded
    # libvips would pack the text, and then few programs look for it (XMP part 3, 1.1.5).
    text = b"iTXtXML:com.adobe.xmp\0\0\0\0\0" + xmp
    chunk = (len(text) - 4).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big")
    return encoded[:_PNG_HEADER_BYTES] + chunk + encoded[_PNG_HEADER_BYTES:]


def _signed(image: pyvips.Image, xmp: bytes) -> pyvips.Image:
    """Return *image* with the packet *xmp*, if it is large enough for that."""
    if not xmp or image.width < _XMP_WIDTH_PX:
        return image
    signed = image.copy()
    signed.set_type(pyvips.GValue.blob_type, "xmp-data", xmp)
    return signed


def _avif(image: pyvips.Image) -> bytes:
    """Return *image* as AVIF; its stream itself says that it is sRGB."""
    encoded: bytes = image.heifsave_buffer(
        compression="av1",
        Q=_AVIF_QUALITY,
        effort=next((effort for width_px, effort in _AVIF_EFFORTS if image.width <= width_px), 0),
        subsample_mode="off" if image.width * image.height <= _AVIF_FULL_COLOUR_PIXELS else "on",
        bitdepth=8,
        keep="xmp",
    )
    return encoded


def _webp(image: pyvips.Image) -> bytes:
    """Return *image* as WebP; without a profile it is sRGB."""
    careful = image.width <= _WEBP_CAREFUL_PX
    encoded: bytes = image.webpsave_buffer(Q=_WEBP_QUALITY, effort=_WEBP_EFFORT, smart_subsample=careful, keep="xmp")
    return encoded


def _jpeg(
    image: pyvips.Image,
    quality: int,
    *,
    full_colour: bool = True,
    interlace: bool = False,
    optimize_coding: bool = True,
) -> bytes:
    """Return *image* as JPEG with the small sRGB profile, for programs that take nothing for granted."""
    encoded: bytes = image.jpegsave_buffer(
        Q=quality,
        subsample_mode="off" if full_colour else "on",
        interlace=interlace,
        optimize_coding=optimize_coding,
        keep="icc|xmp",
        profile="srgb",
    )
    return encoded


def _first_below(most_bytes: int, encoded: Callable[[int], bytes], steps: int) -> bytes:
    """Return the best of so many *steps* that has less than *most_bytes*; nearly always it is the first."""
    best = encoded(0)
    if len(best) < most_bytes:
        return best
    low, high = 1, steps - 1
    best = encoded(high)
    while low < high:
        middle = (low + high) // 2
        tried = encoded(middle)
        if len(tried) < most_bytes:
            best, high = tried, middle
        else:
            low = middle + 1
    return best
