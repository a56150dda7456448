"""PNG: a walk from chunk to chunk.

Source: PNG Third Edition (W3C 2025), sections 5, 11 and 14.
"""

import zlib
from collections.abc import Iterator

from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.metadata import exif, icc, xmp
from fedi_artisan.media.metadata.blocks import Block
from fedi_artisan.media.metadata.walking import MOST_BLOCK_BYTES, Buffer, Part, bytes_at, damaged, join

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_CHUNKS = 100_000
_MOST_PROFILE_BYTES = 16_000_000
_PIECE_BYTES = 1 << 20
_FRAME_BYTES = 26
# What a picture needs before its data, each once, and how long it can be. With another length decoders ignore it.
_BEFORE_DATA = {
    b"cHRM": range(32, 33),
    b"gAMA": range(4, 5),
    b"sRGB": range(1, 2),
    b"cICP": range(4, 5),
    b"mDCV": range(24, 25),
    b"cLLI": range(8, 9),
    b"sBIT": range(1, 5),
    b"bKGD": range(1, 7),
    b"pHYs": range(9, 10),
    b"tRNS": range(1, 257),
    b"PLTE": range(3, 769),
    b"acTL": range(8, 9),
}
_TEXTS = {
    b"Author": Block.AUTHOR,
    b"Copyright": Block.COPYRIGHT,
    xmp.PNG_KEYWORD: Block.XMP,
}


def blocks(content: Buffer) -> Iterator[tuple[Block, bytes]]:
    """Return what stands in *content*, before its data or behind.

    Raises:
        PhotoRefused: where the walk ends in rubbish.
    """
    for kind, place in _chunks(content):
        if len(place) > MOST_BLOCK_BYTES:
            continue
        if kind == b"eXIf":
            yield Block.EXIF, bytes_at(content, place).removeprefix(exif.PREFIX)
        elif kind in {b"tEXt", b"zTXt", b"iTXt"}:
            keyword, _, text = bytes_at(content, place).partition(b"\0")
            if keyword in _TEXTS:
                yield _TEXTS[keyword], _text(kind, text)


def strip(content: Buffer, authorship: Authorship, orientation: int) -> bytes:
    """Return the picture in *content* with nothing beside it but its colour profile and what is given here.

    Raises:
        PhotoRefused: it cannot be walked from beginning to end, or its profile would fill the memory.
    """
    return join(content, _parts(content, authorship, orientation))


def _parts(content: Buffer, authorship: Authorship, orientation: int) -> Iterator[Part]:
    """Return the new file.

    Raises:
        PhotoRefused: as for `strip`.
    """
    yield _SIGNATURE
    chunks = _chunks(content)
    kind, place = next(chunks)
    if kind != b"IHDR" or len(place) != 13:  # noqa: PLR2004 -- two sizes and five small numbers
        raise damaged()
    yield _kept(content, place)
    seen: set[bytes] = set()
    before = b""
    for kind, place in chunks:
        if kind == b"IDAT" and kind not in seen:
            yield from _ours(authorship, orientation)
        elif kind == b"IDAT" and kind != before:
            raise damaged()
        if kind == b"iCCP" and not seen & {kind, b"PLTE", b"IDAT"}:
            yield from _profile(bytes_at(content, place))
        elif _is_kept(kind, len(place), seen):
            yield _kept(content, place)
        elif kind[:1].isupper():
            # Without such a chunk, or with this one in this place, the picture is another one.
            raise damaged()
        seen.add(kind)
        before = kind
    if b"IDAT" not in seen:
        raise damaged()


def _is_kept(kind: bytes, size_bytes: int, seen: set[bytes]) -> bool:
    """Return whether this chunk belongs to the picture, when those *seen* stand before it."""
    if kind in _BEFORE_DATA:
        return size_bytes in _BEFORE_DATA[kind] and not seen & {kind, b"IDAT"}
    if kind == b"fdAT" or (kind == b"fcTL" and size_bytes == _FRAME_BYTES):
        # Frames of a picture that does not say that it moves are shown by nobody.
        return b"acTL" in seen
    return kind == b"IDAT" or (kind == b"IEND" and size_bytes == 0)


def _ours(authorship: Authorship, orientation: int) -> Iterator[bytes]:
    """Return the chunks that say what there is to say."""
    exif_block = exif.render(authorship, orientation)
    if exif_block:
        yield _chunk(b"eXIf", exif_block)
    xmp_block = xmp.render(authorship)
    if xmp_block:
        # Not compressed, in no language, and its keyword not translated.
        yield _chunk(b"iTXt", xmp.PNG_KEYWORD + b"\0\0\0\0\0" + xmp_block)


def _profile(body: bytes) -> Iterator[bytes]:
    """Return a chunk with the colour profile in *body*, under a name that tells nothing; none if it is no profile.

    Raises:
        PhotoRefused: it would fill the memory.
    """
    _, _, compressed = body.partition(b"\0")
    inflated = _inflate(compressed[1:], _MOST_PROFILE_BYTES + 1)
    if len(inflated) > _MOST_PROFILE_BYTES:
        raise damaged()
    if profile := icc.sound(inflated):
        yield _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(profile))


def _chunks(content: Buffer) -> Iterator[tuple[bytes, range]]:
    """Return kind and place of the body of each chunk, up to the last one; what follows is no part of the picture.

    Raises:
        PhotoRefused: the last one is missing.
    """
    at = len(_SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        size_bytes, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        at += 8
        end = at + size_bytes
        if end + 4 > len(content):
            break
        yield kind, range(at, end)
        at = end + 4
        if kind == b"IEND":
            return
    raise damaged()


def _kept(content: Buffer, place: range) -> range:
    """Return the whole of the chunk whose body stands at *place*.

    Raises:
        PhotoRefused: it is not what was written: its check sum says so.
    """
    whole = range(place.start - 8, place.stop + 4)
    checked = 0
    for start in range(place.start - 4, place.stop, _PIECE_BYTES):
        checked = zlib.crc32(content[start : min(start + _PIECE_BYTES, place.stop)], checked)
    if checked != int.from_bytes(content[place.stop : whole.stop], "big"):
        raise damaged()
    return whole


def _chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk."""
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def _text(kind: bytes, text: bytes) -> bytes:
    """Return what stands behind the keyword of a text chunk, in plain."""
    if kind == b"tEXt":
        return text
    if kind == b"zTXt":
        return _inflate(text[1:], MOST_BLOCK_BYTES)
    is_compressed, (_, _, *rest) = text[:1] == b"\1", [*text[2:].split(b"\0", 2), b"", b""]
    return _inflate(rest[0], MOST_BLOCK_BYTES) if is_compressed else rest[0]


def _inflate(compressed: bytes, most_bytes: int) -> bytes:
    """Return what *compressed* holds, up to *most_bytes* of it; nothing if it is broken."""
    try:
        return zlib.decompressobj().decompress(compressed, most_bytes)
    except zlib.error:
        return b""
