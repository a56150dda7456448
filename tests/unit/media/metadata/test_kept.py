"""What a picture needs to look the same is kept, and the author is told wherever one looks for her."""

import pytest
import pyvips

from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.kinds import Kind, kind_of
from fedi_artisan.media.metadata import iptc, jpeg, strip
from fedi_artisan.media.metadata.blocks import Block
from fedi_artisan.media.refusal import PhotoRefused
from tests.unit.media.metadata import samples

AUTHORSHIP = Authorship(creator="Léa Morel", copyright="© Léa Morel", credit="Atelier")
ADOBE = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0"


@pytest.mark.parametrize("name", [name for name in samples.NAMES if name != "avif animated"])
def test_a_file_as_its_encoder_made_it_shows_the_same_pixels(name: str) -> None:
    """A file that had no metadata, and has to be given room for some, shows the same pixels."""
    content = samples.plain(name)
    public = strip(content, kind_of(content[:64]) or Kind.GIF, AUTHORSHIP, 1)
    assert samples.pixels(public) == samples.pixels(content)


def test_adobe_says_which_colours_a_jpeg_has() -> None:
    """A JPEG that holds red, green and blue, which only Adobe's segment says, keeps its colours."""
    plain = samples.plain("jpeg full colour")
    content = plain[:2] + ADOBE + b"\0" + plain[2:]
    assert samples.pixels(content) != samples.pixels(plain)
    public = strip(content, Kind.JPEG, AUTHORSHIP, 1)
    assert samples.pixels(public) == samples.pixels(content)
    assert ADOBE in public


def test_the_density_of_a_jpeg_stays() -> None:
    """How large a JPEG is to be printed stays; its small picture in the same segment does not."""
    content = samples.plain("jpeg dense")
    assert content[2:11] == b"\xff\xe0\0\x10JFIF\0"
    # One pixel of red, green and blue behind the sizes of the small picture.
    small = content[:5] + b"\x13" + content[6:18] + b"\1\1abc" + content[20:]
    public = strip(small, Kind.JPEG, Authorship(), 1)
    assert public == content
    assert pyvips.Image.new_from_buffer(public, "").xres == pytest.approx(11.8, abs=0.1)


def test_a_jpeg_names_its_author_in_iptc_too() -> None:
    """Programs that know IPTC alone find author, copyright and credit."""
    public = strip(samples.sample("jpeg baseline"), Kind.JPEG, AUTHORSHIP, 1)
    found = dict(jpeg.blocks(public))
    assert set(found) == {Block.EXIF, Block.XMP, Block.IPTC}
    assert iptc.parse(found[Block.IPTC]) == AUTHORSHIP


def test_a_large_profile_stays_in_all_its_parts() -> None:
    """A colour profile too large for one segment of a JPEG is put together, whatever the order of its parts."""
    profile = (len(samples.ICC) + 150_000).to_bytes(4, "big") + samples.ICC[4:] + b"\7" * 150_000
    halves = (profile[:60_000], profile[60_000:120_000], profile[120_000:])
    segments = [(0xE2, b"ICC_PROFILE\0" + bytes((number, 3)) + half) for number, half in enumerate(halves, start=1)]
    public = strip(samples.jpeg_with(*reversed(segments)), Kind.JPEG, AUTHORSHIP, 1)
    assert pyvips.Image.new_from_buffer(public, "").get("icc-profile-data") == profile
    without = strip(samples.jpeg_with(*segments[:2]), Kind.JPEG, AUTHORSHIP, 1)
    assert b"ICC_PROFILE" not in without


@pytest.mark.parametrize("kind", [b"IHDR", b"IDAT", b"IEND", b"pHYs"])
def test_a_chunk_with_a_wrong_sum_is_damaged(kind: bytes) -> None:
    """A PNG in which a part of the picture is not what was written is refused."""
    content = bytearray(samples.plain("png 8 bit"))
    at = content.index(kind)
    size_bytes = int.from_bytes(content[at - 4 : at], "big")
    content[at + 4 + size_bytes] ^= 1
    with pytest.raises(PhotoRefused):
        strip(bytes(content), Kind.PNG, AUTHORSHIP, 1)


def test_frames_that_nobody_shows_are_gone() -> None:
    """Frames in a PNG that does not say that it moves are left behind."""
    content = samples.plain("png animated")
    at = content.index(b"acTL") - 4
    public = strip(content[:at] + content[at + 20 :], Kind.PNG, Authorship(), 1)
    assert b"fdAT" in content
    assert b"fdAT" not in public
    assert b"fcTL" not in public
