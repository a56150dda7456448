"""How a photograph was taken and how it is turned is found in each kind of file, as far as it makes sense."""

import io
import struct
from pathlib import Path

import pytest
from PIL import Image

from fedi_artisan.domain.photos import Facts
from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.kinds import Kind, kind_of
from fedi_artisan.media.metadata import Metadata, exif, read, xmp
from fedi_artisan.media.metadata.facts import facts_of
from tests.unit.media.metadata import private, samples


@pytest.mark.parametrize(
    "name", ["jpeg baseline", "png 8 bit", "webp lossy", "webp animated", "avif turned", "avif alpha told"]
)
def test_facts_are_read_from_each_kind(name: str) -> None:
    """Moment, camera, lens and settings are found in each kind of file."""
    content = samples.sample(name)
    told = read(content, kind_of(content[:64]) or Kind.GIF)
    assert told.facts == Facts(
        taken_at="2025-06-14T09:30:00",
        camera="ExampleCam EX-1",
        lens="Test 50 mm",
        settings="50 mm · f/2.8 · 1/125 s · ISO 200",
    )
    assert (told.authorship.creator, told.authorship.copyright) == (private.CREATOR, private.COPYRIGHT)


def test_a_tiff_is_read() -> None:
    """A TIFF says what it says in its own list, blocks of other kinds included."""
    out = io.BytesIO()
    tags = {0x010F: "ExampleCam", 0x0112: 3, 0x013B: "Lea", 700: xmp.render(Authorship(credit="Atelier"))}
    Image.new("RGB", (20, 10)).save(out, "TIFF", tiffinfo=tags)
    assert read(out.getvalue(), Kind.TIFF) == Metadata(
        authorship=Authorship(creator="Lea", credit="Atelier"), facts=Facts(camera="ExampleCam"), orientation=3
    )


def test_the_photograph_of_a_phone_is_read(photos: Path) -> None:
    """A HEIC tells its facts; it is turned by its decoder, so nobody else turns it."""
    told = read((photos / "phone.heic").read_bytes(), Kind.HEIC)
    assert told == read((photos / "phone.heic").read_bytes(), Kind.AVIF)
    assert told.authorship.creator == "Lea Morel (test)"
    assert told.facts.settings == "90 mm · f/5.6 · 1/60 s · ISO 200"
    assert told.orientation == 1


def test_a_gif_says_nothing() -> None:
    """A GIF has nothing that is looked at."""
    assert read(b"GIF89a", Kind.GIF) == Metadata()


@pytest.mark.parametrize(
    ("tag", "kind", "raw", "facts"),
    [
        (0x9003, 2, b"2025:02:30 10:00:00\0", Facts()),
        (0x9003, 2, b"0000:00:00 00:00:00\0", Facts()),
        (0x9003, 2, b"2024:02:29 23:59:59\0", Facts(taken_at="2024-02-29T23:59:59")),
        (0xA434, 2, b"----\0", Facts()),
        (0xA434, 2, b"Lens 50\0rubbish behind it", Facts(lens="Lens 50")),
        (0x0110, 2, b"X" * 300, Facts(camera="X" * 80)),
        (0x829A, 5, struct.pack("<II", 1, 3200), Facts(settings="1/3200 s")),
        (0x829A, 5, struct.pack("<II", 25, 10), Facts(settings="2.5 s")),
        (0x829A, 5, struct.pack("<II", 30, 1), Facts(settings="30 s")),
        (0x829A, 5, struct.pack("<II", 1, 2), Facts(settings="0.5 s")),
        (0x829A, 5, struct.pack("<II", 1, 0), Facts()),
        (0x829A, 5, struct.pack("<II", 0, 1), Facts()),
        (0x829D, 5, struct.pack("<II", 4, 1), Facts(settings="f/4")),
        (0x920A, 5, struct.pack("<II", 425, 100), Facts(settings="4.2 mm")),
        (0x920A, 5, struct.pack("<II", 0xFFFFFFFF, 1), Facts()),
        (0x8827, 3, struct.pack("<HH", 100, 0), Facts(settings="ISO 100")),
        (0x8827, 3, struct.pack("<H", 65535), Facts()),
        (0x8827, 2, b"two hundred\0", Facts()),
    ],
)
def test_facts_make_sense(tag: int, kind: int, raw: bytes, facts: Facts) -> None:
    """A fact is written as photographers write it, and left out where it makes no sense."""
    one = {tag: (kind, raw)}
    tiff = b"II*\0" + struct.pack("<I", 8) + private.tag_list(one, 8)
    assert facts_of(exif.parse(tiff)) == facts


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("Canon", "Canon EOS R5", "Canon EOS R5"),
        ("NIKON CORPORATION", "NIKON D750", "NIKON D750"),
        ("Apple", "iPhone 15", "Apple iPhone 15"),
        ("", "EX-1", "EX-1"),
        ("ExampleCam", "", "ExampleCam"),
    ],
)
def test_the_maker_is_named_once(make: str, model: str, camera: str) -> None:
    """The maker of a camera stands once in its name."""
    tags = {exif.Tag.MAKE: make.encode(), exif.Tag.MODEL: model.encode()}
    assert facts_of(tags).camera == camera


@pytest.mark.parametrize("raw", [struct.pack("<H", value) for value in (0, 9, 65535)])
def test_an_orientation_that_is_none_is_upright(raw: bytes) -> None:
    """Where no sensible orientation is told, a picture stands upright."""
    body = private.exif(extra={0x0112: (3, raw)})
    assert read(samples.jpeg_with((0xE1, exif.PREFIX + body)), Kind.JPEG).orientation == 1
