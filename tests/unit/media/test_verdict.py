"""What the child says, and how little of it is believed."""

import base64
import json

import pytest

from fedi_artisan.media.verdict import JPEG_BYTES, PhotoRefused, Refusal, Rendition, Renditions, parse, render

JPEG = b"\xff\xd8\xff\xdb some picture"


def picture(**changes: object) -> dict[str, object]:
    """Return a picture as the child says it, with *changes*."""
    return {"jpeg": base64.b64encode(JPEG).decode(), "width_px": 640, "height_px": 480} | changes


def verdict(**changes: object) -> bytes:
    """Return a verdict as the child says it, with *changes*."""
    good = {"picture": picture(), "thumbnail": picture(), "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj"}
    return json.dumps(good | changes).encode()


def test_what_is_rendered_is_parsed_again() -> None:
    """The child's words give the server the very same pictures."""
    rendition = Rendition(jpeg=JPEG, width_px=640, height_px=480)
    renditions = Renditions(picture=rendition, thumbnail=rendition, blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj")
    assert parse(render(renditions)) == renditions


@pytest.mark.parametrize("refusal", list(Refusal))
def test_a_refusal_is_raised(refusal: Refusal) -> None:
    """A refusal by the child arrives as that refusal."""
    with pytest.raises(PhotoRefused) as caught:
        parse(render(refusal))
    assert caught.value.refusal is refusal


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"Segmentation fault",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"refused": "because"}',
        b'{"refused": 1}',
        verdict()[:-1],
        verdict(blurhash="<script>"),
        verdict(blurhash="L" * 51),
        verdict(blurhash=None),
        verdict(picture=[]),
        verdict(thumbnail=picture(jpeg="*")),
        verdict(thumbnail=picture(jpeg=base64.b64encode(b"<html>").decode())),
        verdict(thumbnail=picture(jpeg=base64.b64encode(JPEG.ljust(JPEG_BYTES)).decode())),
        verdict(thumbnail=picture(width_px=641)),
        verdict(picture=picture(width_px=2561)),
        verdict(picture=picture(height_px=0)),
        verdict(picture=picture(height_px="480")),
    ],
)
def test_anything_else_is_no_verdict(said: bytes) -> None:
    """WIRE 10.2 #52: a child overcome by its input may say anything, and it ends in one kind of error."""
    with pytest.raises(ValueError):  # noqa: PT011 - the rule is the kind of error; its words are nobody's concern
        parse(said)
