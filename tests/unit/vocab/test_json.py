"""Strict reading of strangers' JSON."""

import json as plain
import timeit
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi_artisan.errors import BadJson
from fedi_artisan.vocab import json

MILLION = 1_000_000


def nested(levels: int) -> bytes:
    """Return *levels* objects and arrays inside each other, alternating."""
    opening = b"".join(b'{"a":' if level % 2 == 0 else b"[" for level in range(levels))
    closing = b"".join(b"}" if level % 2 == 0 else b"]" for level in reversed(range(levels)))
    return opening + b"1" + closing


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{}x", "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": 01}', "not JSON"),
        (b'{"a": "\x01"}', "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'{"a": "\xff"}', "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (b"[]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"null", "not a JSON object"),
        (b"1", "not a JSON object"),
        (b'{"a": NaN}', "not a number"),
        (b'{"a": Infinity}', "not a number"),
        (b'{"a": -Infinity}', "not a number"),
        (b'{"a": 1e999}', "absurd number"),
        (b'{"a": -1e999}', "absurd number"),
        (b'{"a": 9223372036854775808}', "absurd number"),
        (b'{"a": -9223372036854775809}', "absurd number"),
        (b'{"id": "x", "id": "y"}', "twice"),
        (b'{"a": {"id": "x", "\\u0069d": "y"}}', "twice"),
        (b'{"a": "\\ud83d"}', "half a character"),
        (b'{"\\uDE00": 1}', "half a character"),
        (nested(33), "too deeply"),
        (b'{"a": [' + b"1," * 10_000 + b"1]}", "too long a list"),
        (plain.dumps(dict.fromkeys(range(50_002))).encode(), "too many values"),
    ],
)
def test_refuses(data: bytes, reason: str) -> None:
    """WIRE 10.2 #41: what is broken, ambiguous or absurd is refused, with the reason."""
    with pytest.raises(BadJson, match=reason):
        json.loads(data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":' + b"[" * MILLION,
        b'{"a":' * (MILLION // 5),
        nested(900),
        b'{"a":' + b"9" * MILLION + b"}",
        b'{"a":0.' + b"9" * MILLION + b"}",
        b'{"a":1e' + b"9" * MILLION + b"}",
        b'{"tag":[' + b"{}," * 100_000 + b"{}]}",
        b'{"a":[' + b"[]," * 49_000 + b"[]]}",
        b"{" + b'"a":1,' * 49_000 + b'"a":1}',
        b'{"a":"' + b"\\ud800" * (MILLION // 6) + b'"}',
        b'{"a":' + b'"' * MILLION,
        b'{"a":"' + b"\\" * MILLION,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_refuses_the_pathological_within_milliseconds(data: bytes) -> None:
    """WIRE 10.2 #41: nesting, 100,000 tags, huge numbers and repeated names cost milliseconds and break nothing."""

    def attempt() -> None:
        with pytest.raises(BadJson):
            json.loads(data)

    assert min(timeit.repeat(attempt, number=1, repeat=3)) < 0.2


@pytest.mark.parametrize(
    ("data", "document"),
    [
        (b" {} ", {}),
        (b'{"a": 9223372036854775807, "b": -9223372036854775808}', {"a": 2**63 - 1, "b": -(2**63)}),
        (b'{"a": 1.5e3, "b": -0.0, "c": true, "d": null}', {"a": 1500.0, "b": -0.0, "c": True, "d": None}),
        ('{"a": "été 😀"}'.encode(), {"a": "été 😀"}),
        (b'{"a": "\\u00e9t\\u00e9 \\ud83d\\ude00"}', {"a": "été 😀"}),
        (b'{"a": "\\\\ud800"}', {"a": "\\ud800"}),
        (b'{"a": {"id": 1}, "b": {"id": 1}}', {"a": {"id": 1}, "b": {"id": 1}}),
        (nested(32), plain.loads(nested(32))),
        (b'{"a": [' + b"1," * 9_999 + b"1]}", {"a": [1] * 10_000}),
        (plain.dumps({"content": "[{," * 9_000}).encode(), {"content": "[{," * 9_000}),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_reads(data: bytes, document: dict[str, object]) -> None:
    """What is sound is read as it stands, up to the very limits; brackets in texts do not count."""
    assert json.loads(data) == document


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), VALUES))
def test_what_is_written_reads_the_same(document: dict[str, object]) -> None:
    """Writing and reading give the same document back."""
    assert json.loads(json.dumps(document)) == document


@given(st.binary() | st.text().map(str.encode) | st.text('{}[]",:\\u0d1e-. ', max_size=60).map(str.encode))
def test_fails_in_one_way_only(data: bytes) -> None:
    """Whatever the bytes, they are an object or BadJson."""
    with suppress(BadJson):
        assert isinstance(json.loads(data), dict)


def test_writes_compact_utf8() -> None:
    """What is written has no spaces and no escapes for letters."""
    assert json.dumps({"name": "été", "to": ["a", "b"]}) == '{"name":"été","to":["a","b"]}'.encode()


@pytest.mark.parametrize(
    ("document", "depth"),
    [(1, 0), ("[[", 0), ({}, 1), ([], 1), ({"a": 1}, 1), ({"a": [{}], "b": {}}, 3), ([[], [[[]]]], 4)],
)
def test_depth(document: object, depth: int) -> None:
    """Depth counts objects and arrays along the deepest way; a bare value has none."""
    assert json.depth_of(document) == depth


def test_depth_of_the_very_deep() -> None:
    """Measuring does not depend on the stack."""
    document: list[object] = []
    for _ in range(100_000):
        document = [document]
    assert json.depth_of(document) == 100_001
    while document:  # taken apart by hand: freeing it in one go is the interpreter's business, not ours
        document = document.pop()  # type: ignore[assignment]  # it holds nothing but such lists


def test_usual_documents_are_read_fast() -> None:
    """A usual activity of 3 kB takes tens of microseconds; the bound leaves room for a busy machine."""
    attachment = {"type": "Document", "mediaType": "image/jpeg", "url": "https://files.example/1.jpg", "name": "x" * 60}
    note = {"type": "Note", "content": "<p>été</p>" * 150, "attachment": [attachment] * 4, "focalPoint": [0.0, 0.5]}
    data = json.dumps({"id": "https://peer.example/1", "type": "Create", "object": note})
    assert 2_000 < len(data) < 4_000
    assert min(timeit.repeat(lambda: json.loads(data), number=100, repeat=5)) / 100 < 0.000_3
