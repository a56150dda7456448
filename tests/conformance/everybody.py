"""What every server expects of a document."""

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser

from tests.conformance.documents import (
    ACTIVITIES,
    COLLECTIONS,
    ELEMENTS,
    Document,
    depth,
    embedded,
    kind,
    note_in,
    origin,
)


def any_id_and_type(document: Document) -> Iterator[str]:
    """Every document has an id that is an address, and one type as text (WIRE 3.2, 4.1, 5.1)."""
    for part in (document, embedded(document)):
        if origin(part.get("id")) is None:
            yield f"id: {part.get('id')!r}"
        if not isinstance(part.get("type"), str):
            yield f"type: {part.get('type')!r}"


def any_no_hidden_recipients(document: Document) -> Iterator[str]:
    """Blind copies never leave the house (WIRE 5.1)."""
    yield from (key for part in (document, embedded(document)) for key in ("bto", "bcc") if key in part)


def any_activity_has_actor_and_audience(document: Document) -> Iterator[str]:
    """An activity has its actor as text and its audience as arrays (WIRE 5.1)."""
    if kind(document) not in ACTIVITIES:
        return
    if not isinstance(document.get("actor"), str):
        yield f"actor: {document.get('actor')!r}"
    if not isinstance(document.get("to"), list) or not document["to"]:
        yield f"to: {document.get('to')!r}"
    if not isinstance(document.get("cc", []), list):
        yield f"cc: {document.get('cc')!r}"


def any_same_audience(document: Document) -> Iterator[str]:
    """Activity and note are addressed alike (WIRE 5.1)."""
    note = note_in(document)
    if note is not None and note is not document:
        for key in ("to", "cc"):
            if note.get(key) != document.get(key):
                yield f"{key} differs between activity and note"


class _Elements(HTMLParser):
    """Collects elements, attributes and links of HTML, and what is not closed or not opened."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.open: list[str] = []
        self.unbalanced = False
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.hashtags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.found.add(tag)
        if tag != "br":
            self.open.append(tag)
        values = dict(attrs)
        self.attributes |= set(values)
        if "href" in values:
            self.links.append(values["href"] or "")
            if "hashtag" in (values.get("class") or ""):
                self.hashtags.append(values["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        """Note whether it closes the element opened last."""
        self.unbalanced |= not self.open or self.open.pop() != tag


def elements_of(html: str) -> _Elements:
    """Return what stands in *html*."""
    elements = _Elements()
    elements.feed(html)
    elements.close()
    return elements


def any_plain_content(document: Document) -> Iterator[str]:
    """Content has only the elements that all show, well nested, and no line ends or tabs (WIRE 4.2)."""
    note = note_in(document)
    if note is None:
        return
    content = note.get("content")
    if not isinstance(content, str) or not content:
        yield f"content: {content!r}"
        return
    if set(content) & set("\n\r\t"):
        yield "content has line ends or tabs"
    elements = elements_of(content)
    if elements.found - ELEMENTS:
        yield f"content has {sorted(elements.found - ELEMENTS)}"
    if elements.unbalanced or elements.open:
        yield "content is not well nested"


def any_flat_extension(document: Document) -> Iterator[str]:
    """Our own data stand under one key, numbers in them as text (WIRE 4.6)."""
    note = note_in(document) or {}
    extensions = {key for key in note if ":" in key}
    if extensions - {"craft:work"}:
        yield f"extensions: {sorted(extensions)}"
    work = note.get("craft:work", {})
    if depth(work) > 2 or any(isinstance(value, int | float) for value in _leaves(work)):
        yield "craft:work is deep, or has numbers that are no text"


def _leaves(value: object) -> Iterator[object]:
    """Yield the plain values inside *value*."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def any_collection(document: Document) -> Iterator[str]:
    """A collection counts; a page says of what, and lists its items in an array (WIRE 6)."""
    if kind(document) not in COLLECTIONS:
        return
    key = "orderedItems" if kind(document).startswith("Ordered") else "items"
    if kind(document).endswith("Page"):
        if origin(document.get("partOf")) is None:
            yield f"partOf: {document.get('partOf')!r}"
        if not isinstance(document.get(key), list):
            yield f"{key}: {document.get(key)!r}"
    elif not isinstance(document.get("totalItems"), int):
        yield f"totalItems: {document.get('totalItems')!r}"
