"""Which parameters of an address are read."""

import re
from pathlib import Path

import pytest

import fedi_artisan
from fedi_artisan.resources import folder
from fedi_artisan.web.answers import parameters


@pytest.mark.parametrize(
    ("query", "read"),
    [
        (b"", b""),
        (b"lang=fr", b"lang=fr"),
        (b"utm_source=card&fbclid=x", b""),
        (b"q=b&lang=fr&page=2", b"lang=fr&page=2&q=b"),
        (b"page=2&x&page=1", b"page=2&page=1"),
        (b"page", b"page"),
        (b"p%61ge=%32&Page=3", b"page=%32"),
        (b"q=a;lang=fr", b"q=a;lang=fr"),
        (b"q=%ff&\xff=1", b"q=%ff"),
        (b"&&=&%&+=", b""),
    ],
)
def test_only_what_is_read_stays(query: bytes, read: bytes) -> None:
    """Ordered by name, values untouched, several of one name in their order; broken ones are gone."""
    assert parameters.read_of(query) == read
    assert parameters.read_of(read) == read


def test_of_a_flood_only_the_beginning_is_read() -> None:
    """A query of 60 kB is no more work than any other: what stands behind the hundredth parameter does not count."""
    assert parameters.read_of(b"x&" * 99 + b"q=a&lang=fr") == b"q=a"
    assert parameters.read_of(b"lang=fr&" * 7000).count(b"&") == parameters.MOST - 1


def test_everything_that_is_read_is_known() -> None:
    """Each parameter that code or a form reads is in the table: one that is not would never arrive."""
    code = "".join(
        file.read_text(encoding="utf-8") for file in (Path(fedi_artisan.__file__).parent / "web").glob("*.py")
    )
    read = set(re.findall(r"query_params(?:\.get(?:list)?\(|\[)\"(\w+)\"", code))
    for file in folder("templates").glob("*.html"):
        for form in re.findall(r"<form\b.*?</form>", file.read_text(encoding="utf-8"), re.DOTALL):
            if not re.search(r"\bmethod=\"?post", form, re.IGNORECASE):
                read |= set(re.findall(r"<(?:input|select|button)\b[^>]*\bname=\"(\w+)\"", form))
    assert {"lang", "resource"} <= read <= parameters.READ
