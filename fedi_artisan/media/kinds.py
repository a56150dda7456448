"""What kind of file some bytes are, told by how they begin and never by their name."""

import re
from enum import Enum

HEAD_BYTES = 64


class Kind(Enum):
    """A kind of picture that is taken in; the value is the ending of a kept original's name."""

    JPEG = "jpg"
    PNG = "png"
    WEBP = "webp"


_TAKEN = {
    Kind.JPEG: re.compile(rb"\xff\xd8\xff"),
    Kind.PNG: re.compile(rb"\x89PNG\r\n\x1a\n"),
    Kind.WEBP: re.compile(rb"RIFF....WEBP", re.DOTALL),
}

# Kinds that people try for good reasons, so that the refusal can name them.
_FOREIGN = {
    "a GIF picture": re.compile(rb"GIF8[79]a"),
    "an AVIF picture": re.compile(rb"....ftypavi[fs]", re.DOTALL),
    "a HEIC picture, as iPhones make them": re.compile(rb"....ftyp(hei|hev|mif1|msf1)", re.DOTALL),
    "a TIFF picture": re.compile(rb"II\*\0|MM\0\*"),
    "a Photoshop file": re.compile(rb"8BPS"),
    "a PDF document": re.compile(rb"%PDF-"),
    "a film": re.compile(rb"....ftyp|\x1aE\xdf\xa3", re.DOTALL),
    "an SVG drawing or a web page": re.compile(rb"(\xef\xbb\xbf)?\s*<"),
}


def kind_of(head: bytes) -> Kind | None:
    """Return the kind of the file that begins with *head* (HEAD_BYTES of it, or all), or None when it is not taken."""
    return next((kind for kind, beginning in _TAKEN.items() if beginning.match(head)), None)


def describe(head: bytes) -> str:
    """Return words for the kind of a file that is not taken: `a GIF picture`, `not a picture`."""
    return next((words for words, beginning in _FOREIGN.items() if beginning.match(head)), "not a picture")
