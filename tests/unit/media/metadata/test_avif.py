"""AVIF files of rarer builds are rebuilt whole, or left to be encoded anew."""

import struct

import pytest

from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.kinds import Kind
from fedi_artisan.media.metadata import NotLossless, boxes, read, strip
from fedi_artisan.media.refusal import PhotoRefused
from tests.unit.media.metadata import avif_building, private, samples

AUTHORSHIP = Authorship(creator="Léa Morel")


def parts(kind: bytes, *, essential: int = 0, protection: int = 0) -> bytes:
    """Return an AVIF with one picture of this *kind*, one property that nobody knows, and one more item."""
    data, shared = avif_building.picture()
    unknown = avif_building.box(b"udes", private.COMMENT.encode())
    looks = [*range(1, len(shared) + 1), len(shared) + 1 | essential]
    made = avif_building.build(
        [(1, kind, False, data, looks), (2, b"tmap", False, b"\0" * 9, [])],
        [(b"dimg", 2, [1])],
        [*shared, unknown],
        in_lists=2,
        more=avif_building.box(b"grpl", avif_building.box(b"altr", bytes(4) + struct.pack(">4I", 9, 2, 2, 1))),
    )
    return made.replace(struct.pack(">HH4s", 1, 0, kind), struct.pack(">HH4s", 1, protection, kind), 1)


def test_a_grid_of_tiles_shows_the_same_pixels() -> None:
    """A picture in tiles keeps its tiles and its rule, and loses its small picture and what else was said."""
    content = avif_building.grid()
    public = strip(content, Kind.AVIF, AUTHORSHIP, 1)
    assert samples.pixels(public) == samples.pixels(content)
    assert read(content, Kind.AVIF).authorship.creator == private.CREATOR
    assert read(public, Kind.AVIF).authorship == AUTHORSHIP
    assert [secret for secret in private.SECRETS if secret in public] == []
    found = boxes.parse(public)
    assert [item.kind for item in found.items.values()] == [b"grid", *[b"av01"] * 4, b"mime"]
    assert [len(places) for places in found.extents.values()] == [1] * 6
    assert strip(public, Kind.AVIF, AUTHORSHIP, 1) == public


def test_a_picture_shown_by_another_stays() -> None:
    """An item that has no bytes and only turns another one keeps it, and how it is turned."""
    content = avif_building.turned_by_another()
    public = strip(content, Kind.AVIF, AUTHORSHIP, 1)
    found = boxes.parse(public)
    assert [item.kind for item in found.items.values()] == [b"iden", b"av01", b"mime"]
    assert [*found.extents] == [2, 3]
    assert samples.pixels(public) == samples.pixels(content) != samples.pixels(samples.plain("avif plain"))
    assert strip(public, Kind.AVIF, AUTHORSHIP, 1) == public


def test_a_picture_without_bytes_is_damaged() -> None:
    """A picture of which the lists say that it takes no bytes is refused."""
    content = samples.plain("avif plain")
    # Version, sizes, number of items, number of this one, file and beginning stand before the number of its pieces.
    at = content.index(b"iloc") + 20
    assert content[at : at + 2] == b"\0\1"
    with pytest.raises(PhotoRefused):
        strip(content[:at] + b"\0\0" + content[at + 2 :], Kind.AVIF, AUTHORSHIP, 1)


def test_a_tone_map_stays_with_its_picture() -> None:
    """How bright light is shown stays, and that it is to be shown instead of the plain picture."""
    found = boxes.parse(strip(parts(b"av01"), Kind.AVIF, Authorship(), 1))
    assert [item.kind for item in found.items.values()] == [b"av01", b"tmap"]
    assert found.references == [(b"dimg", 2, (1,))]
    assert found.groups == [(b"altr", (2, 1))]
    assert b"udes" not in [one.kind for one in found.properties]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(parts(b"hvc1"), id="a picture of another kind"),
        pytest.param(parts(b"av01", essential=0x80), id="a property that must be understood"),
        pytest.param(parts(b"av01", protection=1), id="a locked picture"),
        pytest.param(b"\0\0\0\x14ftypavif\0\0\0\0avif", id="no lists"),
    ],
)
def test_what_is_not_understood_is_encoded_anew(content: bytes) -> None:
    """A build that is not understood is named as such, and not called damaged."""
    with pytest.raises(NotLossless):
        strip(content, Kind.AVIF, AUTHORSHIP, 1)


def test_no_list_makes_a_file_grow() -> None:
    """A list that names the same bytes over and over is refused."""
    content = avif_building.grid()
    found = boxes.parse(content)
    place = found.extents[2][0]
    everything = struct.pack(">II", place.start, len(place))
    assert everything in content
    with pytest.raises(PhotoRefused):
        strip(content.replace(everything, struct.pack(">II", 0, len(content))), Kind.AVIF, AUTHORSHIP, 1)


def test_a_list_of_nothing_ends() -> None:
    """A list of places that take no bytes, four thousand million of them, is refused at once."""
    entry = struct.pack(">HHH", 1, 0, 0xFFFF)
    iloc = avif_building.box(b"iloc", b"\0\0\0\0\0\0" + struct.pack(">H", 0xFFFF) + entry * 0xFFFF)
    pitm = avif_building.box(b"pitm", bytes(4) + b"\0\1")
    iinf = avif_building.box(b"iinf", bytes(6))
    meta = avif_building.box(b"meta", bytes(4) + pitm + iinf + iloc)
    with pytest.raises(PhotoRefused):
        strip(avif_building.box(b"ftyp", b"avif\0\0\0\0") + meta, Kind.AVIF, AUTHORSHIP, 1)
