"""Every awkward file a person may give: what becomes of each, and that nothing private ever comes out."""

import dataclasses
import os
import re
import struct
from pathlib import Path

import pytest
import pyvips

from fedi_artisan.domain.photos import WIDTHS_PX, Photo, PictureType, Remark, Role
from fedi_artisan.domain.terms import Terms, Watermark
from fedi_artisan.errors import BadPhoto
from tests.photos import PHOTOS, Shop

# What stands in the files with a position: coordinates, serial numbers, owner, street, comment, place.
PRIVATE = (
    *(b"SN-TEST", b"0042-BODY", b"0042-LENS", b"Owner", b"rue de l", b"Grenoble", b"private note"),
    *(b"45.18", b"5.72", b"45,11", b"GPSL", b"exif:GPS", b"MakerNote"),
)
CAMERA = b"ExampleCam"
DAMAGED, LOSSLESS, REENCODED = "cut off or damaged", True, False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fate:
    """What becomes of a photograph: its size upright, its full size and whether that is bit-exact, what is remarked."""

    size_px: tuple[int, int]
    full: PictureType
    lossless: bool
    remarks: frozenset[Remark] = frozenset()


JPEG, PNG, WEBP, AVIF = PictureType.JPEG, PictureType.PNG, PictureType.WEBP, PictureType.AVIF
FATES: dict[str, Fate] = {
    "ash-bowl.jpg": Fate(size_px=(1200, 800), full=JPEG, lossless=LOSSLESS),
    "exif-orientation6-gps.jpg": Fate(size_px=(2400, 1600), full=JPEG, lossless=LOSSLESS),
    "display-p3.jpg": Fate(size_px=(1800, 1200), full=JPEG, lossless=LOSSLESS),
    "alpha-cutout.png": Fate(size_px=(1200, 900), full=PNG, lossless=LOSSLESS),
    "photo.webp": Fate(size_px=(1600, 1067), full=WEBP, lossless=LOSSLESS),
    "photo.avif": Fate(size_px=(1600, 1067), full=AVIF, lossless=LOSSLESS),
    "phone.heic": Fate(size_px=(640, 427), full=JPEG, lossless=REENCODED, remarks=frozenset({Remark.REENCODED})),
    "animated-3-frames.gif": Fate(
        size_px=(320, 214), full=PNG, lossless=LOSSLESS, remarks=frozenset({Remark.FIRST_FRAME})
    ),
}
REFUSED = {
    "truncated.jpg": DAMAGED,
    "bomb-30000x30000.png": "more than 120 megapixels",
    "script.svg": "an SVG drawing or a web page",
    "text-renamed.jpg": "not a picture",
    "README.md": "not a picture",
}


def full_of(shop: Shop, photo: Photo) -> Path:
    """Return where the public original lies."""
    full = photo.find(Role.FULL)
    assert full is not None
    return shop.public()[full.file]


def pixels(file: Path) -> bytes:
    """Return the pixels of a file as they are stored, without turning and without colour management."""
    decoded: bytes = pyvips.Image.new_from_file(str(file), access="random").write_to_memory()
    return decoded


def leaks(shop: Shop) -> list[tuple[str, bytes]]:
    """Return every public file with a private mark in it, in any of the encodings that metadata has."""
    found = []
    for name, path in shop.public().items():
        content = path.read_bytes()
        plain = content + content.replace(b"\0", b"")
        found += [(name, mark) for mark in (*PRIVATE, CAMERA) if mark in plain]
    return found


@pytest.mark.parametrize("name", FATES)
async def test_what_becomes_of_each(shop: Shop, name: str) -> None:
    """The table: size upright, kind of full size, remarks; no view is wider than that; nothing private anywhere."""
    (photo,) = await shop.take_in(PHOTOS / name)
    fate = FATES[name]
    full = photo.find(Role.FULL)
    assert full is not None
    assert ((photo.width_px, photo.height_px), full.type, photo.remarks) == (fate.size_px, fate.full, fate.remarks)
    assert {view.width_px for kind in (JPEG, WEBP, AVIF) for view in photo.views(kind)} == {
        *(width for width in WIDTHS_PX if width < fate.size_px[0]),
        fate.size_px[0],
    }
    if fate.lossless and full.type.value == Path(name).suffix[1:]:
        assert pixels(full_of(shop, photo)) == pixels(PHOTOS / name)
    assert leaks(shop) == []
    assert shop.originals()[str(photo.original)].read_bytes() == (PHOTOS / name).read_bytes()


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_refused(shop: Shop, name: str) -> None:
    """The table: refused with its name and a reason that a person understands, and nothing of it is public."""
    with pytest.raises(BadPhoto, match=REFUSED[name]) as caught:
        await shop.take_in(PHOTOS / name)
    assert str(caught.value).startswith(f"{name}: ")
    assert shop.public() == {}


def test_every_file_is_in_a_table() -> None:
    """No example photograph is left out."""
    named = {*FATES, *REFUSED}
    ordinary = {
        "celadon-bowls.jpg",
        *(f"{name}-{size}.jpg" for name in ("bowl", "bowls") for size in ("small", "tiny")),
    }
    assert {file.name for file in PHOTOS.iterdir()} == named | ordinary


