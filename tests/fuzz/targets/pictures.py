"""Photographs: what stands in files, what the child says of them, and what becomes of them as a whole."""

import io
import json
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from fedi_artisan.config import Config, parse
from fedi_artisan.errors import ArtisanError, BadPhoto
from fedi_artisan.media import frames
from fedi_artisan.media.darkroom import Developed, develop
from fedi_artisan.media.kinds import HEAD_BYTES, Kind, describe, kind_of
from fedi_artisan.media.recipe import Recipe
from fedi_artisan.media.refusal import PhotoRefused, Refusal
from fedi_artisan.media.store import open_stores
from fedi_artisan.media.stored import Store
from tests.fuzz.reading import DATA, MEMORY, waited
from tests.fuzz.target import Shape, Target
from tests.unit.media.metadata import samples
from tests.unit.media.metadata.walking import walk

_PHOTOS = DATA / "photos"
_SMALL = ("bowl-tiny.jpg", "exif-orientation6-gps.jpg", "phone.heic", "photo.avif", "photo.webp", "alpha-cutout.png")
_LARGEST_SEED_BYTES = 400_000
_GPS_IFD = 0x8825
_PRIVATE = (b"GPSLatitude", b"GPSLongitude", b"SerialNumber", b"SECRET")
_TOLD = {
    "width_px": 1200,
    "height_px": 800,
    "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
    "tone": "#aabbcc",
    "facts": {"taken_at": "", "camera": "Leica", "lens": "", "settings": ""},
    "remarks": [],
}
_PICTURE = {"role": "view", "type": "jpeg", "width_px": 320, "height_px": 200, "size_bytes": 3}
_WORDS = (
    *(
        "Exif\0\0",
        "II*\0",
        "MM\0*",
        "http://ns.adobe.com/xap/1.0/\0",
        "Photoshop 3.0\0",
        "ICC_PROFILE\0",
        "\xff\xe1",
        "\xff\xda",
    ),
    *(
        "IHDR",
        "eXIf",
        "iTXt",
        "zTXt",
        "iCCP",
        "acTL",
        "RIFF",
        "VP8X",
        "EXIF",
        "XMP ",
        "ALPH",
        "ANMF",
        "meta",
        "iloc",
        "iinf",
    ),
    *(
        "infe",
        "iref",
        "iprp",
        "ipco",
        "ipma",
        "ispe",
        "grid",
        "mdat",
        "ftyp",
        "heic",
        "avif",
        "<rdf:RDF",
        "<?xpacket",
        "GPS",
    ),
)


def walk_through(data: bytes) -> None:
    """What stands in a file is read, and taken out of it, or it is refused by name."""
    kind = kind_of(data[:HEAD_BYTES])
    describe(data[:HEAD_BYTES])
    if kind is not None:
        walk(data, kind)


def walk_as(data: bytes) -> None:
    """The same of every kind, whatever the file says it is."""
    for kind in Kind:
        walk(data, kind)


def listen(data: bytes) -> None:
    """What the child says is what was agreed, or is not believed."""
    pipe = io.BytesIO(data)
    while True:
        told = frames.receive(pipe)
        if isinstance(told, frames.Told):
            json.dumps(told.facts.camera).encode()
            return
        pipe.read(told.size_bytes if told.size_bytes < len(data) else 0)


def develop_photo(data: bytes) -> None:
    """A photograph is made in a process of its own, or refused; no picture of it tells where it was taken."""
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=MEMORY) as room:
        config, original = _config(room), Path(room) / "original"
        original.write_bytes(data)
        store = open_stores(config).public
        made = waited(develop(config, store, original, Recipe(full_size=True)))
        _judge(made, store)
        assert not [*config.incoming_dir.glob("*")], "something is left behind"


def _config(room: str) -> Config:
    raw = {"origin": "https://atelier.example", "data_dir": room, "limits": {"photo_memory_bytes": 900_000_000}}
    return parse(raw | {"timeouts": {"photo_s": 20.0}})


def _judge(made: Developed, store: Store) -> None:
    for rendition in made.renditions:
        place = waited(store.path(rendition.file))
        assert place is not None
        content = place.read_bytes()
        assert not [one for one in _PRIVATE if one in content], "something private is in a picture"
        try:
            with Image.open(io.BytesIO(content)) as picture:
                assert not picture.getexif().get_ifd(_GPS_IFD), "a picture tells where it was taken"
        except UnidentifiedImageError as error:
            raise AssertionError("a picture that is none") from error


@cache
def _files() -> tuple[bytes, ...]:
    made = [samples.sample(name) for name in samples.NAMES]
    kept = [(_PHOTOS / name).read_bytes() for name in _SMALL]
    return tuple(one for one in (*kept, *made) if len(one) < _LARGEST_SEED_BYTES)


def _photographs() -> Iterator[bytes]:
    for name in (*_SMALL, "animated-3-frames.gif"):
        content = (_PHOTOS / name).read_bytes()
        if len(content) < _LARGEST_SEED_BYTES:
            yield content


def _frames() -> list[bytes]:
    headers = [
        json.dumps(one).encode() for one in ({"picture": _PICTURE}, {"told": _TOLD}, {"refused": str(Refusal.TIME)})
    ]
    first, told, refused = (len(one).to_bytes(4, "big") + one for one in headers)
    return [first + b"\xff\xd8\xff" + told, first + b"abc" + refused, told]


TARGETS = (
    Target(
        name="metadata",
        run=walk_through,
        seeds=_files,
        shape=Shape.BYTES,
        words=_WORDS,
        weight=3,
        examples=60,
    ),
    Target(
        name="metadata-of-any-kind",
        run=walk_as,
        seeds=lambda: [one[:3000] for one in _files()],
        shape=Shape.BYTES,
        words=_WORDS,
        examples=25,
    ),
    Target(
        name="frames",
        run=listen,
        seeds=_frames,
        shape=Shape.BYTES,
        words=("refused", "picture", "told", "role"),
        may_raise=(ArtisanError, PhotoRefused, ValueError),
    ),
    Target(
        name="photo",
        run=develop_photo,
        seeds=_photographs,
        shape=Shape.BYTES,
        words=_WORDS,
        may_raise=(BadPhoto,),
        weight=3,
        examples=2,
        slow_s=30.0,
    ),
)
