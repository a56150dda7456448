"""The lists of a new AVIF: which items it has, where they stand, and how they look.

Source: ISO/IEC 14496-12 (section 8.11), ISO/IEC 23008-12 (sections 6 and 9).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from fedi_artisan.media.metadata import icc, xmp
from fedi_artisan.media.metadata.boxes import Container, Property
from fedi_artisan.media.metadata.walking import Buffer, NotLossless, bytes_at, damaged

# How a picture looks: size, depth, colours, light, turns and cuts, layers. Not who took it, when or with what.
_PROPERTIES = {
    *(b"ispe", b"pixi", b"av1C", b"colr", b"auxC", b"pasp", b"clap", b"irot", b"imir"),
    *(b"clli", b"mdcv", b"cclv", b"amve", b"reve", b"ndwt", b"a1op", b"a1lx", b"lsel", b"iscl"),
}
_PROFILES = {b"prof", b"rICC"}
_REFERENCES = {b"dimg", b"auxl", b"prem"}
_ESSENTIAL = 0x8000
_MOST_NUMBER = 0x7FFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """All that is said of the items of a new file, but for their places.

    Args:
        primary: the number of the item that is the picture.
        items: kind of each item, and whether it is hidden; their numbers are 1, 2, 3 …
        references: kind, origin and goals.
        properties: finished boxes, counted from 1.
        associations: for each item, numbers of properties, with the mark of those that must be understood.
        groups: the members of each group of which the first that can be shown is shown.
        has_words: whether one more item says who made the picture.
    """

    primary: int
    items: Sequence[tuple[bytes, bool]]
    references: Sequence[tuple[bytes, int, Sequence[int]]]
    properties: Sequence[bytes]
    associations: Sequence[Sequence[int]]
    groups: Sequence[Sequence[int]]
    has_words: bool

    @classmethod
    def choose(cls, content: Buffer, found: Container, kept: Mapping[int, int], *, has_words: bool) -> Self:
        """Return what is said in *found* of the items *kept*, which have new numbers from now on.

        Raises:
            PhotoRefused: a property is named that is not there.
            NotLossless: a property must be understood and is not, or there are too many for short numbers.
        """
        numbers: dict[int, int] = {}
        properties: list[bytes] = []
        associations = []
        for item in kept:
            told = []
            for index, essential in found.associations.get(item, ()):
                if index not in numbers:
                    rendered = _property(content, found.properties, index, essential=essential)
                    properties += rendered
                    numbers[index] = len(properties) if rendered else 0
                told += [numbers[index] | _ESSENTIAL * essential] * (numbers[index] > 0)
            associations.append(told)
        if max(len(properties), len(kept)) >= _MOST_NUMBER or any(len(told) > 0xFF for told in associations):  # noqa: PLR2004
            raise NotLossless("more items or properties than short numbers can count")
        return cls(
            primary=kept[found.primary],
            items=[(found.items[item].kind, found.items[item].hidden) for item in kept],
            references=[
                (kind, kept[origin], [kept[goal] for goal in goals])
                for kind, origin, goals in found.references
                if kind in _REFERENCES and origin in kept and all(goal in kept for goal in goals)
            ],
            properties=properties,
            associations=associations,
            groups=[
                [kept[member] for member in members]
                for kind, members in found.groups
                if kind == b"altr" and all(member in kept for member in members)
            ],
            has_words=has_words,
        )

    def render(self, lengths_bytes: Sequence[int], begin: int) -> bytes:
        """Return the box that holds all lists; the bytes of the items follow each other from the place *begin*."""
        words = len(self.items) + 1
        references = [*self.references, *([(b"cdsc", words, [self.primary])] if self.has_words else [])]
        last = words if self.has_words else words - 1
        return box(
            b"meta",
            bytes(4),
            box(b"hdlr", bytes(8), b"pict", bytes(13)),
            box(b"pitm", bytes(4), _short(self.primary)),
            box(b"iloc", bytes(4), b"\x44\0", _short(sum(map(bool, lengths_bytes))), *_places(lengths_bytes, begin)),
            box(b"iinf", bytes(4), _short(last), *self._entries()),
            _unless_empty(
                box(
                    b"iref",
                    bytes(4),
                    *(box(kind, *map(_short, [from_, len(to), *to])) for kind, from_, to in references),
                )
            ),
            self._looks(),
            *([box(b"grpl", *self._alternatives(last))] if self.groups else []),
        )

    def _entries(self) -> Iterator[bytes]:
        """Return for each item what it is; none has a name."""
        for number, (kind, hidden) in enumerate(self.items, start=1):
            yield box(b"infe", b"\2\0\0", bytes([hidden]), _short(number), _short(0), kind, b"\0")
        if self.has_words:
            number = len(self.items) + 1
            yield box(b"infe", b"\2\0\0\0", _short(number), _short(0), b"mime\0", xmp.MEDIA_TYPE, b"\0")

    def _looks(self) -> bytes:
        """Return properties, and which item has which of them."""
        told = [
            _short(number) + bytes([len(indexes)]) + b"".join(map(_short, indexes))
            for number, indexes in enumerate(self.associations, start=1)
            if indexes
        ]
        # With long numbers, which its last flag says.
        items = box(b"ipma", b"\0\0\0\1", len(told).to_bytes(4, "big"), *told)
        return box(b"iprp", box(b"ipco", *self.properties), items)

    def _alternatives(self, last: int) -> Iterator[bytes]:
        """Return the groups; they are numbered where the items end."""
        for number, members in enumerate(self.groups, start=last + 1):
            numbers = (one.to_bytes(4, "big") for one in (number, len(members), *members))
            yield box(b"altr", bytes(4), *numbers)


def box(kind: bytes, *parts: bytes) -> bytes:
    """Return a box."""
    body = b"".join(parts)
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def _short(number: int) -> bytes:
    """Return *number* in two bytes."""
    return number.to_bytes(2, "big")


def _unless_empty(references: bytes) -> bytes:
    """Return a box of references, or nothing where it has only its head."""
    return references if len(references) > 12 else b""  # noqa: PLR2004 -- size, kind, version and flags


def _places(lengths_bytes: Iterable[int], begin: int) -> Iterator[bytes]:
    """Return for each item that has bytes where they stand: in this file, in one piece."""
    for number, length in enumerate(lengths_bytes, start=1):
        if length:
            yield _short(number) + _short(0) + _short(1) + begin.to_bytes(4, "big") + length.to_bytes(4, "big")
        begin += length


def _property(content: Buffer, properties: Sequence[Property], index: int, *, essential: bool) -> list[bytes]:
    """Return a property as a box, or none where it says nothing of how a picture looks.

    Raises:
        PhotoRefused: it is not there.
        NotLossless: it must be understood, and is not.
    """
    if index == 0:
        return []
    if index > len(properties):
        raise damaged()
    kind, body = properties[index - 1].kind, bytes_at(content, properties[index - 1].place)
    if kind not in _PROPERTIES:
        if essential:
            raise NotLossless(f"a property of the kind {kind!r}")
        return []
    if kind == b"colr" and body[:4] in _PROFILES:
        profile = icc.sound(body[4:])
        return [box(kind, body[:4], profile)] if profile else []
    return [box(kind, body)]
