"""AVIF files of a build that no encoder at hand makes, put together by hand from pictures that one made."""

import struct
from collections.abc import Sequence

from fedi_artisan.media.metadata import boxes
from tests.unit.media.metadata import private, samples


def picture() -> tuple[bytes, list[bytes]]:
    """Return the bytes of a picture, and its properties as boxes."""
    content = samples.plain("avif plain")
    found = boxes.parse(content)
    place = found.extents[found.primary][0]
    properties = [found.properties[index - 1] for index, _ in found.associations[found.primary]]
    shared = [box(one.kind, content[one.place.start : one.place.stop]) for one in properties]
    return content[place.start : place.stop], shared


def turned_by_another() -> bytes:
    """Return a picture that is shown by an item which has no bytes and turns it by a quarter."""
    data, shared = picture()
    looks = [*range(1, len(shared) + 1)]
    size = 1 + [one[4:8] for one in shared].index(b"ispe")
    entries = [(1, b"iden", False, b"", [size, len(looks) + 1]), (2, b"av01", True, data, looks)]
    return build(entries, [(b"dimg", 1, [2])], [*shared, box(b"irot", b"\1")], in_lists=1)


def grid() -> bytes:
    """Return four tiles in two rows, their rule among the lists, each tile in two pieces, and one small picture too."""
    data, shared = picture()
    image = samples.photo()
    sizes = (image.width, image.height)
    rule = struct.pack(">BBBBHH", 0, 0, 1, 1, 2 * sizes[0], 2 * sizes[1])
    whole = box(b"ispe", bytes(4) + struct.pack(">II", 2 * sizes[0], 2 * sizes[1]))
    date = box(b"crtt", bytes(4) + private.HISTORY.encode())
    grid_looks = [1 + [one[4:8] for one in shared].index(b"pixi"), len(shared) + 1, len(shared) + 2]
    tile_looks = [*range(1, len(shared) + 1), len(shared) + 2]
    secret = private.exif(orientation=6)
    entries = [
        (1, b"grid", False, rule, grid_looks),
        *((number, b"av01", True, data, tile_looks) for number in range(2, 6)),
        (6, b"av01", True, data, tile_looks),
        (7, b"Exif", True, bytes(4) + secret, []),
    ]
    references = [(b"dimg", 1, [2, 3, 4, 5]), (b"thmb", 6, [1]), (b"cdsc", 7, [1])]
    return build(entries, references, [*shared, whole, date], in_lists=1)


def build(
    entries: Sequence[tuple[int, bytes, bool, bytes, list[int]]],
    references: Sequence[tuple[bytes, int, list[int]]],
    properties: Sequence[bytes],
    *,
    in_lists: int,
    more: bytes = b"",
) -> bytes:
    """Return an AVIF of these items; the bytes of item *in_lists* stand among the lists, all others in two pieces."""
    head = box(b"ftyp", b"avif\0\0\0\0avifmif1miaf")
    infes = b"".join(
        box(b"infe", struct.pack(">BxxBHH4s", 2, hidden, number, 0, kind) + private.COMMENT.encode() + b"\0")
        for number, kind, hidden, _, _ in entries
    )
    refs = b"".join(
        box(kind, struct.pack(f">{2 + len(goals)}H", origin, len(goals), *goals)) for kind, origin, goals in references
    )
    told = b"".join(
        struct.pack(">HB", number, len(looks)) + bytes(looks) for number, _, _, _, looks in entries if looks
    )
    looked = [entry for entry in entries if entry[4]]
    inside = next(data for number, _, _, data, _ in entries if number == in_lists)

    def lists(begin: int) -> bytes:
        """Return the lists, when the bytes of the items begin there."""
        located = b""
        for number, _, _, data, _ in entries:
            if number == in_lists:
                located += struct.pack(">HHHHII", number, 1, 0, 1, 0, len(data))
                continue
            half = len(data) // 2
            located += struct.pack(">HHHHIIII", number, 0, 0, 2, begin, half, begin + half, len(data) - half)
            begin += len(data)
        return box(
            b"meta",
            bytes(4)
            + box(b"hdlr", bytes(8) + b"pict" + bytes(12) + private.SOFTWARE.encode() + b"\0")
            + box(b"pitm", bytes(4) + struct.pack(">H", entries[0][0]))
            + box(b"iloc", b"\1\0\0\0\x44\0" + struct.pack(">H", len(entries)) + located)
            + box(b"iinf", bytes(4) + struct.pack(">H", len(entries)) + infes)
            + box(b"iref", bytes(4) + refs)
            + box(
                b"iprp",
                box(b"ipco", b"".join(properties)) + box(b"ipma", bytes(4) + struct.pack(">I", len(looked)) + told),
            )
            + box(b"idat", inside)
            + more,
        )

    begin = len(head) + len(lists(0)) + 8
    data = b"".join(data for number, _, _, data, _ in entries if number != in_lists)
    return head + lists(begin) + box(b"mdat", data)


def box(kind: bytes, body: bytes) -> bytes:
    """Return a box."""
    return struct.pack(">I", 8 + len(body)) + kind + body
