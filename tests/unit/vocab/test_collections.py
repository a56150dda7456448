"""Collections of others are read in each of the forms in which they come."""

from typing import Any

import pytest

from fedi_artisan.vocab.collections import MOST_ITEMS, Leaf, parse_leaf

A, B = "https://a.example/1", "https://a.example/2"


@pytest.mark.parametrize(
    ("document", "leaf"),
    [
        ({"type": "OrderedCollection", "orderedItems": [A, {"id": B}]}, Leaf((A, B), None)),
        ({"type": "Collection", "items": A}, Leaf((A,), None)),
        ({"type": "OrderedCollection", "totalItems": 0}, Leaf((), None)),
        ({"type": "OrderedCollection", "first": A}, Leaf((), A)),
        ({"type": "Collection", "first": {"type": "CollectionPage", "items": [A], "next": B}}, Leaf((A,), B)),
        ({"type": "OrderedCollectionPage", "orderedItems": [A, A, 7, None, "no"], "next": B}, Leaf((A,), B)),
        ({"type": "OrderedCollectionPage", "orderedItems": [A], "next": "javascript:1"}, Leaf((A,), None)),
        ({"type": "Note", "orderedItems": [A]}, None),
        ({"orderedItems": [A]}, None),
    ],
)
def test_every_form_is_read(document: dict[str, Any], leaf: Leaf | None) -> None:
    """Items alone, in an array, as objects; a first page apart or embedded; whatever is no address is left out."""
    assert parse_leaf(document) == leaf


def test_a_page_without_end_is_cut() -> None:
    """Of one page so many items are read, and no more (WIRE 10.1)."""
    read = parse_leaf({"type": "Collection", "items": [f"{A}/{number}" for number in range(MOST_ITEMS + 5)]})
    assert read is not None
    assert len(read.items) == MOST_ITEMS
