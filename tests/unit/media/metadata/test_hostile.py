"""No file does harm: each is walked, or refused by name, in little time and little memory."""

import struct
import zlib

import pytest

from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.kinds import Kind
from fedi_artisan.media.metadata import Metadata, strip
from tests.unit.media.metadata import avif_building, private, samples
from tests.unit.media.metadata.walking import Walked, bounded


def tags(count: int, *entries: tuple[int, int, int, int]) -> bytes:
    """Return a TIFF whose only list says that it has *count* entries."""
    return b"II*\0\x08\0\0\0" + struct.pack("<H", count) + b"".join(struct.pack("<HHII", *entry) for entry in entries)


@pytest.mark.parametrize(
    "tiff",
    [
        pytest.param(tags(1, (0x8769, 4, 1, 8)), id="a list within itself"),
        pytest.param(tags(65535, (0x8769, 4, 1, 8)) * 60_000, id="long lists"),
        pytest.param(tags(1, (0x013B, 2, 0xFFFFFFFF, 0)) + b"x" * 1_000_000, id="a huge count"),
        pytest.param(tags(1, (0x013B, 2, 100, 0xFFFFFFF0)), id="a text outside"),
        pytest.param(tags(2, (0x8769, 4, 1, 0xFFFFFFFF), (0x0112, 3, 0, 6)), id="a list outside"),
        pytest.param(tags(1, (0x0112, 99, 1, 6)), id="an unknown type"),
        pytest.param(tags(1, (0x8769, 5, 1, 8)), id="a place that is a fraction"),
        pytest.param(b"II*\0\xff\xff\xff\xff", id="nothing"),
    ],
)
def test_exif_does_no_harm(tiff: bytes) -> None:
    """Lists that go round, end nowhere or say absurd numbers are read as far as they make sense."""
    told = bounded(tiff, Kind.TIFF).told
    assert (told.orientation, told.facts.settings) == (1, "")


LAUGHS = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
RDF_OPEN = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description>'


@pytest.mark.parametrize(
    "xml",
    [
        pytest.param(f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]><x>&a9;</x>', id="entities"),
        pytest.param('<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', id="a foreign document"),
        pytest.param("<a>" * 160_000, id="deep, never closed"),
        pytest.param("<a>" * 70_000 + "</a>" * 70_000, id="deep"),
        pytest.param(RDF_OPEN + "<a>" * 60_000 + "</a>" * 60_000 + "</rdf:Description></rdf:RDF>", id="deep within"),
        pytest.param(RDF_OPEN + "<a/>" * 120_000 + "</rdf:Description></rdf:RDF>", id="broad"),
        pytest.param('<?xml version="1.0" encoding="utf-7"?><x/>', id="an encoding that cannot be used"),
        pytest.param('<?xml version="1.0" encoding="idna"?><x/>', id="another encoding"),
        pytest.param('<?xml version="1.0" encoding="nonsense"?><x/>', id="no encoding"),
        pytest.param("x" * 5_000_000, id="large"),
    ],
)
def test_xmp_does_no_harm(xml: str) -> None:
    """XML that would grow, sink or ask others says nothing."""
    content = samples.plain("webp lossy") + samples.riff_chunk(b"XMP ", xml.encode())
    content = content[:4] + struct.pack("<I", len(content) - 8) + content[8:]
    assert bounded(content, Kind.WEBP).told.authorship == Authorship()


def bomb(size_bytes: int) -> bytes:
    """Return what becomes so many bytes when it is unpacked, the first of them those of a colour profile."""
    start = struct.pack(">I", size_bytes) + bytes(32) + b"acsp"
    packer = zlib.compressobj()
    return packer.compress(start.ljust(size_bytes, b"\0")) + packer.flush()


def test_a_profile_that_grows_is_refused() -> None:
    """A colour profile that would become 300 megabytes is refused before it does."""
    profile = samples.png_chunk(b"iCCP", b"x\0\0" + bomb(300_000_000))
    plain = samples.plain("png 8 bit")
    content = plain[:33] + profile + plain[33:]
    assert not bounded(content, Kind.PNG).stripped


