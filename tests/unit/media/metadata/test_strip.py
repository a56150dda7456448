"""The public original shows the same pixels, and says what it should and nothing else."""

import io
import mmap
from pathlib import Path

import pytest
import pyvips
from PIL import Image

from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.kinds import Kind, kind_of
from fedi_artisan.media.metadata import NotLossless, read, strip
from fedi_artisan.media.refusal import PhotoRefused, Refusal
from tests.unit.media.metadata import private, samples

AUTHORSHIP = Authorship(
    creator='Léa Morel & "Fils" <Grenoble>',
    copyright="© 2025 Léa Morel, all rights reserved",
    credit="Atelier Léa Morel",
    licence_url="https://creativecommons.org/licenses/by-nc/4.0/",
    usage="CC BY-NC 4.0",
    ai_refused=True,
)
EVERY = pytest.mark.parametrize("name", samples.NAMES)


def kind_told(content: bytes) -> Kind:
    """Return the kind of *content*."""
    kind = kind_of(content[:64])
    assert kind is not None
    return kind


def stripped(content: bytes, authorship: Authorship = AUTHORSHIP) -> bytes:
    """Return the public original of *content*, turned as it says."""
    kind = kind_told(content)
    return strip(content, kind, authorship, read(content, kind).orientation)


@pytest.mark.parametrize("name", [name for name in samples.NAMES if name != "avif animated"])
def test_the_pixels_are_the_same_bit_for_bit(name: str) -> None:
    """The public original shows every pixel as the upload does."""
    content = samples.sample(name)
    assert samples.pixels(stripped(content)) == samples.pixels(content) == samples.pixels(samples.plain(name))


def test_of_an_animated_avif_the_still_picture_stays() -> None:
    """An AVIF that moves becomes its still picture: nothing of its film is left."""
    content = samples.plain("avif animated")
    public = stripped(content, Authorship())
    assert public[4:20] == b"ftypavif\0\0\0\0avif"
    assert b"moov" not in public
    assert len(public) < len(content) * 2 / 3
    before, after = (Image.open(io.BytesIO(one)) for one in (content, public))
    assert after.tobytes() == before.tobytes()


@EVERY
def test_nothing_private_is_left(name: str) -> None:
    """No secret is found anywhere in the bytes of the public original."""
    content = samples.sample(name)
    assert any(secret in content for secret in private.SECRETS)
    public = stripped(content)
    assert [secret for secret in private.SECRETS if secret in public] == []


@EVERY
def test_the_author_can_be_read_again(name: str) -> None:
    """What is written of the author is what is read, and the picture is turned as before."""
    content = samples.sample(name)
    kind = kind_told(content)
    told = read(stripped(content), kind)
    assert told.authorship == AUTHORSHIP
    assert told.orientation == read(content, kind).orientation == (1 if kind is Kind.AVIF else 6)


@EVERY
@pytest.mark.parametrize("authorship", [AUTHORSHIP, Authorship()])
def test_a_second_walk_changes_nothing(name: str, authorship: Authorship) -> None:
    """What was walked once comes out as it went in."""
    public = stripped(samples.sample(name), authorship)
    assert stripped(public, authorship) == public


@EVERY
def test_the_colour_profile_stays(name: str) -> None:
    """The colour profile is the same, byte for byte, and none appears where there was none."""
    image = pyvips.Image.new_from_buffer(stripped(samples.sample(name)), "")
    profile = image.get("icc-profile-data") if image.get_typeof("icc-profile-data") else None
    assert profile == (samples.ICC if samples.has_profile(name) else None)


@EVERY
def test_without_an_author_nothing_is_said(name: str) -> None:
    """Where there is nothing to say, there is no block that says it."""
    content = samples.sample(name)
    public = strip(content, kind_told(content), Authorship(), 1)
    assert not [mark for mark in (b"Exif", b"eXIf", b"EXIF", b"xpacket", b"8BIM", b"mime") if mark in public]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["jpeg baseline", "png alpha", "webp lossy alpha"])
def test_decoders_turn_it_as_before(name: str, orientation: int) -> None:
    """Decoders turn the public original as they turned the upload."""
    load = {"j": samples.load_jpeg, "p": samples.load_png, "w": samples.load_webp}[name[0]]
    content = load(samples.plain(name), orientation=orientation)
    before, after = (
        pyvips.Image.new_from_buffer(one, "").autorot().write_to_memory() for one in (content, stripped(content))
    )
    assert after == before


def test_the_photograph_of_a_camera(photos: Path) -> None:
    """A photograph with everything that a camera writes keeps its pixels, also out of a mapped file."""
    with (
        (photos / "exif-orientation6-gps.jpg").open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        public = strip(content, Kind.JPEG, AUTHORSHIP, read(content, Kind.JPEG).orientation)
        assert samples.pixels(public) == samples.pixels(content[:])
    for secret in (b"SN-TEST", b"Test Owner", b"rue de l", b"GPS", b"private note", b"ExampleCam", b"2025:06:14"):
        assert secret not in public


def test_a_failure_leaves_the_mapped_file_free(photos: Path) -> None:
    """A mapped file can be closed when a walk through it has failed; nothing holds on to it."""
    with (
        (photos / "text-renamed.jpg").open("rb") as file,
        pytest.raises(PhotoRefused),
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        strip(content, Kind.JPEG, AUTHORSHIP, 1)


@pytest.mark.parametrize("kind", [Kind.TIFF, Kind.GIF, Kind.HEIC])
def test_other_kinds_are_encoded_anew(kind: Kind) -> None:
    """Kinds that no browser shows, or that are not walked, are named as such."""
    with pytest.raises(NotLossless):
        strip(b"", kind, AUTHORSHIP, 1)


@pytest.mark.parametrize("name", [name for name in samples.NAMES if not name.startswith("avif")])
def test_a_file_cut_off_is_damaged(name: str) -> None:
    """A file that lacks its last byte before what follows the picture is refused as damaged."""
    content = samples.plain(name)
    with pytest.raises(PhotoRefused) as refused:
        strip(content[:-2], kind_told(content), AUTHORSHIP, 1)
    assert refused.value.refusal is Refusal.DAMAGED
