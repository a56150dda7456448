"""What the decoding child tells the server: frames on a pipe, written by one and read with distrust by the other.

A frame is four bytes that give the length of a header in JSON, the header, and as many bytes of a picture as the header
says. The last frame has no picture: it tells what is known of the photograph as a whole, or why it is refused.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import IO

from fedi_artisan.domain.photos import Facts, PictureType, Remark, Role
from fedi_artisan.media.refusal import PhotoRefused, Refusal
from fedi_artisan.media.texts import clean

LONGEST_HEADER_BYTES = 16_384
MOST_PICTURES = 24
_LENGTH_BYTES = 4
_LONGEST_SIDE_PX = 1_000_000
_LONGEST_FACT = 200
_BLURHASH = re.compile(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{6,50}")
_TONE = re.compile(r"#[0-9a-f]{6}")


class Ended(ValueError):
    """The pipe ended before all was said: its child is gone, and its status tells why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A picture that follows in the pipe."""

    role: Role
    type: PictureType
    width_px: int
    height_px: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of a photograph as a whole, all pictures having been sent."""

    width_px: int
    height_px: int
    blurhash: str
    tone: str
    facts: Facts
    remarks: frozenset[Remark]


def send_picture(pipe: IO[bytes], announced: Announced, content: bytes) -> None:
    """Write one picture."""
    _send(pipe, {"picture": asdict(announced)})
    pipe.write(content)


def send_end(pipe: IO[bytes], end: Told | Refusal) -> None:
    """Write the last frame."""
    if isinstance(end, Refusal):
        _send(pipe, {"refused": end.value})
    else:
        _send(pipe, {"told": asdict(end) | {"remarks": sorted(end.remarks)}})


def receive(pipe: IO[bytes]) -> Announced | Told:
    """Return the next frame's header; of a picture, as many bytes as it says are to be read next.

    Raises:
        PhotoRefused: the child refused the file.
        ValueError: this is no frame; a child overcome by its input may say anything.
    """
    length = int.from_bytes(_exactly(pipe, _LENGTH_BYTES), "big")
    if length > LONGEST_HEADER_BYTES:
        raise ValueError("the photo child said too much")
    match _load(_exactly(pipe, length)):
        case {"refused": str(refusal)}:
            raise PhotoRefused(Refusal(refusal))
        case {"picture": dict(picture)}:
            return _parse_picture(picture)
        case {"told": dict(told)}:
            return _parse_told(told)
    raise ValueError("the photo child said something unknown")


def _send(pipe: IO[bytes], header: Mapping[str, object]) -> None:
    """Write a header and its length."""
    encoded = json.dumps(header).encode()
    pipe.write(len(encoded).to_bytes(_LENGTH_BYTES, "big") + encoded)


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    """Return the next *count* bytes, or raise ValueError where the pipe ends before."""
    content = pipe.read(count)
    if len(content) != count:
        raise Ended("the photo child stopped in the middle")
    return content


def _load(encoded: bytes) -> object:
    """Return the JSON in *encoded*, or raise ValueError."""
    try:
        return json.loads(encoded)
    except RecursionError as error:
        raise ValueError("the photo child said something too deep") from error


def _parse_picture(doc: Mapping[str, object]) -> Announced:
    """Return the announced picture in *doc*, or raise ValueError."""
    match doc:
        case {
            "role": str(role),
            "type": str(kind),
            "width_px": int(width_px),
            "height_px": int(height_px),
            "size_bytes": int(size_bytes),
        } if _is_side(width_px) and _is_side(height_px) and size_bytes > 0:
            return Announced(
                role=Role(role), type=PictureType(kind), width_px=width_px, height_px=height_px, size_bytes=size_bytes
            )
    raise ValueError("the photo child announced something else than a picture")


def _parse_told(doc: Mapping[str, object]) -> Told:
    """Return what *doc* tells, or raise ValueError."""
    match doc:
        case {
            "width_px": int(width_px),
            "height_px": int(height_px),
            "blurhash": str(blurhash),
            "tone": str(tone),
            "facts": dict(facts),
            "remarks": list(remarks),
        } if _is_side(width_px) and _is_side(height_px) and _BLURHASH.fullmatch(blurhash) and _TONE.fullmatch(tone):
            return Told(
                width_px=width_px,
                height_px=height_px,
                blurhash=blurhash,
                tone=tone,
                facts=_parse_facts(facts),
                remarks=frozenset(Remark(str(one)) for one in remarks),
            )
    raise ValueError("the photo child told something else than agreed")


def _parse_facts(doc: Mapping[object, object]) -> Facts:
    """Return facts whose texts are short lines, or raise ValueError."""
    texts = {name: doc.get(name, "") for name in ("taken_at", "camera", "lens", "settings")}
    for text in texts.values():
        if not isinstance(text, str) or clean(text, _LONGEST_FACT) != text:
            raise ValueError("the photo child told strange facts")
    return Facts(**{name: str(text) for name, text in texts.items()})


def _is_side(length_px: int) -> bool:
    """Whether a picture can be so wide or high."""
    return 0 < length_px <= _LONGEST_SIDE_PX