@pytest.mark.parametrize(
    "body", [(b"zTXt", b"Author\0\0"), (b"iTXt", b"Author\0\1\0\0\0"), (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0")]
)
def test_a_text_that_grows_does_no_harm(body: tuple[bytes, bytes]) -> None:
    """A text that would become 300 megabytes is read no further than it is looked at."""
    kind, head = body
    plain = samples.plain("png 8 bit")
    text = samples.png_chunk(kind, head + bomb(300_000_000))
    assert len(bounded(plain[:33] + text + plain[33:], Kind.PNG).told.authorship.creator) < 10


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        pytest.param(Kind.JPEG, b"\xff\xd8" + b"\xff\xfe\0\2" * 5_000_000, id="jpeg: comments"),
        pytest.param(Kind.JPEG, b"\xff\xd8" + b"\xff\xd0" * 10_000_000, id="jpeg: restarts"),
        pytest.param(Kind.JPEG, b"\xff\xd8" + b"\xff" * 20_000_000, id="jpeg: filling"),
        pytest.param(Kind.JPEG, b"\xff\xd8\xff\xda\0\2" + b"\xff\0" * 10_000_000, id="jpeg: one scan"),
        pytest.param(Kind.JPEG, b"\xff\xd8\xff\xda\0\2" + b"\xff" * 20_000_000, id="jpeg: filling in a scan"),
        pytest.param(
            Kind.JPEG, b"\xff\xd8" + (b"\xff\xed\xff\xffPhotoshop 3.0\0" + b"8BIM" * 16380) * 300, id="jpeg: iptc"
        ),
        pytest.param(Kind.PNG, samples.plain("png 8 bit")[:33] + samples.png_chunk(b"prVt", b"") * 1_600_000, id="png"),
        pytest.param(Kind.WEBP, b"RIFF\0\0\x30\1WEBP" + b"PRVT\0\0\0\0" * 2_500_000, id="webp"),
        pytest.param(Kind.AVIF, avif_building.box(b"ftyp", b"avif") + b"\0\0\0\x08free" * 2_500_000, id="avif"),
        pytest.param(
            Kind.AVIF,
            avif_building.box(b"ftyp", b"avif") + avif_building.box(b"meta", bytes(4) + b"\0\0\0\x08free" * 2_500_000),
            id="avif: within",
        ),
    ],
)
def test_crumbs_end(kind: Kind, content: bytes) -> None:
    """A file of twenty megabytes in millions of crumbs is refused in seconds."""
    assert bounded(content, kind) == Walked(Metadata(), stripped=False)


def test_many_frames_are_walked_once() -> None:
    """A film of very many frames is walked in a time that grows with their number alone."""
    frame = samples.riff_chunk(b"ANMF", bytes(16) + samples.riff_chunk(b"VP8L", b"/" + bytes(5)))
    inside = samples.riff_chunk(b"VP8X", bytes((2, *bytes(9)))) + samples.riff_chunk(b"ANIM", bytes(6)) + frame * 20_000
    content = b"RIFF" + struct.pack("<I", len(inside) + 4) + b"WEBP" + inside
    bounded(content, Kind.WEBP)


def test_secrets_in_the_last_place_are_gone() -> None:
    """What stands behind the end of a profile, within its own chunk, is no part of it."""
    packed = zlib.compress(samples.ICC + private.SERIAL.encode()) + private.SERIAL.encode()
    content = samples.plain("png 8 bit")
    content = content[:33] + samples.png_chunk(b"iCCP", private.SERIAL.encode() + b"\0\0" + packed) + content[33:]
    public = strip(content, Kind.PNG, Authorship(), 1)
    at = public.index(b"iCCP")
    size_bytes = int.from_bytes(public[at - 4 : at], "big")
    assert zlib.decompress(public[at + 17 : at + 4 + size_bytes]) == samples.ICC
    assert private.SERIAL.encode() not in public
