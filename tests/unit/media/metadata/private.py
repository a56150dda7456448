"""Invented things that nobody but their owner should know, in every block that can carry them."""

import struct

GPS_TEXT = "45,11.31174N"
SERIAL, OWNER, COMMENT = "SN-TEST-0042-BODY", "Test Owner, 1 rue de l Exemple", "private note of the test owner"
MAKER_NOTE, THUMBNAIL, TRAILING = "maker note 0042", "small picture within", "appended behind the end"
FACES, HISTORY, SOFTWARE = "Face of Somebody", "opened on the computer of Somebody", "TestFirmware 1.02"
# None of this may be found in a public file.
SECRETS = tuple(
    text.encode()
    for text in (GPS_TEXT, SERIAL, OWNER, COMMENT, MAKER_NOTE, THUMBNAIL, TRAILING, FACES, HISTORY, SOFTWARE)
)

CREATOR, COPYRIGHT = "Lea Morel (test)", "(c) 2025 Lea Morel (test)"
_LIST_END = bytes(4)
_POINTERS = (0x8769, 0x8825)


def exif(*, orientation: int = 1, extra: dict[int, tuple[int, bytes]] | None = None) -> bytes:
    """Return a TIFF with facts, author, *orientation* and secrets; *extra* tags go into its first list."""
    camera = {
        0x829A: (5, _rationals(1, 125)),
        0x829D: (5, _rationals(28, 10)),
        0x8827: (3, struct.pack("<H", 200)),
        0x9003: (2, b"2025:06:14 09:30:00\0"),
        0x920A: (5, _rationals(50, 1)),
        0x927C: (7, MAKER_NOTE.encode()),
        0x9286: (7, b"ASCII\0\0\0" + COMMENT.encode()),
        0xA430: (2, OWNER.encode() + b"\0"),
        0xA431: (2, SERIAL.encode() + b"\0"),
        0xA434: (2, b"Test 50 mm\0"),
    }
    position = {1: (2, b"N\0"), 2: (5, _rationals(45, 1, 11, 1, 1870, 100)), 27: (7, GPS_TEXT.encode())}
    main = {
        0x010F: (2, b"ExampleCam\0"),
        0x0110: (2, b"ExampleCam EX-1\0"),
        0x0112: (3, struct.pack("<H", orientation)),
        0x0131: (2, SOFTWARE.encode() + b"\0"),
        0x013B: (2, CREATOR.encode() + b"\0"),
        0x8298: (2, COPYRIGHT.encode() + b"\0"),
    } | (extra or {})
    # Pointers have a fixed length, so that the lists behind the first one begin where they would with any value.
    first = tag_list(main | {tag: (4, bytes(4)) for tag in _POINTERS}, 8)
    second = tag_list(camera, 8 + len(first))
    places = (8 + len(first), 8 + len(first) + len(second))
    pointers = {tag: (4, struct.pack("<I", place)) for tag, place in zip(_POINTERS, places, strict=True)}
    return (
        b"II*\0"
        + struct.pack("<I", 8)
        + tag_list(main | pointers, 8)
        + second
        + tag_list(position, places[1])
        + _small()
    )


def xmp() -> bytes:
    """Return a packet that says nothing but secrets."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/"'
        ' xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" xmlns:s="https://history.example/"'
        f' exif:GPSLatitude="{GPS_TEXT}" aux:SerialNumber="{SERIAL}" aux:OwnerName="{OWNER}">'
        f"<s:face>{FACES}</s:face><s:history>{HISTORY}</s:history></rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def _small() -> bytes:
    """Return what stands for a small picture."""
    return b"\xff\xd8\xff\xfe" + THUMBNAIL.encode() + b"\xff\xd9"


def _rationals(*numbers: int) -> bytes:
    """Return fractions."""
    return struct.pack(f"<{len(numbers)}I", *numbers)


def tag_list(entries: dict[int, tuple[int, bytes]], at: int) -> bytes:
    """Return a list of tags that stands *at* this place, and their values behind it."""
    sizes_bytes = {2: 1, 3: 2, 4: 4, 5: 8, 7: 1}
    index, values = struct.pack("<H", len(entries)), b""
    values_at = at + 2 + 12 * len(entries) + len(_LIST_END)
    for tag, (kind, value) in sorted(entries.items()):
        place = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<I", values_at + len(values))
        values += (value + b"\0" * (len(value) % 2)) if len(value) > 4 else b""
        index += struct.pack("<HHI", tag, kind, len(value) // sizes_bytes[kind]) + place
    return index + _LIST_END + values
