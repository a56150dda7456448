"""How a collection of others, or a page of one, is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fedi_artisan.vocab import fields

_TYPES = frozenset({"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"})
MOST_ITEMS = 5_000


@dataclass(frozen=True, slots=True)
class Leaf:
    """The ids that stand in a collection or a page of it, and where it goes on; None at the end."""

    items: tuple[str, ...]
    next_url: str | None


def parse_leaf(document: Mapping[str, Any]) -> Leaf | None:
    """Return what stands in *document*; None where it is no collection.

    Of a collection whose first page is embedded it is that page that counts.
    """
    if fields.type_name(document.get("type"), _TYPES) not in _TYPES:
        return None
    listed = document.get("orderedItems", document.get("items"))
    following = document.get("next") or document.get("first")
    if listed is None and isinstance(following, Mapping):
        listed = following.get("orderedItems", following.get("items"))
        following = following.get("next")
    return Leaf(fields.uris(listed, MOST_ITEMS), fields.uri(following))
