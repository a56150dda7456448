"""WebP: a walk through its RIFF chunks.

Source: RFC 9649, sections 2 and 3.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.metadata import exif, icc, xmp
from fedi_artisan.media.metadata.blocks import Block
from fedi_artisan.media.metadata.walking import MOST_BLOCK_BYTES, Buffer, Part, bytes_at, damaged, join

_MOST_CHUNKS = 100_000
_HEADER_BYTES, _FRAME_HEADER_BYTES = 10, 16
_ICC, _ALPHA, _EXIF, _XMP, _ANIMATED = 0x20, 0x10, 0x08, 0x04, 0x02
_IMAGES = {b"VP8 ", b"VP8L"}
_LOSSY_START, _LOSSLESS_START = b"\x9d\x01\x2a", b"\x2f"
_SIDE_BITS = 14
_SIDE_MASK = (1 << _SIDE_BITS) - 1


def blocks(content: Buffer) -> Iterator[tuple[Block, bytes]]:
    """Return what stands in *content*.

    Raises:
        PhotoRefused: where the walk ends in rubbish.
    """
    for kind, place in _chunks(content, _inside(content)):
        if len(place) > MOST_BLOCK_BYTES:
            continue
        if kind == b"EXIF":
            # Some put the mark of a JPEG before it.
            yield Block.EXIF, bytes_at(content, place).removeprefix(exif.PREFIX)
        elif kind == b"XMP ":
            yield Block.XMP, bytes_at(content, place)


def strip(content: Buffer, authorship: Authorship, orientation: int) -> bytes:
    """Return the picture in *content* with nothing beside it but its colour profile and what is given here.

    Raises:
        PhotoRefused: it cannot be walked from beginning to end.
    """
    chunks = list(_chunks(content, _inside(content)))
    exif_block, xmp_block = exif.render(authorship, orientation), xmp.render(authorship)
    if chunks and chunks[0][0] in _IMAGES:
        kind, place = chunks[0]
        header = _measure(kind, content, place)
        picture, profile = [*_chunk(kind, place)], b""
    elif chunks and chunks[0][0] == b"VP8X":
        header = _read_header(content, chunks[0][1])
        still = chunks[1:]
        picture = list(_animation(content, still) if header.flags & _ANIMATED else _image(still))
        profile = icc.sound(next((bytes_at(content, place) for kind, place in still if kind == b"ICCP"), b""))
    else:
        raise damaged()
    told = (_ICC if profile else 0) | (_EXIF if exif_block else 0) | (_XMP if xmp_block else 0)
    inside: list[Part] = [
        *_chunk(b"ICCP", profile),
        *picture,
        *_chunk(b"EXIF", exif_block),
        *_chunk(b"XMP ", xmp_block),
    ]
    if told or chunks[0][0] == b"VP8X":
        inside = [*_chunk(b"VP8X", bytes((header.flags | told, 0, 0, 0)) + header.canvas), *inside]
    size_bytes = 4 + sum(map(len, inside))
    return join(content, [b"RIFF" + size_bytes.to_bytes(4, "little") + b"WEBP", *inside])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """What the picture is: whether it moves and is transparent, and its size as the file says it."""

    flags: int
    canvas: bytes


def _inside(content: Buffer) -> range:
    """Return where the chunks stand.

    Raises:
        PhotoRefused: they would reach beyond the end.
    """
    end = 8 + int.from_bytes(content[4:8], "little")
    # Some forget the last byte, which only makes the number even.
    if end > len(content) + 1:
        raise damaged()
    return range(12, min(end, len(content)))


def _chunks(content: Buffer, inside: range) -> Iterator[tuple[bytes, range]]:
    """Return kind and place of the body of each chunk.

    Raises:
        PhotoRefused: one reaches beyond the end, or there are too many.
    """
    at = inside.start
    for _ in range(_MOST_CHUNKS):
        if at >= inside.stop:
            return
        kind, size_bytes = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        at += 8
        end = at + size_bytes
        if end > inside.stop:
            break
        yield kind, range(at, end)
        at = end + size_bytes % 2
    raise damaged()


def _chunk(kind: bytes, body: Part) -> Iterator[Part]:
    """Return a chunk; none for an empty body."""
    if body:
        yield kind + len(body).to_bytes(4, "little")
        yield body
        yield b"\0" * (len(body) % 2)


def _read_header(content: Buffer, place: range) -> _Header:
    """Return what the extended header says of the picture.

    Raises:
        PhotoRefused: it is too short.
    """
    raw = bytes_at(content, place)[:_HEADER_BYTES]
    if len(raw) < _HEADER_BYTES:
        raise damaged()
    return _Header(flags=raw[0] & (_ALPHA | _ANIMATED), canvas=raw[4:])


def _measure(kind: bytes, content: Buffer, place: range) -> _Header:
    """Return what an extended header has to say of a picture that had none.

    Raises:
        PhotoRefused: it does not begin as a picture does.
    """
    raw = content[place.start : min(place.start + _HEADER_BYTES, place.stop)].ljust(_HEADER_BYTES, b"\0")
    if kind == b"VP8 " and raw[3:6] == _LOSSY_START:
        sides = (int.from_bytes(raw[6:8], "little") & _SIDE_MASK, int.from_bytes(raw[8:10], "little") & _SIDE_MASK)
        flags = 0
    elif kind == b"VP8L" and raw[:1] == _LOSSLESS_START:
        bits = int.from_bytes(raw[1:5], "little")
        sides = ((bits & _SIDE_MASK) + 1, (bits >> _SIDE_BITS & _SIDE_MASK) + 1)
        flags = _ALPHA if bits >> 2 * _SIDE_BITS & 1 else 0
    else:
        raise damaged()
    if 0 in sides:
        raise damaged()
    return _Header(flags=flags, canvas=b"".join((side - 1).to_bytes(3, "little") for side in sides))


def _image(chunks: list[tuple[bytes, range]]) -> Iterator[Part]:
    """Return the first image among *chunks*, with its transparency, which stands before a lossy one.

    Raises:
        PhotoRefused: there is none.
    """
    alpha: range | None = None
    for kind, place in chunks:
        if kind == b"ALPH" and alpha is None:
            alpha = place
        elif kind in _IMAGES and place:
            if alpha is not None and kind == b"VP8 ":
                yield from _chunk(b"ALPH", alpha)
            yield from _chunk(kind, place)
            return
    raise damaged()


def _animation(content: Buffer, chunks: list[tuple[bytes, range]]) -> Iterator[Part]:
    """Return background, loops and frames among *chunks*.

    Raises:
        PhotoRefused: they are not there, or cannot be walked.
    """
    loops = next((place for kind, place in chunks if kind == b"ANIM" and len(place) == 6), None)  # noqa: PLR2004
    frames = [place for kind, place in chunks if kind == b"ANMF"]
    if loops is None or not frames:
        raise damaged()
    yield from _chunk(b"ANIM", loops)
    for place in frames:
        head, rest = place[:_FRAME_HEADER_BYTES], place[_FRAME_HEADER_BYTES:]
        image = list(_image(list(_chunks(content, rest))))
        yield b"ANMF" + (len(head) + sum(map(len, image))).to_bytes(4, "little")
        yield head
        yield from image