def kept_in(path: Path, ending: str) -> Path:
    """Return the example with a position as another kind of file, with all of its metadata in it."""
    image = pyvips.Image.new_from_file(str(PHOTOS / "exif-orientation6-gps.jpg"), access="random").resize(0.28)
    file = path / f"private.{ending}"
    image.write_to_file(str(file), keep="all")
    return file


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "avif", "tif"])
@pytest.mark.parametrize("terms", [Terms(), Terms(full_size=False, watermark=Watermark(text="©"))])
async def test_nothing_private_comes_out(shop: Shop, tmp_path: Path, ending: str, terms: Terms) -> None:
    """No position, serial number, owner, date or small picture in any byte that is served, whatever kind was given."""
    path = kept_in(tmp_path, ending)
    plain = path.read_bytes()
    assert b"SN-TEST" in plain + plain.replace(b"\0", b"")
    await shop.set_terms(terms)
    (photo,) = await shop.take_in(path)
    # Of TIFFs, libvips writes XMP alone, in which no camera stands.
    assert photo.facts.camera.startswith("ExampleCam" if ending != "tif" else "")
    assert (photo.find(Role.FULL) is not None) is terms.full_size
    assert leaks(shop) == []
    for file in shop.public().values():
        content = file.read_bytes()
        # One picture in each file: no thumbnail, no second one behind it.
        assert len(re.findall(rb"\xff\xd8\xff[\xdb\xe0-\xef]", content)) == (file.suffix == ".jpg")


async def test_a_polyglot_loses_its_other_half(shop: Shop, tmp_path: Path) -> None:
    """WIRE 10.2 #52: what was hung on behind or hidden inside a picture does not come out again, and no name does."""
    payload = b"<?php system($_GET['c']); ?><script>alert(1)</script>PK\x03\x04"
    plain = (PHOTOS / "bowl-tiny.jpg").read_bytes()
    comment = b"\xff\xfe" + (len(payload) + 2).to_bytes(2, "big") + payload
    path = tmp_path / "..%2f..%2fshell.php.jpg"
    path.write_bytes(plain[:2] + comment + plain[2:] + payload)
    await shop.take_in(path)
    for file in shop.public().values():
        for part in (b"php", b"<script", b"PK\x03\x04"):
            assert part not in file.read_bytes()


@pytest.mark.parametrize("name", ["ash-bowl.jpg", "alpha-cutout.png", "photo.webp", "photo.avif", "phone.heic"])
@pytest.mark.parametrize("part", [0.1, 0.55, 0.97])
async def test_a_truncated_picture_is_refused(shop: Shop, tmp_path: Path, name: str, part: float) -> None:
    """A picture that was cut off is refused, not shown half grey."""
    whole = (PHOTOS / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(BadPhoto, match=DAMAGED):
        await shop.take_in(path)
    assert shop.public() == {}


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"RIFF\x0a\0\0\0WEBPVP8 " + bytes(50),
        b"GIF89a" + bytes(50),
        b"II*\0\x08\0\0\0" + bytes(50),
        b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(50),
        b"\0\0\0\x1cftypheic\0\0\0\0heicmif1miaf" + bytes(50),
    ],
)
async def test_a_mere_beginning_is_refused(shop: Shop, tmp_path: Path, content: bytes) -> None:
    """The right first bytes and rubbish after them: refused as damaged."""
    path = tmp_path / "rubbish"
    path.write_bytes(content)
    with pytest.raises(BadPhoto, match=DAMAGED):
        await shop.take_in(path)


@pytest.mark.parametrize(
    ("tag", "header"), [((0x00FE, 4, 1), b""), ((0xC612, 1, 0x0401), b""), ((0x0100, 4, 64), b"CR\x02\0")]
)
async def test_a_raw_file_is_told_apart(shop: Shop, tmp_path: Path, tag: tuple[int, int, int], header: bytes) -> None:
    """What a camera's sensor saw (NEF, DNG, CR2) looks like a TIFF; its small preview is not shown in its place."""
    number, kind, value = tag
    start = 8 + len(header)
    listed = struct.pack("<HHHII", 1, number, kind, 4 if kind == 1 else 1, value)
    path = tmp_path / "sensor.tif"
    path.write_bytes(b"II*\0" + struct.pack("<I", start) + header + listed + bytes(4))
    with pytest.raises(BadPhoto, match=r"sensor\.tif: this is a camera's raw file"):
        await shop.take_in(path)


async def test_what_cannot_be_opened_is_told(shop: Shop, tmp_path: Path) -> None:
    """No file, a folder, a named pipe, an empty file: each has its sentence, and none makes us wait."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty.jpg").touch()
    for name, words in (
        ("nowhere.jpg", "cannot be opened: No such file"),
        ("", "not a file"),
        ("pipe", "not a file"),
        ("empty.jpg", "not a picture"),
        ("nul\0.jpg", "cannot be opened"),
    ):
        with pytest.raises(BadPhoto, match=words):
            await shop.take_in(tmp_path / name)
