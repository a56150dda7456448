"""IPTC within Photoshop's blocks: who made it, whose it is, how to name the source. Read, and written for JPEG.

Source: IPTC IIM 4.2, sections 5 and 6; Photoshop File Formats, "Image Resource Blocks".
"""

import struct
from collections.abc import Iterator

from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.metadata.walking import MOST_BLOCK_BYTES
from fedi_artisan.media.texts import clean, cleaned, decode

PREFIX = b"Photoshop 3.0\0"

_IPTC_RESOURCE = 0x0404
_RESOURCE = struct.Struct(">4sHB")
_DATASET = struct.Struct(">BBBH")
_DATASET_MARK = 0x1C
_BY_LINE, _CREDIT, _COPYRIGHT = (2, 80), (2, 110), (2, 116)
_MOST_BYTES = {_BY_LINE: 32, _CREDIT: 32, _COPYRIGHT: 128}
_CHARACTERS, _UTF_8 = (1, 90), b"\x1b%G"
_MOST_TEXTS = 20


def find(resources: bytes) -> bytes:
    """Return the IPTC block among Photoshop's *resources* (PREFIX taken away), or nothing."""
    at = 0
    while at + _RESOURCE.size <= len(resources):
        mark, number, name_bytes = _RESOURCE.unpack_from(resources, at)
        # Name and its length are padded to an even number.
        at += _RESOURCE.size - 1 + (name_bytes + 2) // 2 * 2
        size_bytes = int.from_bytes(resources[at : at + 4], "big")
        if mark != b"8BIM":
            break
        at += 4
        if number == _IPTC_RESOURCE:
            return resources[at : at + size_bytes]
        at += (size_bytes + 1) // 2 * 2
    return b""


def parse(block: bytes) -> Authorship:
    """Return what *block* says; what cannot be read is not there."""
    texts: dict[tuple[int, int], list[str]] = {}
    for key, value in _datasets(block[:MOST_BLOCK_BYTES]):
        if key in _MOST_BYTES and len(found := texts.setdefault(key, [])) < _MOST_TEXTS:
            found.append(clean(decode(value)))
    said = {key: clean(", ".join(text for text in found if text)) for key, found in texts.items()}
    return Authorship(creator=said.get(_BY_LINE, ""), copyright=said.get(_COPYRIGHT, ""), credit=said.get(_CREDIT, ""))


def render(authorship: Authorship) -> bytes:
    """Return PREFIX and a resource with the three texts, each cut to what IPTC allows; nothing if all are empty."""
    told = cleaned(authorship)
    texts = {_BY_LINE: told.creator, _CREDIT: told.credit, _COPYRIGHT: told.copyright}
    datasets = b"".join(
        # A letter of several bytes is not cut in two.
        _dataset(key, text.encode()[: _MOST_BYTES[key]].decode(errors="ignore").strip().encode())
        for key, text in texts.items()
        if text
    )
    if not datasets:
        return b""
    block = _dataset(_CHARACTERS, _UTF_8) + datasets
    head = struct.pack(">4sHHI", b"8BIM", _IPTC_RESOURCE, 0, len(block))
    return PREFIX + head + block + b"\0" * (len(block) % 2)


def _dataset(key: tuple[int, int], value: bytes) -> bytes:
    """Return one dataset."""
    return _DATASET.pack(_DATASET_MARK, *key, len(value)) + value


def _datasets(block: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Return record, number and value of each dataset, up to the first that is none."""
    at = 0
    while at + _DATASET.size <= len(block):
        mark, record, number, size_bytes = _DATASET.unpack_from(block, at)
        at += _DATASET.size
        if mark != _DATASET_MARK or at + size_bytes > len(block):
            return
        yield (record, number), block[at : at + size_bytes]
        at += size_bytes
