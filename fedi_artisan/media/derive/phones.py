"""HEIC, as phones make it: its coding is no part of the libvips we have, so another decoder reads it."""

import re

import pi_heif
import pyvips

from fedi_artisan.media.refusal import PhotoRefused, Refusal

_BANDS = {"L": 1, "RGB": 3, "RGBA": 4, "RGBa": 4}
_SHORT_OF_MEMORY = re.compile(r"memory|security limit", re.IGNORECASE)
# All that the decoder is said to raise, and what Python itself raises on the way.
_COMPLAINTS = (ValueError, EOFError, SyntaxError, RuntimeError, OSError, LookupError, MemoryError)
_DISPLAY_P3 = 12


def look_into(descriptor: int) -> pi_heif.HeifImage:
    """Return the main picture of the file *descriptor* with its header read, by its size as it stands upright.

    Raises:
        PhotoRefused: it is damaged.
    """
    try:
        with open(descriptor, "rb", closefd=False) as file:
            file.seek(0)
            found = pi_heif.open_heif(file)
        return found[found.primary_index]
    except _COMPLAINTS as error:
        raise _refusal(error) from error


def decode(header: pi_heif.HeifImage) -> pyvips.Image:
    """Return its pixels, upright.

    Raises:
        PhotoRefused: it is damaged, or asks for more memory than there is.
    """
    width, height = header.size
    try:
        # Each thread would hold tiles of its own.
        pi_heif.options.DECODE_THREADS = 1
        # It frees its pixels together with *header*, whoever still looks at them: they are copied.
        pixels = bytes(header.data)
        bands = _BANDS[header.mode]
    except _COMPLAINTS as error:
        raise _refusal(error) from error
    if header.size != (width, height) or len(pixels) != width * height * bands:
        raise PhotoRefused(Refusal.DAMAGED)
    image = pyvips.Image.new_from_memory(pixels, width, height, bands, "uchar")
    image = image.copy(interpretation="b-w" if bands == 1 else "srgb")
    if header.mode == "RGBa":
        image = image.unpremultiply().cast("uchar")
    profile = header.info.get("icc_profile")
    if profile:
        image = image.copy()
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return image


def is_wide(header: pi_heif.HeifImage) -> bool:
    """Whether its colours are those of Display P3 by name, without a profile."""
    named = header.info.get("nclx_profile") or {}
    return bool(named.get("color_primaries") == _DISPLAY_P3)


def _refusal(error: BaseException) -> PhotoRefused:
    """Return what the decoder's *error* means."""
    short = isinstance(error, MemoryError) or _SHORT_OF_MEMORY.search(str(error))
    return PhotoRefused(Refusal.MEMORY if short else Refusal.DAMAGED)
