"""AVIF: what belongs to the picture is taken out of its boxes and put into new ones.

Source: AV1 Image File Format 1.1; ISO/IEC 14496-12; ISO/IEC 23008-12 (MIAF: ISO/IEC 23000-22).
"""

from collections.abc import Iterator, Mapping
from itertools import count

from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.metadata import xmp
from fedi_artisan.media.metadata.avif_lists import Lists, box
from fedi_artisan.media.metadata.blocks import Block
from fedi_artisan.media.metadata.boxes import Container, parse
from fedi_artisan.media.metadata.walking import (
    MOST_BLOCK_BYTES,
    Buffer,
    NotLossless,
    Part,
    bytes_at,
    damaged,
    join,
)

_PICTURES = {b"av01", b"grid", b"iden", b"iovl", b"tmap"}
_ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0", b"urn:mpeg:hevc:2015:auxid:1\0")
_ORDER = (b"avif", b"mif1", b"miaf", b"MA1A", b"MA1B", b"avio", b"tmap")
_BRANDS = {*_ORDER}


def blocks(content: Buffer) -> Iterator[tuple[Block, bytes]]:
    """Return what stands in *content*, an AVIF or a HEIC.

    Raises:
        PhotoRefused: it cannot be read.
        NotLossless: it has no items.
    """
    found = parse(content)
    for number, item in found.items.items():
        if item.kind == b"Exif":
            raw = _bytes_of(content, found, number)
            # The first four bytes say how many others stand before the TIFF: the mark of a JPEG, or none.
            yield Block.EXIF, raw[4 + int.from_bytes(raw[:4], "big") :]
        elif item.media_type == xmp.MEDIA_TYPE:
            yield Block.XMP, _bytes_of(content, found, number)


def strip(content: Buffer, authorship: Authorship) -> bytes:
    """Return the picture in *content* with nothing beside it but its colour profile and what is given here.

    How it is turned is said by properties of the picture, which stay.

    Raises:
        PhotoRefused: it cannot be walked.
        NotLossless: it is built in a way that is not understood.
    """
    found = parse(content)
    kept = _kept(content, found)
    stretches = [_stretches(content, found, number) for number in kept]
    # Nothing keeps a list from naming the same bytes over and over.
    if sum(len(place) for places in stretches for place in places) > len(content):
        raise damaged()
    packet = xmp.render(authorship)
    lengths_bytes = [sum(map(len, places)) for places in stretches] + [len(packet)] * bool(packet)
    head = _file_type(found, kept)
    lists = Lists.choose(content, found, kept, has_words=bool(packet))
    # Places are numbers of a fixed length, so that the lists are as long with any of them.
    begin = len(head) + len(lists.render(lengths_bytes, 0)) + 8
    data: list[Part] = [place for places in stretches for place in places]
    return join(
        content,
        [
            head,
            lists.render(lengths_bytes, begin),
            (8 + sum(lengths_bytes)).to_bytes(4, "big") + b"mdat",
            *data,
            packet,
        ],
    )


def _stretches(content: Buffer, found: Container, number: int) -> list[range]:
    """Return where the bytes of an item of the picture stand.

    Raises:
        PhotoRefused: they are not there.
        NotLossless: they stand in another file.
    """
    if found.items[number].kind == b"iden":
        # It shows another item as it is, and has no bytes of its own.
        return []
    stretches = found.stretches(content, number)
    if not any(stretches):
        raise damaged()
    return stretches


def _file_type(found: Container, kept: Mapping[int, int]) -> bytes:
    """Return the box that says what the file is: a still picture, and which readers can show it."""
    brands = {b"avif", b"mif1"} | ({*found.brands} & _BRANDS)
    if all(found.items[number].kind != b"tmap" for number in kept):
        brands.discard(b"tmap")
    return box(b"ftyp", b"avif", bytes(4), *sorted(brands, key=_ORDER.index))


def _bytes_of(content: Buffer, found: Container, number: int) -> bytes:
    """Return the bytes of a block of metadata, or nothing if it is too large."""
    places = found.stretches(content, number)
    if sum(map(len, places)) > MOST_BLOCK_BYTES:
        return b""
    return b"".join(bytes_at(content, place) for place in places)


def _kept(content: Buffer, found: Container) -> dict[int, int]:
    """Return the items that make the picture, in the order of the file, each with its new number.

    Raises:
        NotLossless: one of them is not understood.
    """
    inputs: dict[int, list[int]] = {}
    for kind, origin, goals in found.references:
        if kind == b"dimg":
            inputs.setdefault(origin, []).extend(goals)
        elif kind == b"auxl" and _is_alpha(content, found, origin):
            for goal in goals:
                inputs.setdefault(goal, []).append(origin)
    # How bright light is shown stands in an item that points to the picture, and not the other way round.
    tone_maps = [
        number
        for number, item in found.items.items()
        if item.kind == b"tmap" and found.primary in inputs.get(number, ())
    ]
    reached: set[int] = set()
    waiting = [found.primary, *tone_maps]
    while waiting:
        number = waiting.pop()
        if number not in reached:
            reached.add(number)
            waiting += inputs.get(number, ())
    if any(number not in found.items or found.items[number].kind not in _PICTURES for number in reached):
        raise NotLossless("an item that is no AV1 picture")
    if any(found.items[number].protected for number in reached):
        raise NotLossless("a picture that is locked")
    return dict(zip((number for number in found.items if number in reached), count(1)))


def _is_alpha(content: Buffer, found: Container, number: int) -> bool:
    """Return whether an item says how transparent another one is."""
    for index, _ in found.associations.get(number, ()):
        if 0 < index <= len(found.properties) and found.properties[index - 1].kind == b"auxC":
            # Version and flags come first.
            return bytes_at(content, found.properties[index - 1].place[4:64]).startswith(_ALPHA)
    return False
