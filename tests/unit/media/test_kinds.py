"""Kinds of files, told by their first bytes."""

import pytest

from fedi_artisan.media.kinds import Kind, describe, kind_of


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", Kind.JPEG),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", Kind.PNG),
        (b"RIFF\x0a\x00\x00\x00WEBPVP8 ", Kind.WEBP),
        (b"GIF89a\x01\x00", Kind.GIF),
        (b"GIF87a\x01\x00", Kind.GIF),
        (b"II*\x00\x08\x00", Kind.TIFF),
        (b"MM\x00*\x00\x08", Kind.TIFF),
        (b"\x00\x00\x00\x1cftypavif", Kind.AVIF),
        (b"\x00\x00\x00\x1cftypavis", Kind.AVIF),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf", Kind.AVIF),
        (b"\x00\x00\x00\x18ftypheic", Kind.HEIC),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", Kind.HEIC),
        (b"\x00\x00\x00\x18ftypisom", None),
        (b"RIFF\x0a\x00\x00\x00WAVEfmt ", None),
        (b"\xff\xd8", None),
        (b" \xff\xd8\xff", None),
        (b"", None),
    ],
)
def test_a_kind_is_told_by_the_first_bytes(head: bytes, kind: Kind | None) -> None:
    """Only what begins as one of the kinds is taken as such, whatever it is called."""
    assert kind_of(head) is kind


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"8BPS\x00\x01", "a Photoshop file"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x00\x00\x00\x18ftypisom", "a film"),
        (b'\xef\xbb\xbf\n<?xml version="1.0"?><svg', "an SVG drawing or a web page"),
        (b"<!DOCTYPE html>", "an SVG drawing or a web page"),
        (b"#!/bin/sh\n", "not a picture"),
        (b"", "not a picture"),
    ],
)
def test_what_is_not_taken_is_named(head: bytes, words: str) -> None:
    """A refusal names the kind that was given, so that the artisan knows what to save again."""
    assert kind_of(head) is None
    assert describe(head) == words
