"""That pictures carry the authorship they are given, and nothing else of what a file told."""

from pathlib import Path

import pytest
import pyvips

from fedi_artisan.domain.photos import PictureType
from tests.unit.media.pictures import develop, opened, saved

# What stands in the metadata of the example with a position, and the marks of metadata of any kind.
PRIVATE = (b"SN-TEST", b"Owner", b"rue de l", b"Grenoble", b"ExampleCam", b"Lea Morel", b"private note", b"2025:06:14")
MARKS = (b"Exif\0\0", b"EXIF", b"GPS", b"Photoshop", b"8BIM", b"ns.adobe.com", b"xpacket", b"http")
XMP = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b"<rdf:RDF/>L\xc3\xa9a Morel 0042</x:xmpmeta><?xpacket end='r'?>"
)


def private(photos: Path, folder: Path, ending: str) -> Path:
    """Return the example that tells everything, in another format, telling it still."""
    path = photos / "exif-orientation6-gps.jpg"
    if ending != "jpg":
        path = saved(pyvips.Image.new_from_file(str(path)).resize(0.3), folder / f"private.{ending}", keep="all")
    content = path.read_bytes()
    assert any(mark in content for mark in PRIVATE)
    return path


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif", "avif"])
def test_nothing_private_comes_out(photos: Path, tmp_path: Path, ending: str) -> None:
    """No position, serial number, owner, date or small picture in any picture, whatever the kind of the file."""
    for one in develop(private(photos, tmp_path, ending)).pictures:
        assert [mark for mark in PRIVATE + MARKS if mark in one.content] == []
        if one.type is PictureType.JPEG:
            assert one.content.count(b"\xff\xd8\xff") == 1
        fields = set(opened(one).get_fields())
        assert {name for name in fields if name.startswith(("exif", "iptc", "xmp"))} == set()


def test_larger_pictures_say_whose_they_are(photos: Path, tmp_path: Path) -> None:
    """From 640 px on, every picture carries the packet on authorship as it was given, and nothing beside it."""
    made = develop(private(photos, tmp_path, "jpg"), xmp=XMP)
    for one in made.pictures:
        assert (XMP in one.content) == (one.width_px >= 640)
        fields = opened(one).get_fields()
        assert ("xmp-data" in fields) == (one.width_px >= 640)
        assert [mark for mark in PRIVATE if mark in one.content.replace(XMP, b"")] == []
        assert not any(name.startswith(("exif", "iptc")) for name in fields)
    assert {one.width_px for one in made.pictures if one.width_px < 640} == {320}


def test_a_polyglot_loses_its_other_half(photos: Path, tmp_path: Path) -> None:
    """WIRE 10.2 #52: what was hung on behind or hidden inside a picture does not come out again."""
    payload = b"<?php system($_GET['c']); ?><script>alert(1)</script>PK\x03\x04"
    plain = (photos / "ash-bowl.jpg").read_bytes()
    comment = b"\xff\xfe" + (len(payload) + 2).to_bytes(2, "big") + payload
    path = tmp_path / "shell.php.jpg"
    path.write_bytes(plain[:2] + comment + plain[2:] + payload)
    for one in develop(path).pictures:
        assert b"php" not in one.content
        assert b"script" not in one.content
        assert b"PK\x03\x04" not in one.content
