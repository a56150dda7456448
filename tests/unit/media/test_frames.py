"""What the decoding child tells: read back as it was written, and nothing else is believed."""

import io
import json

import pytest

from fedi_artisan.domain.photos import Facts, PictureType, Remark, Role
from fedi_artisan.media import frames
from fedi_artisan.media.refusal import PhotoRefused, Refusal

ANNOUNCED = frames.Announced(role=Role.VIEW, type=PictureType.AVIF, width_px=640, height_px=427, size_bytes=3)
TOLD = frames.Told(
    width_px=6000,
    height_px=4000,
    blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj",
    tone="#8c4426",
    facts=Facts(taken_at="2025-06-14T09:30:00", camera="ExampleCam", lens="50 mm", settings="f/2.8 · ISO 200"),
    remarks=frozenset({Remark.FIRST_FRAME, Remark.REENCODED}),
)


def piped(header: object) -> io.BytesIO:
    """Return a pipe with one header in it."""
    encoded = json.dumps(header).encode()
    return io.BytesIO(len(encoded).to_bytes(4, "big") + encoded)


def told(**changes: object) -> io.BytesIO:
    """Return a pipe with a last frame in which something is changed."""
    pipe = io.BytesIO()
    frames.send_end(pipe, TOLD)
    return piped({"told": json.loads(pipe.getvalue()[4:])["told"] | changes})


def test_pictures_and_the_end_come_back_as_they_were_sent() -> None:
    """Pictures, then what is known of the whole: in the order in which they were written."""
    pipe = io.BytesIO()
    frames.send_picture(pipe, ANNOUNCED, b"abc")
    frames.send_end(pipe, TOLD)
    pipe.seek(0)
    assert frames.receive(pipe) == ANNOUNCED
    assert pipe.read(3) == b"abc"
    assert frames.receive(pipe) == TOLD


@pytest.mark.parametrize("refusal", Refusal)
def test_a_refusal_comes_back(refusal: Refusal) -> None:
    """Each reason crosses the pipe."""
    pipe = io.BytesIO()
    frames.send_end(pipe, refusal)
    pipe.seek(0)
    with pytest.raises(PhotoRefused) as caught:
        frames.receive(pipe)
    assert caught.value.refusal is refusal


@pytest.mark.parametrize(
    "pipe",
    [
        io.BytesIO(b""),
        io.BytesIO(b"\0\0"),
        io.BytesIO(b"\0\0\0\x09{}"),
        io.BytesIO(b"\xff\xff\xff\xff" + b"{" * 100),
        io.BytesIO(b"\0\0\x20\0" + b"[" * 8192),
        io.BytesIO(b"\0\0\0\x02\xff\xfe"),
        piped([]),
        piped({}),
        piped({"refused": "boredom"}),
        piped({"picture": {}}),
        piped({"picture": {"role": "view", "type": "svg", "width_px": 1, "height_px": 1, "size_bytes": 1}}),
        piped({"picture": {"role": "spy", "type": "jpg", "width_px": 1, "height_px": 1, "size_bytes": 1}}),
        piped({"picture": {"role": "view", "type": "jpg", "width_px": 0, "height_px": 1, "size_bytes": 1}}),
        piped({"picture": {"role": "view", "type": "jpg", "width_px": 1, "height_px": 10**9, "size_bytes": 1}}),
        piped({"picture": {"role": "view", "type": "jpg", "width_px": 1, "height_px": 1, "size_bytes": -1}}),
        told(width_px="640"),
        told(blurhash="<script>"),
        told(tone="red;}"),
        told(facts={"camera": "x" * 1000}),
        told(facts={"camera": "a\nb"}),
        told(facts={"camera": 3}),
        told(remarks=["sold"]),
    ],
)
def test_anything_else_is_not_believed(pipe: io.BytesIO) -> None:
    """A child overcome by its input may say anything: all of it ends as one failure, and is never read as agreed."""
    with pytest.raises(ValueError, match=r"."):
        frames.receive(pipe)
