"""Pictures in notes of all dialects."""

from typing import Any

import pytest

from fedi_artisan.vocab.notes import parse_note
from tests.unit.vocab.noted import NOTE

PICTURE: dict[str, Any] = {"type": "Image", "mediaType": "image/jpeg", "url": "https://mastodon.example/1.jpg"}


@pytest.mark.parametrize(
    "attachment",
    [
        PICTURE,
        [PICTURE],
        [PICTURE, PICTURE],
        {**PICTURE, "type": "Document"},
        {**PICTURE, "type": ["x:Photo", "Image"]},
        {**PICTURE, "mediaType": "IMAGE/JPEG; charset=binary"},
        {**PICTURE, "mediaType": None},
        {**PICTURE, "mediaType": None, "type": "Document"},
        {"type": "Link", "mediaType": "image/jpeg", "href": PICTURE["url"]},
        {"type": "Image", "url": {"type": "Link", "href": PICTURE["url"]}},
        {
            "type": "Document",
            "url": [
                {"type": "Link", "mediaType": "text/html", "href": "https://mastodon.example/page"},
                {"type": "Link", "mediaType": "image/jpeg", "href": PICTURE["url"]},
            ],
        },
        PICTURE["url"],
    ],
    ids=range(12),
)
def test_pictures(attachment: object) -> None:
    """A picture is known in every form in which servers attach one."""
    note = parse_note(NOTE | {"attachment": attachment})
    assert [picture.url for picture in note.pictures] == [PICTURE["url"]]
    assert note.other_attachments == 0


@pytest.mark.parametrize(
    ("attachment", "others"),
    [
        ({**PICTURE, "mediaType": "image/svg+xml"}, 1),
        ({**PICTURE, "mediaType": "video/mp4"}, 1),
        ({**PICTURE, "type": "Document", "mediaType": "application/pdf"}, 1),
        ({**PICTURE, "type": "Document", "mediaType": None, "url": "https://mastodon.example/1.mp3"}, 1),
        ({"type": "Audio", "url": "https://mastodon.example/1.mp3"}, 1),
        ({**PICTURE, "url": "javascript:alert(1)"}, 0),
        ({**PICTURE, "url": "data:image/png;base64,AAAA"}, 0),
        ({**PICTURE, "url": None}, 0),
        ({"type": "PropertyValue", "name": "a", "value": "b"}, 0),
        ({"type": "Link", "href": "https://mastodon.example/page"}, 0),
        ({"type": "Link", "mediaType": "text/html", "href": "https://mastodon.example/page"}, 0),
        ([None, 5, [PICTURE], {}, "x"], 0),
    ],
    ids=range(12),
)
def test_no_pictures(attachment: object, others: int) -> None:
    """WIRE 10.2 #48: what is no picture, or has no plain address, is none; films, sounds and files are counted."""
    note = parse_note(NOTE | {"attachment": attachment})
    assert note.pictures == ()
    assert note.other_attachments == others


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({"width": 3, "height": 4}, (3, 4)),
        ({"width": 3.0, "height": 4}, (3, 4)),
        ({"url": {"href": PICTURE["url"], "width": 3, "height": 4}}, (3, 4)),
        ({"width": 3}, (0, 0)),
        ({"width": 0, "height": 4}, (0, 0)),
        ({"width": -3, "height": 4}, (0, 0)),
        ({"width": "3", "height": "4"}, (0, 0)),
        ({"width": True, "height": True}, (0, 0)),
        ({"width": 3, "height": 10**12}, (0, 0)),
        ({"width": 3.5, "height": 4}, (0, 0)),
    ],
    ids=range(10),
)
def test_sizes_of_pictures(fields: dict[str, Any], size: tuple[int, int]) -> None:
    """WIRE 10.2 #42: a size is two sensible whole numbers, or none."""
    [picture] = parse_note(NOTE | {"attachment": PICTURE | fields}).pictures
    assert (picture.width_px, picture.height_px) == size


@pytest.mark.parametrize(
    ("blurhash", "sound"),
    [
        ("LEHV6nWB2yk8pyo0adR*.7kCMdnj", True),
        ("00TSUA", True),
        ("LEHV6nWB2yk8pyo0adR*.7kCMdn", False),
        ("LEHV6nWB2yk8pyo0adR*.7kCMdn ", False),
        ("LEHV6nWB2yk8pyo0adR*.7kCMdn<", False),
        ("~" * 166, False),
        ("", False),
        (5, False),
    ],
)
def test_blurred_previews(blurhash: object, sound: bool) -> None:
    """WIRE 10.2 #42: a blurhash is kept only if its letters and length are right, so that any program can draw it."""
    [picture] = parse_note(NOTE | {"attachment": PICTURE | {"blurhash": blurhash}}).pictures
    assert picture.blurhash == (blurhash if sound else "")


def test_what_pictures_show() -> None:
    """The description is taken from `summary`, else `name`; it is text."""
    for fields in ({"name": "x", "summary": " a <b> "}, {"name": "a <b>"}, {"nameMap": {"en": "a <b>"}}):
        [picture] = parse_note(NOTE | {"attachment": PICTURE | fields}).pictures
        assert picture.alt == "a <b>"


def test_sensitive_pictures() -> None:
    """A text is sensitive if one of its pictures is (Misskey)."""
    assert parse_note(NOTE | {"attachment": [PICTURE, {**PICTURE, "sensitive": True}]}).sensitive
    assert not parse_note(NOTE | {"attachment": [PICTURE]}).sensitive
