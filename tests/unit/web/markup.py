"""Reading pages in tests."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr"})


@dataclass(slots=True)
class Element:
    """One element with its attributes and all text in it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass(slots=True)
class Page:
    """The elements of a page, in the order they begin."""

    elements: list[Element] = field(default_factory=list)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Return the elements *tag* with these attributes; `class_` names one of its classes."""
        name = attributes.pop("class_", None)
        return [
            element
            for element in self.elements
            if element.tag == tag
            and attributes.items() <= element.attributes.items()
            and (name is None or name in element.attributes.get("class", "").split())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        """Return the only such element."""
        (element,) = self.all(tag, **attributes)
        return element

    def meta(self, name: str) -> str:
        """Return the content of the only meta element with this name or property."""
        (element,) = [
            element
            for element in self.all("meta")
            if name in {element.attributes.get("name"), element.attributes.get("property")}
        ]
        return element.attributes["content"]


class _Reader(HTMLParser):
    """Collects elements; each open one collects the text in it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.page.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """End the innermost open element, which must be the one named: pages are well formed."""
        assert self._open, f"</{tag}> ends nothing"
        assert self._open[-1].tag == tag, f"</{tag}> ends {self._open[-1].tag}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        """Give the text to every open element."""
        for element in self._open:
            element.text += data

    def close(self) -> None:
        """End the reading; nothing may be open."""
        super().close()
        assert not self._open, f"<{self._open[-1].tag}> is never closed"


def read(html: str) -> Page:
    """Return the page in *html*, which must be well formed."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page
