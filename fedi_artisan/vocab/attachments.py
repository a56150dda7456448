"""How the pictures of a foreign post are read; films and sounds are only counted."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from fedi_artisan.domain.posts import Picture
from fedi_artisan.vocab import fields

MOST_PICTURES = 16
LONGEST_ALT = 10_000
MOST_PIXELS = 100_000
_PICTURE_TYPES = frozenset({"Image", "Document"})
_OTHER_TYPES = frozenset({"Image", "Document", "Video", "Audio"})
_WITH_OWN_PICTURE = frozenset({"Article", "Page", "Video", "Audio", "Event"})
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".heic", ".heif"})
_PICTURE = re.compile(r"image/(?!svg)[a-z0-9.+-]{1,40}(?:;.*)?", re.ASCII | re.IGNORECASE | re.DOTALL)
_BASE_83 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachments:
    """What hangs on a post: the pictures in their order, the number of all else, whether any is to be hidden."""

    pictures: tuple[Picture, ...] = ()
    others: int = 0
    sensitive: bool = False


def attachments(document: Mapping[str, Any], type_name: str) -> Attachments:
    """Return what hangs on the post in *document*: at most 16 pictures.

    Without any attachment, the picture that stands for an article, a film or an event; of an Image, the image itself.
    """
    attached = _objects(document.get("attachment"))
    found = _pictures(attached)
    if not found and type_name in _WITH_OWN_PICTURE:
        found = _pictures(_objects(document.get("image"))) or _largest(_pictures(_objects(document.get("icon"))))
    if not found and type_name == "Image":
        found = _pictures([{**document, "name": document.get("summary") or document.get("name"), "summary": None}])
    others = [item for item in attached if fields.type_name(item.get("type")) in _OTHER_TYPES and not _is_picture(item)]
    return Attachments(
        pictures=tuple(found[:MOST_PICTURES]),
        others=len(others) + (type_name in {"Video", "Audio"}),
        sensitive=any(item.get("sensitive") is True for item in attached),
    )


def _objects(value: object) -> list[Mapping[str, Any]]:
    """Return the objects given in an array or alone; an address alone is a picture of which no more is known."""
    listed = fields.values(value, fields.MOST_TAGS)
    given = ({"type": "Image", "url": item} if isinstance(item, str) else item for item in listed)
    return [item for item in given if isinstance(item, dict)]


def _pictures(items: Iterable[Mapping[str, Any]]) -> list[Picture]:
    """Return those of *items* that are pictures, each address once."""
    found: dict[str, Picture] = {}
    for item in items:
        picture = _picture(item) if _is_picture(item) else None
        if picture is not None:
            found.setdefault(picture.url, picture)
    return list(found.values())


def _largest(pictures: list[Picture]) -> list[Picture]:
    """Return the largest of several sizes of one picture."""
    return sorted(pictures, key=lambda picture: -picture.width_px)[:1]


def _is_picture(item: Mapping[str, Any]) -> bool:
    """Whether an attachment is a picture: by its media type, without one by its type or the end of its address."""
    kind = fields.type_name(item.get("type"))
    if kind not in _PICTURE_TYPES | {"Link"}:
        return False
    link = _picture_link(item)
    media_type = fields.text(item.get("mediaType")) or fields.text(link.get("mediaType"))
    if media_type:
        return _PICTURE.fullmatch(media_type) is not None
    return kind == "Image" or (kind == "Document" and _suffix(_address(item, link)) in _SUFFIXES)


def _picture(item: Mapping[str, Any]) -> Picture | None:
    """Return the picture in an attachment; None where it has no usable address."""
    link = _picture_link(item)
    url = _address(item, link)
    if url is None:
        return None
    width, height = (
        fields.whole(item.get(side), MOST_PIXELS) or fields.whole(link.get(side), MOST_PIXELS)
        for side in ("width", "height")
    )
    return Picture(
        url=url,
        alt=(fields.said(item, "summary", LONGEST_ALT) or fields.said(item, "name", LONGEST_ALT)).strip(),
        width_px=width if width and height else 0,
        height_px=height if width and height else 0,
        blurhash=_blurhash(item.get("blurhash")),
    )


def _picture_link(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the Link under `url`, of several the first that says it leads to a picture; empty where there is none."""
    links = [link for link in fields.values(item.get("url"), fields.MOST_TAGS) if isinstance(link, dict)]
    pictures = (link for link in links if _PICTURE.fullmatch(fields.text(link.get("mediaType"))))
    return next(pictures, links[0] if links else {})


def _address(item: Mapping[str, Any], link: Mapping[str, Any]) -> str | None:
    """Return where the picture is."""
    return fields.url(link) or fields.url(item.get("url")) or fields.url(item.get("href"))


def _suffix(url: str | None) -> str:
    """Return the ending of the file that an address names, in lower case."""
    return PurePosixPath(urlsplit(url or "").path).suffix.lower()


def _blurhash(value: object) -> str:
    """Return the blurred preview if it is well formed, else the empty text; whoever draws it need not check it again.

    Source: blurha.sh, Algorithm: the first sign tells across and down, and with that the length.
    """
    text = fields.text(value, 200)
    if len(text) < 6 or any(sign not in _BASE_83 for sign in text):  # noqa: PLR2004 - the shortest there is
        return ""
    down, across = divmod(_BASE_83.index(text[0]), 9)
    return text if len(text) == 4 + 2 * (across + 1) * (down + 1) else ""
