"""The tags of a page that somebody else wrote, in the time that it takes to read the page once.

The parser of the standard library takes minutes for a hundred kilobytes of tags that never end (WIRE 10.2 #45), so that
it is never given a page of others. Here every sign is looked at a fixed number of times, whatever the page is.

Source: HTML 13.2.5, as far as tags, comments and elements of plain text go.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape

MOST_ATTRIBUTES = 50
LONGEST_VALUE = 2_000
# All of these give nothing back once they have taken it, so that none of them can be made to try again and again.
_TAG = re.compile(r"<(/?+)([A-Za-z][^\s/>]*+)")
_BETWEEN = re.compile(r"[\s/]*+")
_NAME = re.compile(r"=?+[^\s/>=]*+")
_EQUALS = re.compile(r"\s*+=\s*+")
_BARE = re.compile(r"[^\s>]*+")
# What stands in them is text, tags and all, for whoever runs scripts.
_TEXTS = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript")
}


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: its name in lower case, whether it ends an element, its attributes; the first of each name counts."""

    name: str
    ends: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)

    def words(self, name: str) -> list[str]:
        """Return the words of an attribute, in lower case."""
        return self.attributes.get(name, "").lower().split()


def tags(page: str) -> Iterator[Tag]:
    """Give the tags of *page* in their order, as far as it can be read: what is never closed ends it."""
    at = page.find("<")
    while at >= 0:
        match = _TAG.match(page, at)
        if match is None:
            at = page.find("<", _after_other(page, at))
            continue
        attributes, end = _attributes(page, match.end())
        if end < 0:
            return
        name, ends = match[2].lower(), bool(match[1])
        yield Tag(name, ends, attributes)
        if not ends and name in _TEXTS:
            closing = _TEXTS[name].search(page, end)
            end = len(page) if closing is None else closing.start()
        at = page.find("<", end)


def _after_other(page: str, at: int) -> int:
    """Return where it goes on after a "<" at *at* that begins no tag: a comment, a declaration, or a mere sign."""
    if page.startswith("<!--", at):
        return _behind(page, "-->", at + 2)  # as in "<!-->", which is a whole comment
    if page.startswith(("<!", "<?", "</"), at):
        return _behind(page, ">", at)
    return at + 1


def _behind(page: str, closing: str, at: int) -> int:
    """Return where it goes on behind the next *closing*, or the end of the page."""
    end = page.find(closing, at)
    return len(page) if end < 0 else end + len(closing)


def _attributes(page: str, at: int) -> tuple[dict[str, str], int]:
    """Return the attributes of a tag whose name ends at *at*, and where the tag ends; -1 where it does not."""
    found: dict[str, str] = {}
    while True:
        at = _end(_BETWEEN, page, at)
        if at == len(page):
            return found, -1
        if page[at] == ">":
            return found, at + 1
        name_end = _end(_NAME, page, at)
        name, value, at = page[at:name_end].lower(), "", name_end
        equals = _EQUALS.match(page, at)
        if equals is not None:
            value, at = _value(page, equals.end())
            if at < 0:
                return found, -1
        if name not in found and len(found) < MOST_ATTRIBUTES and len(value) <= LONGEST_VALUE:
            found[name] = unescape(value)


def _value(page: str, at: int) -> tuple[str, int]:
    """Return the value that begins at *at*, quoted or bare, and where it goes on after it; -1 where a quote is open."""
    quote = page[at : at + 1]
    if quote not in {'"', "'"}:
        end = _end(_BARE, page, at)
        return page[at:end], end
    end = page.find(quote, at + 1)
    return ("", -1) if end < 0 else (page[at + 1 : end], end + 1)


def _end(pattern: re.Pattern[str], page: str, at: int) -> int:
    """Return where *pattern*, which also fits nothing at all, ends that begins at *at*."""
    match = pattern.match(page, at)
    return at if match is None else match.end()
