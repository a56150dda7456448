"""The boxes of AVIF and HEIC: what items such a file has, where their bytes stand, and how they belong together.

Source: ISO/IEC 14496-12 (sections 4.2 and 8.11), ISO/IEC 23008-12.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fedi_artisan.media.metadata.walking import Buffer, Cursor, NotLossless, bytes_at, damaged

# Real files have some dozens, with a tile each a few hundred.
_MOST_BOXES = 10_000
_MOST_ITEMS = 10_000
# Lists, not pictures: a list of this size has a hundred thousand entries.
_MOST_LIST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item: a picture, a rule to put pictures together, or a block of metadata."""

    kind: bytes
    hidden: bool = False
    protected: bool = False
    media_type: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A property that items share; *place* is that of its body."""

    kind: bytes
    place: range


@dataclass(slots=True)
class Container:
    """All that was understood; numbers of items are those of the file, properties are counted from 1."""

    brands: list[bytes] = field(default_factory=list)
    primary: int = 0
    items: dict[int, Item] = field(default_factory=dict)
    # kind, from, to
    references: list[tuple[bytes, int, tuple[int, ...]]] = field(default_factory=list)
    properties: list[Property] = field(default_factory=list)
    # For each item: number of a property, and whether the item must not be shown without understanding it.
    associations: dict[int, list[tuple[int, bool]]] = field(default_factory=dict)
    # Only items whose bytes stand in this file; not checked against its end.
    extents: dict[int, list[range]] = field(default_factory=dict)
    # kind, members
    groups: list[tuple[bytes, tuple[int, ...]]] = field(default_factory=list)

    def stretches(self, content: Buffer, number: int) -> list[range]:
        """Return where the bytes of an item stand in *content*.

        Raises:
            PhotoRefused: they reach beyond its end.
            NotLossless: they stand elsewhere.
        """
        if number not in self.extents:
            raise NotLossless("an item of which no bytes stand in this file")
        if any(place.stop > len(content) for place in self.extents[number]):
            raise damaged()
        return self.extents[number]


def boxes(content: Buffer, stretch: range) -> Iterator[tuple[bytes, range]]:
    """Return kind and place of the body of each box in *stretch*.

    Raises:
        PhotoRefused: one reaches beyond the end, or there are too many.
    """
    cursor = Cursor(content, stretch)
    for _ in range(_MOST_BOXES):
        if not cursor.rest:
            return
        start = cursor.place
        size_bytes, kind = cursor.number(4), cursor.bytes(4)
        if size_bytes == 1:
            size_bytes = cursor.number(8)
        end = start + size_bytes if size_bytes else cursor.end
        if end < cursor.place:
            break
        yield kind, cursor.take(end - cursor.place)
    raise damaged()


def parse(content: Buffer) -> Container:
    """Return what *content* holds.

    Raises:
        PhotoRefused: it contradicts itself.
        NotLossless: it has no items, or lists that are absurdly long.
    """
    meta, brands = _top(content)
    found = Container(brands=brands)
    inside: dict[bytes, range] = {}
    for kind, place in boxes(content, meta[4:]):
        inside.setdefault(kind, place)
    if any(len(inside.get(kind, ())) > _MOST_LIST_BYTES for kind in (b"iinf", b"iref", b"iloc", b"grpl")):
        raise NotLossless("absurdly long lists")
    nothing = range(0)
    found.primary = _primary(content, inside.get(b"pitm", nothing))
    found.items = _items(content, inside.get(b"iinf", nothing))
    found.extents = _extents(content, inside.get(b"iloc", nothing), inside.get(b"idat", nothing))
    if b"iref" in inside:
        found.references = list(_references(content, inside[b"iref"]))
    if b"grpl" in inside:
        found.groups = list(_groups(content, inside[b"grpl"]))
    for kind, place in boxes(content, inside.get(b"iprp", nothing)):
        if kind == b"ipco" and not found.properties:
            found.properties = [Property(kind=name, place=body) for name, body in boxes(content, place)]
        elif kind == b"ipma":
            found.associations |= _associations(content, place)
    return found


def _top(content: Buffer) -> tuple[range, list[bytes]]:
    """Return where the box with all the lists stands, and the brands of the file.

    Raises:
        PhotoRefused: rubbish comes before them.
        NotLossless: there is no such box.
    """
    brands: list[bytes] = []
    for kind, place in boxes(content, range(len(content))):
        if kind == b"ftyp":
            raw = content[place.start : min(place.stop, place.start + 1000)]
            brands = [raw[at : at + 4] for at in (0, *range(8, len(raw) - 3, 4))]
        elif kind == b"meta":
            return place, brands
    raise NotLossless("a file without items")


def _full(content: Buffer, place: range) -> tuple[Cursor, int, int]:
    """Return a cursor behind version and flags of a box, and these two."""
    cursor = Cursor(content, place)
    return cursor, cursor.number(1), cursor.number(3)


def _primary(content: Buffer, place: range) -> int:
    """Return the number of the item that is the picture."""
    cursor, version, _ = _full(content, place)
    return cursor.number(4 if version else 2)


def _items(content: Buffer, place: range) -> dict[int, Item]:
    """Return all items by their numbers."""
    cursor, version, _ = _full(content, place)
    cursor.number(4 if version else 2)
    items: dict[int, Item] = {}
    for name, entry in boxes(content, cursor.rest):
        if name != b"infe":
            continue
        inside, entry_version, flags = _full(content, entry)
        if entry_version not in {2, 3}:
            raise NotLossless("an item of an old form")
        number = inside.number(4 if entry_version == 3 else 2)  # noqa: PLR2004 -- the newer one has longer numbers
        protected, kind = inside.number(2) != 0, inside.bytes(4)
        _, _, media_type = bytes_at(content, inside.rest[:200]).partition(b"\0")
        items.setdefault(
            number,
            Item(
                kind=kind,
                hidden=bool(flags & 1),
                protected=protected,
                media_type=media_type.partition(b"\0")[0] if kind == b"mime" else b"",
            ),
        )
    return items


def _extents(content: Buffer, place: range, data: range) -> dict[int, list[range]]:
    """Return where the bytes of each item stand; *data* is the place of those that stand among the lists."""
    cursor, version, _ = _full(content, place)
    sizes, more_sizes = cursor.number(1), cursor.number(1)
    offset_bytes, length_bytes, base_bytes = sizes >> 4, sizes & 15, more_sizes >> 4
    index_bytes = more_sizes & 15 if version in {1, 2} else 0
    id_bytes = 4 if version == 2 else 2  # noqa: PLR2004 -- the version with longer numbers
    left = _MOST_ITEMS
    found: dict[int, list[range]] = {}
    for _ in range(cursor.number(id_bytes)):
        number = cursor.number(id_bytes)
        method = cursor.number(2) & 15 if version in {1, 2} else 0
        is_elsewhere = cursor.number(2) != 0
        base, count = cursor.number(base_bytes), cursor.number(2)
        # An extent may take no bytes at all, so these lists are not bound by the size of the file.
        left -= 1 + count
        if left < 0:
            raise damaged()
        source = data if method else range(len(content))
        places = []
        for _ in range(count):
            cursor.number(index_bytes)
            start = source.start + base + cursor.number(offset_bytes)
            length = cursor.number(length_bytes)
            places.append(range(start, start + length if length else source.stop))
        if method in {0, 1} and not is_elsewhere:
            found.setdefault(number, places)
    return found


def _references(content: Buffer, place: range) -> Iterator[tuple[bytes, int, tuple[int, ...]]]:
    """Return kind, origin and goals of each reference between items."""
    cursor, version, _ = _full(content, place)
    id_bytes = 4 if version else 2
    for kind, body in boxes(content, cursor.rest):
        inside = Cursor(content, body)
        origin = inside.number(id_bytes)
        yield kind, origin, tuple(inside.number(id_bytes) for _ in range(inside.number(2)))


def _groups(content: Buffer, place: range) -> Iterator[tuple[bytes, tuple[int, ...]]]:
    """Return kind and members of each group of items."""
    for kind, body in boxes(content, place):
        cursor, _, _ = _full(content, body)
        cursor.number(4)
        yield kind, tuple(cursor.number(4) for _ in range(cursor.number(4)))


def _associations(content: Buffer, place: range) -> dict[int, list[tuple[int, bool]]]:
    """Return for each item its properties, in the order in which they are applied."""
    if len(place) > _MOST_LIST_BYTES:
        raise NotLossless("absurdly long lists")
    cursor, version, flags = _full(content, place)
    size_bytes = 2 if flags & 1 else 1
    essential = 1 << (8 * size_bytes - 1)
    found: dict[int, list[tuple[int, bool]]] = {}
    for _ in range(cursor.number(4)):
        number = cursor.number(4 if version else 2)
        told = [cursor.number(size_bytes) for _ in range(cursor.number(1))]
        found.setdefault(number, [(one & (essential - 1), bool(one & essential)) for one in told])
    return found
