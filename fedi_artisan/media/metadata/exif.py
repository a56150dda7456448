"""EXIF: the few tags that are of use, read with distrust, and the three that are written.

Source: TIFF 6.0 section 2, Exif 3.0 section 4.6 (CIPA DC-008).
"""

import struct
from collections.abc import Iterator, Mapping
from enum import IntEnum
from fractions import Fraction
from typing import TypeAlias

from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.metadata.walking import MOST_BLOCK_BYTES, Buffer
from fedi_artisan.media.texts import cleaned

PREFIX = b"Exif\0\0"


class Tag(IntEnum):
    """The tags that are looked at. Serial numbers, owners and positions are not among them, so none can leak."""

    SUBFILE = 0x00FE
    MAKE = 0x010F
    MODEL = 0x0110
    ORIENTATION = 0x0112
    ARTIST = 0x013B
    XMP = 0x02BC
    COPYRIGHT = 0x8298
    EXPOSURE_TIME = 0x829A
    F_NUMBER = 0x829D
    IPTC = 0x83BB
    EXIF_IFD = 0x8769
    ISO = 0x8827
    TAKEN_AT = 0x9003
    FOCAL_LENGTH = 0x920A
    LENS = 0xA434
    DNG_VERSION = 0xC612


Value: TypeAlias = bytes | Fraction
Tags: TypeAlias = Mapping[Tag, Value]

_SHORT, _LONG, _RATIONAL = 3, 4, 5
_TYPE_SIZES_BYTES = {1: 1, 2: 1, _SHORT: 2, _LONG: 4, _RATIONAL: 8, 7: 1, 129: 1}
_WANTED = {tag.value: tag for tag in Tag}
# These stand in the main list as blocks of other kinds; their type is often told wrongly.
_BLOCKS = {Tag.XMP, Tag.IPTC}
_INLINE_BYTES = 4
_ORIENTATIONS = range(1, 9)


def parse(content: Buffer) -> Tags:
    """Return the known tags of the first list of *content*, a TIFF, and of the EXIF list it points to.

    No other list is followed, so there is no way to go round in circles. What cannot be read is not there.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(content[:4])
    if order is None:
        return {}
    tags = dict(_entries(content, order, _number(content[4:8], order)))
    pointer = tags.pop(Tag.EXIF_IFD, None)
    if isinstance(pointer, Fraction):
        # The main list goes first: what it says of the author is what programs show.
        tags = dict(_entries(content, order, int(pointer))) | tags
    return tags


def orientation_of(tags: Tags) -> int:
    """Return how the picture has to be turned, 1 to 8; 1, upright, where nothing sensible is said."""
    value = tags.get(Tag.ORIENTATION)
    return int(value) if isinstance(value, Fraction) and value in _ORIENTATIONS else 1


def is_raw(content: Buffer) -> bool:
    """Whether this TIFF is what a camera's sensor saw (DNG, NEF, CR2, ARW), whose first page is a mere preview."""
    tags = parse(content)
    subfile = tags.get(Tag.SUBFILE)
    is_preview = isinstance(subfile, Fraction) and int(subfile) & 1 == 1
    return is_preview or Tag.DNG_VERSION in tags or content[8:10] == b"CR"


def render(authorship: Authorship, orientation: int) -> bytes:
    """Return a TIFF with *orientation*, unless it is 1, artist and copyright; nothing if there is nothing to say."""
    told = cleaned(authorship)
    texts = {Tag.ARTIST: told.creator, Tag.COPYRIGHT: told.copyright}
    entries: dict[Tag, tuple[int, bytes]] = {}
    if orientation in _ORIENTATIONS and orientation != 1:
        entries[Tag.ORIENTATION] = (_SHORT, struct.pack(">H", orientation))
    # Called ASCII, written as UTF-8: what cameras and programs have come to do.
    entries |= {tag: (2, text.encode() + b"\0") for tag, text in texts.items() if text}
    return _render(entries) if entries else b""


def _render(entries: Mapping[Tag, tuple[int, bytes]]) -> bytes:
    """Return a TIFF with *entries*: for each tag its type and its bytes."""
    header = b"MM\0*" + struct.pack(">I", 8)
    index = struct.pack(">H", len(entries))
    values_at = len(header) + 2 + 12 * len(entries) + 4
    values = b""
    for tag, (kind, value) in sorted(entries.items()):
        count = len(value) // _TYPE_SIZES_BYTES[kind]
        if len(value) <= _INLINE_BYTES:
            place = value.ljust(_INLINE_BYTES, b"\0")
        else:
            place = struct.pack(">I", values_at + len(values))
            values += value + b"\0" * (len(value) % 2)
        index += struct.pack(">HHI", tag, kind, count) + place
    return header + index + bytes(4) + values


def _entries(content: Buffer, order: str, at: int) -> Iterator[tuple[Tag, Value]]:
    """Return the known tags in the list *at* this place."""
    count = _number(content[at : at + 2], order)
    index = content[at + 2 : at + 2 + 12 * count]
    seen = set()
    for number, kind, length, place in struct.iter_unpack(f"{order}HHI4s", index[: len(index) // 12 * 12]):
        tag = _WANTED.get(number)
        if tag is None or tag in seen:
            continue
        value = _value(content, order, tag, (kind, length, place))
        if value is not None:
            seen.add(tag)
            yield tag, value


def _value(content: Buffer, order: str, tag: Tag, entry: tuple[int, int, bytes]) -> Value | None:
    """Return a text or block as bytes, the first of some numbers as a fraction, or None for what cannot be read."""
    kind, length, place = entry
    size_bytes = length * _TYPE_SIZES_BYTES.get(kind, 0)
    if size_bytes > _INLINE_BYTES:
        start = _number(place, order)
        raw = content[start : start + min(size_bytes, MOST_BLOCK_BYTES)]
    else:
        raw = place[:size_bytes]
    if tag in _BLOCKS or kind not in {_SHORT, _LONG, _RATIONAL}:
        return raw or None
    if len(raw) < _TYPE_SIZES_BYTES[kind]:
        return None
    if kind == _RATIONAL:
        below = _number(raw[4:8], order)
        return Fraction(_number(raw[:4], order), below) if below else None
    return Fraction(_number(raw[: _TYPE_SIZES_BYTES[kind]], order))


def _number(raw: bytes, order: str) -> int:
    """Return the number that *raw* is in this byte *order*."""
    return int.from_bytes(raw, "little" if order == "<" else "big")
