"""How a photograph becomes the pictures that are shown: upright, in sRGB, small enough, and silent about its maker."""

import re

import blurhash
import pyvips
from PIL import Image

from fedi_artisan.media.kinds import Kind
from fedi_artisan.media.verdict import (
    JPEG_BYTES,
    LONG_SIDE_PX,
    THUMBNAIL_LONG_SIDE_PX,
    PhotoRefused,
    Refusal,
    Rendition,
    Renditions,
)

_LOADERS = {
    Kind.JPEG: ("VipsForeignLoadJpeg", "jpegload_source"),
    Kind.PNG: ("VipsForeignLoadPng", "pngload_source"),
    Kind.WEBP: ("VipsForeignLoadWebp", "webpload_source"),
}
# JPEG quality and whether colour has full resolution (4:4:4), best first. The last steps are for pure noise.
_QUALITIES = (
    *((quality, True) for quality in (92, 88, 84, 80)),
    *((quality, False) for quality in (78, 70, 62, 54, 46, 38, 30, 20, 10)),
)
_THUMBNAIL_QUALITIES = ((84, True), (70, False))
_WHITE = 255
# A WebP is decoded as a whole, several times over, and its decoder cannot say that it fell short of memory. Measured,
# as address space with all else that the process holds: 24 to 33 at 36 megapixels, 17 to 21 at 119.
_WEBP_BYTES_PER_PIXEL = 34
# libvips has one kind of error; these are its words and those of the decoders below it.
_SHORT_OF_MEMORY = re.compile(r"(out of|insufficient) memory|creating thread", re.IGNORECASE)
# A blurhash holds a dozen colours: more pixels than these would not change it.
_BLURHASH_LONG_SIDE_PX = 32


def forbid_other_loaders() -> None:
    """Let libvips read JPEG, PNG and WebP and nothing else, and keep nothing that it has read."""
    pyvips.operation_block_set("VipsForeignLoad", True)
    for class_name, _ in _LOADERS.values():
        pyvips.operation_block_set(class_name, False)
    pyvips.cache_set_max(0)


def derive(descriptor: int, kind: Kind, *, most_pixels: int, memory_bytes: int) -> Renditions:
    """Return what is made of the photograph of this *kind* that stands in the open file *descriptor*.

    Raises:
        PhotoRefused: it has more than *most_pixels*, told by its header before a pixel is decoded; or it is damaged,
            or asks for more memory than there is, *memory_bytes* in all.
    """
    try:
        photo = _open(descriptor, kind)
        _check_size(photo.width * photo.height, kind, most_pixels, memory_bytes)
        picture = _shrink(photo, LONG_SIDE_PX).copy_memory()
        thumbnail = _shrink(picture, THUMBNAIL_LONG_SIDE_PX).copy_memory()
        return Renditions(
            picture=_rendition(picture, _QUALITIES),
            thumbnail=_rendition(thumbnail, _THUMBNAIL_QUALITIES),
            blurhash=_blurhash(thumbnail),
        )
    except pyvips.Error as error:
        raise PhotoRefused(Refusal.MEMORY if _SHORT_OF_MEMORY.search(str(error)) else Refusal.DAMAGED) from error


def _open(descriptor: int, kind: Kind) -> pyvips.Image:
    """Return the picture with its header read; pixels are decoded when they are asked for, from top to bottom."""
    _, loader = _LOADERS[kind]
    source = pyvips.Source.new_from_descriptor(descriptor)
    return getattr(pyvips.Image, loader)(source, access="sequential", fail_on="error")


def _check_size(pixels: int, kind: Kind, most_pixels: int, memory_bytes: int) -> None:
    """Raise PhotoRefused if a picture of so many *pixels* is not to be decoded."""
    if pixels > most_pixels:
        raise PhotoRefused(Refusal.PIXELS)
    if kind is Kind.WEBP and pixels * _WEBP_BYTES_PER_PIXEL > memory_bytes:
        raise PhotoRefused(Refusal.MEMORY)


def _shrink(image: pyvips.Image, long_side_px: int) -> pyvips.Image:
    """Return *image* upright, in 8-bit sRGB without transparency, its long side at most *long_side_px*."""
    shrunk = image.thumbnail_image(long_side_px, height=long_side_px, size="down", export_profile="srgb")
    if shrunk.hasalpha():
        # A cut-out stands on white paper; black would swallow a dark piece.
        shrunk = shrunk.flatten(background=_WHITE)
    return shrunk.colourspace("srgb").cast("uchar")


def _rendition(image: pyvips.Image, qualities: tuple[tuple[int, bool], ...]) -> Rendition:
    """Return *image* as the first JPEG of *qualities* that is small enough, with no metadata but its colour profile."""
    jpeg = next(jpeg for jpeg in (_jpeg(image, *step) for step in qualities) if len(jpeg) < JPEG_BYTES)
    return Rendition(jpeg=jpeg, width_px=image.width, height_px=image.height)


def _jpeg(image: pyvips.Image, quality: int, full_colour: bool) -> bytes:
    """Return *image* as a baseline JPEG."""
    saved: bytes = image.jpegsave_buffer(
        Q=quality,
        subsample_mode="off" if full_colour else "on",
        optimize_coding=True,
        keep="icc",
        profile="srgb",
    )
    return saved


def _blurhash(image: pyvips.Image) -> str:
    """Return the blurhash of *image*: 4 × 3 components lying, 3 × 4 standing."""
    tiny = image.thumbnail_image(_BLURHASH_LONG_SIDE_PX, height=_BLURHASH_LONG_SIDE_PX)
    pixels = Image.frombytes("RGB", (tiny.width, tiny.height), tiny.write_to_memory())
    across, down = (4, 3) if image.width >= image.height else (3, 4)
    encoded: str = blurhash.encode(pixels, across, down)
    return encoded
