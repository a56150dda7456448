"""What an uploaded photograph says: who made it, how it was taken, and how it has to be turned."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from fedi_artisan.domain.photos import Facts
from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.kinds import Kind
from fedi_artisan.media.metadata import avif, exif, iptc, jpeg, png, webp, xmp
from fedi_artisan.media.metadata.blocks import Block
from fedi_artisan.media.metadata.exif import Tag, Tags
from fedi_artisan.media.metadata.facts import facts_of
from fedi_artisan.media.metadata.walking import Buffer, NotLossless
from fedi_artisan.media.refusal import PhotoRefused
from fedi_artisan.media.texts import clean, decode

_BLOCKS: Mapping[Kind, Callable[[Buffer], Iterator[tuple[Block, bytes]]]] = {
    Kind.JPEG: jpeg.blocks,
    Kind.PNG: png.blocks,
    Kind.WEBP: webp.blocks,
    Kind.AVIF: avif.blocks,
    Kind.HEIC: avif.blocks,
}
# These say by properties of their own how they have to be turned, and decoders see to it.
_TURNED_BY_DECODERS = {Kind.AVIF, Kind.HEIC}


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a file says. Serial numbers, owners and positions are never looked at.

    Args:
        authorship: who made it and what may be done with it.
        facts: how it was taken.
        orientation: how its pixels have to be turned to stand upright, as EXIF counts: 1 to 8.
    """

    authorship: Authorship = field(default_factory=Authorship)
    facts: Facts = field(default_factory=Facts)
    orientation: int = 1


def read(content: Buffer, kind: Kind) -> Metadata:
    """Return what the file *content* says; what cannot be read is not there."""
    found = _collect(content, kind)
    # A TIFF is a list of tags itself, and has the other blocks among them.
    tags = exif.parse(content if kind is Kind.TIFF else found.get(Block.EXIF, b""))
    return Metadata(
        authorship=_authorship(found, tags),
        facts=facts_of(tags),
        orientation=1 if kind in _TURNED_BY_DECODERS else exif.orientation_of(tags),
    )


def _collect(content: Buffer, kind: Kind) -> dict[Block, bytes]:
    """Return the first block of each sort that is met before the walk ends."""
    found: dict[Block, bytes] = {}
    if kind not in _BLOCKS:
        return found
    try:
        for block, body in _BLOCKS[kind](content):
            found.setdefault(block, body)
    except (PhotoRefused, NotLossless):
        # Whether the picture can be used is decided by others.
        return found
    return found


def _authorship(found: Mapping[Block, bytes], tags: Tags) -> Authorship:
    """Return what the blocks say together: XMP first, which can say most, then IPTC, then what is short."""
    rich = xmp.parse(found.get(Block.XMP) or _raw(tags, Tag.XMP))
    short = iptc.parse(found.get(Block.IPTC) or _raw(tags, Tag.IPTC))
    creators = (rich.creator, short.creator, _text(_raw(tags, Tag.ARTIST)), _text(found.get(Block.AUTHOR, b"")))
    copyrights = (
        rich.copyright,
        short.copyright,
        _text(_raw(tags, Tag.COPYRIGHT)),
        _text(found.get(Block.COPYRIGHT, b"")),
    )
    return Authorship(
        creator=next(filter(None, creators), ""),
        copyright=next(filter(None, copyrights), ""),
        credit=rich.credit or short.credit,
        licence_url=rich.licence_url,
        usage=rich.usage,
        ai_refused=rich.ai_refused,
    )


def _raw(tags: Tags, tag: Tag) -> bytes:
    """Return the bytes of *tag*, or none."""
    value = tags.get(tag)
    return value if isinstance(value, bytes) else b""


def _text(said: bytes) -> str:
    """Return *said* as one line; EXIF puts a NUL between photographer and publisher."""
    return ", ".join(part for part in map(clean, decode(said).split("\0")) if part)
