"""How collections and their pages are written (WIRE 6)."""

from collections.abc import Sequence
from typing import Any

from fedi_artisan.vocab.context import ACTIVITY_STREAMS, WORK_CONTEXT


def collection(
    uri: str, *, total: int, first: str | None = None, items: Sequence[Any] | None = None, ordered: bool = True
) -> dict[str, Any]:
    """Return a collection of *total* items, with the address of its *first* page or with the *items* themselves.

    With neither, it only counts: that is how a list of people stays private.
    """
    document: dict[str, Any] = {
        "@context": _context(items or ()),
        "id": uri,
        "type": "OrderedCollection" if ordered else "Collection",
        "totalItems": total,
    }
    if first is not None:
        document["first"] = first
    if items is not None:
        document["orderedItems" if ordered else "items"] = list(items)
    return document


def collection_page(
    uri: str,
    *,
    part_of: str,
    items: Sequence[Any],
    next_uri: str | None = None,
    ordered: bool = True,
) -> dict[str, Any]:
    """Return the page *uri* of the collection *part_of*; `next` stands only where there is more."""
    document: dict[str, Any] = {
        "@context": _context(items),
        "id": uri,
        "type": "OrderedCollectionPage" if ordered else "CollectionPage",
        "partOf": part_of,
        "orderedItems" if ordered else "items": list(items),
    }
    if next_uri is not None:
        document["next"] = next_uri
    return document


def _context(items: Sequence[Any]) -> Any:
    """Return the context that covers *items*: ids alone need no terms of ours, embedded works do."""
    return ACTIVITY_STREAMS if all(isinstance(item, str) for item in items) else WORK_CONTEXT
