"""JPEG: a walk from marker to marker.

Source: ITU-T T.81 annex B; JFIF 1.02; ICC.1 annex B.4; Adobe Technical Note 5116, section 18.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.metadata import exif, icc, iptc, xmp
from fedi_artisan.media.metadata.blocks import Block
from fedi_artisan.media.metadata.walking import MOST_BLOCK_BYTES, Buffer, NotLossless, Part, bytes_at, damaged, join

_DHT, _DAC, _EOI, _SOS, _DQT, _DNL, _DRI, _COM = 0xC4, 0xCC, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xFE
_APP0, _APP1, _APP2, _APP13, _APP14 = 0xE0, 0xE1, 0xE2, 0xED, 0xEE
_SCAN_DATA = -1
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, 0xCB}
# Pictures in several layers, which nobody has ever sent; browsers show none of them.
_HIERARCHICAL = {0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF, 0xDE, 0xDF}
_TABLES = {_DHT, _DAC, _DQT}
_DROPPED = {*range(0xE0, 0xF0), _COM}
_RESTARTS = range(0xD0, 0xD8)

# Decoders skip whatever stands between two segments, so this walk does.
_MARKER = re.compile(rb"\xff[^\x00\xff]")
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_JFIF = re.compile(rb"JFIF\0(?P<kept>.{7})", re.DOTALL)
_ADOBE = re.compile(rb"Adobe.{7}", re.DOTALL)
_ICC_PREFIX = b"ICC_PROFILE\0"
_ICC_PART_BYTES = 65_519
_MOST_SEGMENTS = 20_000


def blocks(content: Buffer) -> Iterator[tuple[Block, bytes]]:
    """Return what stands before the first scan.

    Raises:
        PhotoRefused: where the walk ends in rubbish.
    """
    resources = b""
    for code, place in _segments(content):
        if code == _SOS:
            break
        body = bytes_at(content, place)[2:]
        if code == _APP1 and body.startswith(exif.PREFIX):
            yield Block.EXIF, body.removeprefix(exif.PREFIX)
        elif code == _APP1 and body.startswith(xmp.JPEG_PREFIX):
            yield Block.XMP, body.removeprefix(xmp.JPEG_PREFIX)
        elif code == _APP13 and body.startswith(iptc.PREFIX) and len(resources) < MOST_BLOCK_BYTES:
            resources += body.removeprefix(iptc.PREFIX)
    yield Block.IPTC, iptc.find(resources)


def strip(content: Buffer, authorship: Authorship, orientation: int) -> bytes:
    """Return the picture in *content* with nothing beside it but its colour profile and what is given here.

    Raises:
        PhotoRefused: it cannot be walked from beginning to end.
        NotLossless: it is of a kind that is not walked.
    """
    found = _Found()
    for code, place in _segments(content):
        if code == _SCAN_DATA:
            found.picture.append(place)
        elif code in _DROPPED:
            # Decoders have made up their mind about colours when the first scan begins.
            if not found.has_scan:
                found.note(code, bytes_at(content, place)[2:])
        elif code != _EOI:
            _check(code, place, content)
            found.has_frame |= code in _FRAMES
            found.has_scan |= code == _SOS
            found.picture += [bytes((0xFF, code)), place]
    if not found.has_frame or not found.has_scan:
        raise damaged()
    return join(content, _parts(found, authorship, orientation))


@dataclass(slots=True)
class _Found:
    """What a walk has met that the new file needs."""

    picture: list[Part] = field(default_factory=list)
    has_frame: bool = False
    has_scan: bool = False
    jfif: bytes = b""
    adobe: bytes = b""
    profile_parts: dict[int, bytes] = field(default_factory=dict)
    profile_counts: set[int] = field(default_factory=set)

    def note(self, code: int, body: bytes) -> None:
        """Take from an application segment what colours or proportions depend on."""
        if code == _APP0 and (jfif := _JFIF.match(body)) and not self.jfif:
            # Two zeros: a small picture of no width and no height.
            self.jfif = b"JFIF\0" + jfif["kept"] + b"\0\0"
        elif code == _APP14 and (adobe := _ADOBE.match(body)):
            self.adobe = adobe[0]
        elif code == _APP2 and body.startswith(_ICC_PREFIX):
            number, count = body[12:13], body[13:14]
            self.profile_parts.setdefault(int.from_bytes(number, "big"), body[14:])
            self.profile_counts.add(int.from_bytes(count, "big"))

    def profile(self) -> bytes:
        """Return the colour profile in all its parts, or nothing if any is missing."""
        numbers = sorted(self.profile_parts)
        if self.profile_counts != {len(numbers)} or numbers != list(range(1, len(numbers) + 1)):
            return b""
        return icc.sound(b"".join(self.profile_parts[number] for number in numbers))


def _segments(content: Buffer) -> Iterator[tuple[int, range]]:
    """Return marker and place (its length bytes included) of each segment, and of each scan's data, up to the end mark.

    Raises:
        PhotoRefused: the end mark is missing, or something is where no segment can be.
    """
    at = 2
    for _ in range(_MOST_SEGMENTS):
        found = _MARKER.search(content, at)
        if found is None:
            break
        at = found.end()
        code = content[at - 1]
        if code in _RESTARTS:
            continue
        if code == _EOI:
            yield code, range(at, at)
            return
        size_bytes = int.from_bytes(content[at : at + 2], "big")
        end = at + size_bytes
        if size_bytes < 2 or end > len(content):  # noqa: PLR2004 -- a length counts its own two bytes
            break
        yield code, range(at, end)
        at = end
        if code == _SOS:
            found = _SCAN_END.search(content, at)
            if found is None:
                break
            yield _SCAN_DATA, range(at, found.start())
            at = found.start()
    raise damaged()


def _check(code: int, place: range, content: Buffer) -> None:
    """Raise for a segment that does not belong to a picture, or in which something else could be hidden."""
    if code in _HIERARCHICAL:
        raise NotLossless(f"marker {code:#x}")
    components_at = {_SOS: 2}.get(code, 7)
    components = int.from_bytes(content[place.start + components_at : place.start + components_at + 1], "big")
    lengths_bytes = {_DRI: 4, _DNL: 4, _SOS: 6 + 2 * components} | dict.fromkeys(_FRAMES, 8 + 3 * components)
    if code not in _TABLES and lengths_bytes.get(code) != len(place):
        raise damaged()


def _parts(found: _Found, authorship: Authorship, orientation: int) -> Iterator[Part]:
    """Return the new file."""
    exif_block = exif.render(authorship, orientation)
    xmp_block = xmp.render(authorship)
    profile = found.profile()
    starts = range(0, len(profile), _ICC_PART_BYTES)
    yield b"\xff\xd8"
    yield from _application(_APP0, found.jfif)
    yield from _application(_APP1, exif_block and exif.PREFIX + exif_block)
    yield from _application(_APP1, xmp_block and xmp.JPEG_PREFIX + xmp_block)
    for number, start in enumerate(starts, start=1):
        part = profile[start : start + _ICC_PART_BYTES]
        yield from _application(_APP2, _ICC_PREFIX + bytes((number, len(starts))) + part)
    yield from _application(_APP13, iptc.render(authorship))
    yield from _application(_APP14, found.adobe)
    yield from found.picture
    yield b"\xff\xd9"


def _application(code: int, body: bytes) -> Iterator[bytes]:
    """Return an application segment with *body*; none for an empty one."""
    if body:
        yield bytes((0xFF, code)) + (len(body) + 2).to_bytes(2, "big") + body
