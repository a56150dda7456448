"""What is inside a document, however it is nested."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

Document = Mapping[str, Any]
Rule = Callable[[Document], Iterator[str]]
AS2 = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS2}#Public"
ACTORS = {"Application", "Group", "Organization", "Person", "Service"}
COLLECTIONS = {"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"}
ACTIVITIES = {"Create", "Update", "Delete", "Accept", "Reject", "Undo", "Follow", "Add", "Remove", "Move"}
ELEMENTS = set("p br a span strong em b i u del code pre blockquote ul ol li".split())  # noqa: SIM905 - shorter than sixteen quoted names
BASE83 = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~")
RFC3339_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def kind(document: Document) -> str:
    """Return the type of a document; the empty text for anything but one name."""
    found = document.get("type")
    return found if isinstance(found, str) else ""


def embedded(document: Document) -> Document:
    """Return the embedded object of an activity, or the document itself."""
    inner = document.get("object")
    return inner if kind(document) in ACTIVITIES and isinstance(inner, Mapping) else document


def note_in(document: Document) -> Document | None:
    """Return the note that the document is or carries."""
    found = embedded(document)
    return found if kind(found) == "Note" else None


def actor_in(document: Document) -> Document | None:
    """Return the actor that the document is or carries."""
    found = embedded(document)
    return found if kind(found) in ACTORS else None


def attachments_in(document: Document) -> list[Any]:
    """Return the attachments of the note in the document, as they stand."""
    note = note_in(document)
    found = (note or {}).get("attachment", [])
    return found if isinstance(found, list) else [found]


def origin(uri: object) -> tuple[str, str] | None:
    """Return scheme and host with port, or None for what is no address."""
    if not isinstance(uri, str):
        return None
    parts = urlsplit(uri)
    return (parts.scheme, parts.netloc) if parts.scheme in {"http", "https"} and parts.netloc else None


def moment(value: object) -> datetime | None:
    """Return the time of an RFC 3339 text in UTC, or None."""
    if not isinstance(value, str) or not RFC3339_UTC.fullmatch(value):
        return None
    return datetime.fromisoformat(value)


def depth(value: object) -> int:
    """Return how many objects and arrays stand inside each other."""
    if isinstance(value, Mapping):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


def addresses(document: Document) -> Iterator[tuple[str, Any]]:
    """Yield what must be an address, with the name under which it stands."""
    keys = ("id", "url", "inbox", "outbox", "followers", "following", "featured", "actor", "attributedTo", "first")
    for part in (document, embedded(document)):
        yield from ((key, part[key]) for key in keys if isinstance(part.get(key), str))
    yield from (("attachment", item.get("url")) for item in attachments_in(document) if isinstance(item, Mapping))
