"""How an untrusted photograph is opened: its header first, and its pixels only if they may be decoded."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyvips

from fedi_artisan.media.kinds import Kind
from fedi_artisan.media.refusal import PhotoRefused, Refusal

_LOADERS = {
    Kind.JPEG: ("VipsForeignLoadJpeg", "jpegload_source"),
    Kind.PNG: ("VipsForeignLoadPng", "pngload_source"),
    Kind.WEBP: ("VipsForeignLoadWebp", "webpload_source"),
    Kind.TIFF: ("VipsForeignLoadTiff", "tiffload_source"),
    Kind.GIF: ("VipsForeignLoadNsgif", "gifload_source"),
    Kind.AVIF: ("VipsForeignLoadHeif", "heifload_source"),
}
# What else this process holds while it decodes, as address space.
AROUND_BYTES = 220_000_000
# Decoders that hold the whole picture, and what they need for a pixel, as address space (measured, and a little more).
# Short of memory, some of them speak of damage and some end the process: so their need is told before.
_BYTES_PER_PIXEL = {Kind.WEBP: 19, Kind.GIF: 10, Kind.AVIF: 17, Kind.HEIC: 10}
_BYTES_PER_SAMPLE = {"uchar": 1, "char": 1, "ushort": 2, "short": 2, "uint": 4, "int": 4, "float": 4, "double": 8}
# libvips has one kind of error; these are its words and those of the decoders below it.
_SHORT_OF_MEMORY = re.compile(r"(out of|insufficient) memory|creating thread|memory allocation", re.IGNORECASE)
# EXIF orientations from this one on lie on their side.
_FIRST_LYING = 5
_BOXES_BYTES = 1 << 16
_WIDE_COLOURS = re.compile(rb"colrnclx\0\x0c")  # ISO 23091-2: 12 is Display P3
# JPEG is decoded at a half, a quarter or an eighth only as long as two pixels are still mixed into one afterwards:
# that decoder's own way to shrink is rough.
_HALVINGS = (8, 4, 2)
_STILL_MIXED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """A photograph whose header was read.

    Args:
        width_px: of the whole photograph, upright.
        height_px: of the whole photograph, upright.
        lies: whether its stored pixels lie on their side.
        moves: whether there are more frames than the first.
        unnamed: the colours it is in when it has no profile of its own.
        kind: the kind of its file.
        descriptor: the open file.
    """

    width_px: int
    height_px: int
    lies: bool
    moves: bool
    unnamed: str
    kind: Kind
    descriptor: int

    def pixels(self, width_px: int) -> pyvips.Image:
        """Return its stored pixels, those of the first frame; at least so many that *width_px* upright can be made.

        They are decoded once, from top to bottom, when they are asked for: whatever reads them may raise pyvips.Error.

        Raises:
            PhotoRefused: it is damaged, or asks for more memory than there is.
        """
        match self.kind:
            case Kind.HEIC:
                from fedi_artisan.media.derive import phones  # noqa: PLC0415 - as in look_into

                return phones.decode(phones.look_into(self.descriptor))
            case Kind.JPEG:
                enough = (at for at in _HALVINGS if self.width_px >= at * width_px * _STILL_MIXED)
                return _load(self.descriptor, Kind.JPEG, shrink=next(enough, 1))
            case Kind.TIFF:
                # Its decoder has a limit of its own for one strip, and ours holds already.
                return _load(self.descriptor, Kind.TIFF, unlimited=True)
        return _load(self.descriptor, self.kind)


def forbid_other_loaders() -> None:
    """Let libvips read the kinds that are taken in and nothing else, and keep nothing that it has read."""
    pyvips.operation_block_set("VipsForeignLoad", True)
    for class_name, _ in _LOADERS.values():
        pyvips.operation_block_set(class_name, False)
    pyvips.cache_set_max(0)


@contextmanager
def refusing(otherwise: Refusal = Refusal.DAMAGED) -> Iterator[None]:
    """Turn what libvips complains of into PhotoRefused: it fell short of memory, or else *otherwise*."""
    try:
        yield
    except UnicodeDecodeError as error:
        # It quotes the file in its complaint, and the file is rubbish.
        raise PhotoRefused(otherwise) from error
    except pyvips.Error as error:
        raise PhotoRefused(Refusal.MEMORY if _SHORT_OF_MEMORY.search(str(error)) else otherwise) from error


def look_into(descriptor: int, kind: Kind, *, most_pixels: int, memory_bytes: int) -> Photograph:
    """Return the photograph of this *kind* in the open file *descriptor*; only its header is read.

    Raises:
        PhotoRefused: it has more than *most_pixels*, or asks for more memory than *memory_bytes* in all, or is damaged.
    """
    if kind is Kind.HEIC:
        # Its decoder takes as long to load as all of the others, and most photographs do without; the walls that stand
        # by now let it be read.
        from fedi_artisan.media.derive import phones  # noqa: PLC0415

        header = phones.look_into(descriptor)
        width_px, height_px = header.size
        need_bytes = width_px * height_px * _BYTES_PER_PIXEL[kind]
        lies, moves, unnamed = False, False, "p3" if phones.is_wide(header) else "srgb"
    else:
        with refusing():
            image = _load(descriptor, kind)
            width_px, height_px = image.width, image.height
            need_bytes = _need_bytes(image, kind)
            lies, moves = _lies(image), _moves(image, descriptor, kind)
            unnamed = "p3" if kind is Kind.AVIF and _WIDE_COLOURS.search(_beginning(descriptor)) else "srgb"
    if width_px * height_px > most_pixels:
        raise PhotoRefused(Refusal.PIXELS)
    if need_bytes and AROUND_BYTES + need_bytes > memory_bytes:
        raise PhotoRefused(Refusal.MEMORY)
    if lies:
        width_px, height_px = height_px, width_px
    return Photograph(
        width_px=width_px,
        height_px=height_px,
        lies=lies,
        moves=moves,
        unnamed=unnamed,
        kind=kind,
        descriptor=descriptor,
    )


def _load(descriptor: int, kind: Kind, **options: int) -> pyvips.Image:
    """Return the picture with its header read."""
    _, loader = _LOADERS[kind]
    os.lseek(descriptor, 0, os.SEEK_SET)
    source = pyvips.Source.new_from_descriptor(descriptor)
    return getattr(pyvips.Image, loader)(source, access="sequential", fail_on="error", **options)


def _need_bytes(image: pyvips.Image, kind: Kind) -> int:
    """Return what decoding holds in memory beyond some rows, as address space."""
    pixels: int = image.width * image.height
    if kind in _BYTES_PER_PIXEL:
        return pixels * _BYTES_PER_PIXEL[kind]
    samples: int = pixels * image.bands
    interlaced = image.get_typeof("interlaced") and image.get("interlaced")
    if kind is Kind.JPEG:
        # A progressive one is gathered as coefficients of two bytes.
        return 2 * samples if interlaced else 0
    if kind is Kind.PNG and not interlaced:
        return 0
    # A TIFF may be one single strip, and is not told apart here.
    return 2 * samples * _BYTES_PER_SAMPLE.get(image.format, 16)


def _lies(image: pyvips.Image) -> bool:
    """Whether the stored picture lies on its side; AVIF never does, for its boxes turn it while it is decoded."""
    return bool(image.get_typeof("orientation") and image.get("orientation") >= _FIRST_LYING)


def _moves(image: pyvips.Image, descriptor: int, kind: Kind) -> bool:
    """Whether there are more frames or pages than the first that somebody may miss."""
    if kind is Kind.AVIF and _beginning(descriptor)[8:12] == b"avis":
        return True
    if not image.get_typeof("n-pages") or image.get("n-pages") <= 1:
        return False
    if kind is Kind.TIFF:
        # Smaller pages are small copies of the first.
        second = _load(descriptor, kind, page=1)
        return bool(second.width >= image.width and second.height >= image.height)
    return True


def _beginning(descriptor: int) -> bytes:
    """Return the part of the file in which boxes describe it."""
    return os.pread(descriptor, _BOXES_BYTES, 0)
