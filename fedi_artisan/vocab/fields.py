"""How one untrusted value is read: given alone or in an array, as an id or as an object, or as null.

Nothing here raises: what cannot be used reads as None or as empty.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fedi_artisan.domain.uris import PUBLIC, origin_of
from fedi_artisan.vocab.types import KNOWN_TYPES

MOST_ADDRESSED = 1000
MOST_TAGS = 64
MOST_KEYS = 10
MOST_ALIASES = 256
LONGEST_NAME = 2048
_LONGEST_TYPE = 64
_PUBLIC_NAMES = frozenset({PUBLIC, "as:Public", "Public"})


def values(value: object, most: int) -> list[object]:
    """Return up to *most* values, given in an array or alone; nulls are left out."""
    listed = value[:most] if isinstance(value, list) else [value]
    return [item for item in listed if item is not None]


def first(value: object) -> object:
    """Return the value itself, or the first of an array that is not null; None where there is none."""
    if not isinstance(value, list):
        return value
    return next((item for item in value if item is not None), None)


def mapping(value: object) -> Mapping[str, Any] | None:
    """Return the object given alone or first in an array, or None."""
    found = first(value)
    return found if isinstance(found, dict) else None


def uri(value: object) -> str | None:
    """Return the address given as text, as an object with an `id`, or first in an array of these; else None."""
    found = first(value)
    if isinstance(found, dict):
        found = found.get("id")
    return found if isinstance(found, str) and origin_of(found) is not None else None


def uris(value: object, most: int) -> tuple[str, ...]:
    """Return up to *most* addresses, each once, in their order; what is no address is left out."""
    found = (uri(item) for item in values(value, most))
    return tuple(dict.fromkeys(item for item in found if item is not None))


def audience(value: object) -> tuple[str, ...]:
    """Return who is addressed, the public under its one full name (WIRE 5.1)."""
    named = [
        PUBLIC if isinstance(item, str) and item in _PUBLIC_NAMES else item for item in values(value, MOST_ADDRESSED)
    ]
    return uris(named, MOST_ADDRESSED)


def url(value: object) -> str | None:
    """Return the address of a page or picture: text, a Link with `href`, an object with `url`, or an array of these.

    In an array a page for people (text/html) goes first.
    """
    options = values(value, MOST_TAGS)
    options.sort(key=lambda item: not (isinstance(item, dict) and item.get("mediaType") == "text/html"))
    return next((found for found in map(_one_url, options) if found is not None), None)


def _one_url(value: object) -> str | None:
    """Return the address in one text, Link or object with a plain `url`."""
    if isinstance(value, dict):
        value = first(value.get("href") or value.get("url"))
        if isinstance(value, dict):
            value = value.get("href")
    return value if isinstance(value, str) and origin_of(value) is not None else None


def text(value: object, longest: int = LONGEST_NAME) -> str:
    """Return the text, cut to *longest* characters, without anything that cannot be stored; else the empty text."""
    found = first(value)
    if not isinstance(found, str):
        return ""
    return found[:longest].encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def said(document: Mapping[str, Any], key: str, longest: int = LONGEST_NAME) -> str:
    """Return the text under *key*, or the first translation where only a map of these came (`contentMap`)."""
    alone = text(document.get(key), longest)
    return alone or text(next(iter((mapping(document.get(f"{key}Map")) or {}).values()), None), longest)


def whole(value: object, most: int) -> int | None:
    """Return a whole number from 0 to *most*; None where it is none."""
    found = first(value)
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= most else None


def type_name(value: object, known: frozenset[str] = KNOWN_TYPES) -> str:
    """Return the type: the first of several that is in *known*, else the first; the empty text where there is none."""
    names = [item for item in values(value, MOST_TAGS) if isinstance(item, str) and len(item) <= _LONGEST_TYPE]
    return next((name for name in names if name in known), names[0] if names else "")


def moment(value: object) -> datetime | None:
    """Return the time in UTC; one without an offset is taken as UTC. None where it is no time."""
    found = first(value)
    if not isinstance(found, str):
        return None
    try:
        when = datetime.fromisoformat(found.strip())
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
