"""How JSON of strangers is read without trusting it, and how ours is written."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from fedi_artisan.errors import BadJson

DEEPEST = 32
LONGEST_ARRAY = 10_000
MOST_VALUES = 50_000
_LONGEST_NUMBER = 64
_INTEGERS = range(-(2**63), 2**63)  # what a database column holds
_HALF_A_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
_Container = dict[str, Any] | list[Any] | tuple[Any, ...]


def loads(data: bytes) -> dict[str, Any]:
    """Return the object that *data* holds, read strictly.

    Strictly: UTF-8; an object at the top; at most 32 levels, 10,000 items in an array, about 50,000 values in all; no
    name twice in one object; no NaN or Infinity, nor a number that becomes one; integers of at most 64 bits; no half
    characters. The caller bounds the size of *data*.

    Raises:
        BadJson: with the reason.

    Source: WIRE 10.1; RFC 8259.
    """
    # Values stand between commas: too many are seen before any is built. Commas in texts count too, which is harmless.
    commas = data.count(b",")
    if commas > MOST_VALUES:
        raise BadJson("The document holds too many values.")
    try:
        document = _DECODER.decode(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadJson("The document is not UTF-8.") from None
    except RecursionError:
        raise BadJson("The document is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise BadJson(f"The document is not JSON: {error.msg} at character {error.pos}.") from None
    if not isinstance(document, dict):
        raise BadJson("The document is not a JSON object.")
    # Most documents have too few brackets and commas to be deep or long, and need no walk.
    if commas >= LONGEST_ARRAY or data.count(b"{") + data.count(b"[") > DEEPEST:
        _check_shape(document)
    if _HALF_A_CHARACTER.search(data):
        _check_characters(document)
    return document


def dumps(document: Mapping[str, object]) -> bytes:
    """Return *document* as compact UTF-8."""
    return _ENCODER.encode(document).encode("utf-8")


def depth_of(document: object) -> int:
    """Return how many objects and arrays stand inside each other at the deepest place.

    >>> depth_of({"tag": [{"type": "Mention"}]})
    3
    """
    depth = 0
    level = _containers((document,))
    while level:
        depth += 1
        level = _inside(level)
    return depth


def _containers(values: Iterable[object]) -> list[_Container]:
    """Return those of *values* that hold others."""
    return [value for value in values if isinstance(value, dict | list | tuple)]


def _inside(level: list[_Container]) -> list[_Container]:
    """Return all containers that stand directly in those of *level*."""
    return _containers(value for outer in level for value in (outer.values() if isinstance(outer, dict) else outer))


def _check_shape(document: dict[str, Any]) -> None:
    """Refuse a document that is too deep, or holds too long an array; level by level, so no depth can exhaust us."""
    level = _containers((document,))
    for _ in range(DEEPEST):
        if any(len(container) > LONGEST_ARRAY for container in level):
            raise BadJson("The document holds too long a list.")
        level = _inside(level)
        if not level:
            return
    raise BadJson("The document is nested too deeply.")


def _check_characters(document: dict[str, Any]) -> None:
    """Refuse a text that ends in the middle of a character: it could neither be stored nor sent on."""
    try:
        dumps(document)
    except UnicodeEncodeError:
        raise BadJson("The document holds half a character.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return *pairs* as an object, each name once: which of two counts would be the sender's choice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadJson("The document names something twice.")
    return found


def _integer(text: str) -> int:
    """Return the whole number *text*, of at most 64 bits."""
    if len(text) > _LONGEST_NUMBER or (number := int(text)) not in _INTEGERS:
        raise BadJson("The document holds an absurd number.")
    return number


def _fraction(text: str) -> float:
    """Return the number *text*, which must not be too large to be one."""
    if len(text) > _LONGEST_NUMBER or math.isinf(number := float(text)):
        raise BadJson("The document holds an absurd number.")
    return number


def _no_number(name: str) -> float:
    """Refuse NaN and Infinity, which JSON does not know."""
    raise BadJson(f"The document holds {name}, which is not a number in JSON.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_fraction, parse_constant=_no_number
)
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
