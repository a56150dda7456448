"""What kind of file some bytes are, told by how they begin and never by their name."""

import re
from enum import Enum

from fedi_artisan.domain.texts import say
from fedi_artisan.errors import Words

HEAD_BYTES = 64
GIVE_INSTEAD = say("this is {kind}. Give a photograph as JPEG, HEIC, PNG, WebP, AVIF, TIFF or GIF.")


class Kind(Enum):
    """A kind of picture that is taken in; the value is the ending of a kept original's name."""

    JPEG = "jpg"
    PNG = "png"
    WEBP = "webp"
    AVIF = "avif"
    TIFF = "tif"
    GIF = "gif"
    HEIC = "heic"


_TAKEN = {
    Kind.JPEG: re.compile(rb"\xff\xd8\xff"),
    Kind.PNG: re.compile(rb"\x89PNG\r\n\x1a\n"),
    Kind.WEBP: re.compile(rb"RIFF....WEBP", re.DOTALL),
    # Its own brand may stand first, or behind the one that it shares with HEIC.
    Kind.AVIF: re.compile(rb"....ftyp(avi[fs]|(mif1|msf1)....(....){0,8}avi[fs])", re.DOTALL),
    Kind.TIFF: re.compile(rb"II\*\0|MM\0\*"),
    Kind.GIF: re.compile(rb"GIF8[79]a"),
    Kind.HEIC: re.compile(rb"....ftyp(hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL),
}

# Kinds that people try for good reasons, so that the refusal can name them.
_FOREIGN = {
    say("a Photoshop file"): re.compile(rb"8BPS"),
    say("a PDF document"): re.compile(rb"%PDF-"),
    say("a film"): re.compile(rb"....ftyp|\x1aE\xdf\xa3", re.DOTALL),
    say("an SVG drawing or a web page"): re.compile(rb"(\xef\xbb\xbf)?\s*<"),
}
_NO_PICTURE = say("not a picture")


def kind_of(head: bytes) -> Kind | None:
    """Return the kind of the file that begins with *head* (HEAD_BYTES of it, or all), or None when it is not taken."""
    return next((kind for kind, beginning in _TAKEN.items() if beginning.match(head)), None)


def describe(head: bytes) -> Words:
    """Return words for the kind of a file that is not taken: `a film`, `not a picture`."""
    return Words(next((words for words, beginning in _FOREIGN.items() if beginning.match(head)), _NO_PICTURE))
