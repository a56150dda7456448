"""How collections and their pages are written (WIRE 6)."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Series
from fedi_artisan.vocab.context import ACTIVITY_STREAMS, WORK_CONTEXT
from fedi_artisan.vocab.html import post_html

_LONGEST_TEXT = 5000


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


def series(one: Series, artisan: Artisan, uris: Uris, *, items: Sequence[str]) -> dict[str, Any]:
    """Return a series: whose it is, what it is called in each of its languages, its page, and the ids of its works."""
    names = {code: one.wording(code)[1].name for code in one.languages}
    texts = {code: post_html(one.wording(code)[1].text, longest=_LONGEST_TEXT) for code in one.languages}
    document = collection(uris.series(one.uid), total=len(items), items=items) | {
        "name": one.name,
        "nameMap": names,
        "url": uris.series_url(quote(one.slug)),
        "attributedTo": uris.actor(artisan.uid),
    }
    return document | ({"summary": texts[one.language], "summaryMap": texts} if one.text else {})


def tag(name: str, uris: Uris, *, items: Sequence[str]) -> dict[str, Any]:
    """Return the collection of the works that have the tag *name*, by their ids, with its page."""
    told = {"name": f"#{name}", "url": uris.tag_url(quote(name, safe=""))}
    return collection(uris.tag(name), total=len(items), items=items) | told


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
