"""What the decoding child tells the server: its words, written by one and read with distrust by the other."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fedi_artisan.media.kinds import Kind, kind_of

LONG_SIDE_PX = 2560
THUMBNAIL_LONG_SIDE_PX = 640
# Other servers fetch the picture; below two megabytes none of them crushes or refuses it for its size.
JPEG_BYTES = 2_000_000
# Two JPEGs of that size in base64, and the words around them.
VERDICT_BYTES = 4 * JPEG_BYTES

_BLURHASH = re.compile(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{6,50}")


class Refusal(StrEnum):
    """Why a picture could not be used."""

    PIXELS = "pixels"  # more of them than are decoded
    DAMAGED = "damaged"  # cut off, or not what its beginning promised
    TIME = "time"  # more than it is given
    MEMORY = "memory"  # more than it is given, or the decoder came to grief


class PhotoRefused(Exception):
    """No pictures are made of this file; `prepare` turns it into a BadPhoto with a sentence."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One finished picture: JPEG bytes and their size in pixels."""

    jpeg: bytes
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Renditions:
    """All that is made of one photograph."""

    picture: Rendition
    thumbnail: Rendition
    blurhash: str


def render(verdict: Renditions | Refusal) -> bytes:
    """Return *verdict* as JSON."""
    if isinstance(verdict, Refusal):
        return json.dumps({"refused": verdict.value}).encode()
    return json.dumps(
        {
            "picture": _render_rendition(verdict.picture),
            "thumbnail": _render_rendition(verdict.thumbnail),
            "blurhash": verdict.blurhash,
        }
    ).encode()


def parse(said: bytes) -> Renditions:
    """Return the pictures in *said*; everything is checked, for a child overcome by its input may say anything.

    Raises:
        PhotoRefused: the child refused the file.
        ValueError: this is no verdict.
    """
    match _load(said):
        case {"refused": str(refusal)}:
            raise PhotoRefused(Refusal(refusal))
        case {"picture": dict(picture), "thumbnail": dict(thumbnail), "blurhash": str(blurhash)}:
            if _BLURHASH.fullmatch(blurhash):
                return Renditions(
                    picture=_parse_rendition(picture, LONG_SIDE_PX),
                    thumbnail=_parse_rendition(thumbnail, THUMBNAIL_LONG_SIDE_PX),
                    blurhash=blurhash,
                )
    raise ValueError("the photo child gave no verdict")


def _render_rendition(rendition: Rendition) -> dict[str, object]:
    """Return *rendition* as values that JSON can hold."""
    jpeg = base64.b64encode(rendition.jpeg).decode("ascii")
    return {"jpeg": jpeg, "width_px": rendition.width_px, "height_px": rendition.height_px}


def _load(said: bytes) -> object:
    """Return the JSON in *said*, or raise ValueError."""
    try:
        return json.loads(said)
    except RecursionError as error:
        raise ValueError("the photo child said something too deep") from error


def _parse_rendition(doc: Mapping[str, object], long_side_px: int) -> Rendition:
    """Return the picture in *doc*, or raise ValueError."""
    match doc:
        case {"jpeg": str(encoded), "width_px": int(width_px), "height_px": int(height_px)}:
            # Bad base64 is a ValueError too.
            jpeg = base64.b64decode(encoded, validate=True)
            sizes_fit = 0 < width_px <= long_side_px and 0 < height_px <= long_side_px
            if sizes_fit and kind_of(jpeg) is Kind.JPEG and len(jpeg) < JPEG_BYTES:
                return Rendition(jpeg=jpeg, width_px=width_px, height_px=height_px)
    raise ValueError("the photo child gave something else than a picture")
