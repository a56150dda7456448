"""What is changed in HTML that is safe already: headings, depth, links that pretend, the line that stands for a quote.

Everything here takes HTML as nh3 writes it: well nested, every attribute in double quotes, no comments.
"""

import re
from collections.abc import Mapping
from html import escape, unescape
from html.parser import HTMLParser

from fedi_artisan.domain.uris import host_of, origin_of

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_DEEPEST = 32
_MOST_WORDS = 50
# Most links are mentions and hashtags: one without a point or colon names no host, and need not be looked at closely.
_LINK = re.compile(r"<a [^>]*>(.*?)</a>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_INNOCENT = re.compile(r"[\s@#]*\w[\w\s@#-]*")
_AROUND = "()[]<>«»\"'’“”,;:!. "


def flattened(html: str) -> str:
    """Return *html* with headings as bold paragraphs, without the tags of what is nested deeper than 32."""
    return _copied(_Flattener(), html)


def honest_links(html: str) -> str:
    """Return *html* with the host behind each link whose words name another (WIRE 10.2 #51), without empty links."""
    innocent = all(_INNOCENT.fullmatch(_TAG.sub("", words)) for words in _LINK.findall(html))
    return html if innocent else _copied(_LinkTeller(), html)


def without_quote_line(html: str) -> str:
    """Return *html* without the words that stand for a quote where none can be shown (`class="quote-inline"`)."""
    return _copied(_QuoteCutter(), html) if "quote-inline" in html else html


class _Copier(HTMLParser):
    """Copies clean HTML as it is; those below say where not."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.pieces: list[str] = []

    def write(self, piece: str) -> None:
        """Copy one tag or text."""
        self.pieces.append(piece)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Copy the tag as nh3 wrote it; a line break opens nothing."""
        if tag == "br":
            self.write("<br>")
        else:
            self.opened(tag, dict(attrs), self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        self.closed(tag)

    def opened(self, _tag: str, _attributes: Mapping[str, str | None], written: str) -> None:
        """Copy a tag that opens an element."""
        self.write(written)

    def closed(self, tag: str) -> None:
        """Copy a tag that closes an element."""
        self.write(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Copy the text, escaped as it is."""
        self.write(data)

    def handle_entityref(self, name: str) -> None:
        """Copy the entity."""
        self.write(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Copy the character reference."""
        self.write(f"&#{name};")


class _Flattener(_Copier):
    """Makes headings bold paragraphs; leaves out the tags of what is nested too deep."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def opened(self, tag: str, _attributes: Mapping[str, str | None], written: str) -> None:
        """Copy the tag, unless it is too deep."""
        self._depth += 1
        if self._depth <= _DEEPEST:
            self.write("<p><strong>" if tag in HEADINGS else written)

    def closed(self, tag: str) -> None:
        """Close what was opened."""
        if self._depth <= _DEEPEST:
            self.write("</strong></p>" if tag in HEADINGS else f"</{tag}>")
        self._depth -= 1


class _LinkTeller(_Copier):
    """Tells the true host at the end of a link whose words name another; leaves out the tags of a link without words.

    What was in such a link is gone, a picture mostly, and nobody could hear or see where it leads. Links stand in links
    where blocks stand between them.
    """

    def __init__(self) -> None:
        super().__init__()
        self._links: list[tuple[int, str]] = []

    def opened(self, tag: str, attributes: Mapping[str, str | None], written: str) -> None:
        """Begin a link."""
        if tag == "a":
            self._links.append((len(self.pieces), attributes.get("href") or ""))
        super().opened(tag, attributes, written)

    def closed(self, tag: str) -> None:
        """End a link, with its host where that must be told."""
        if tag == "a" and self._links:
            begin, href = self._links.pop()
            words = unescape("".join(piece for piece in self.pieces[begin + 1 :] if not piece.startswith("<")))
            host = host_of(href)
            if not words.strip():
                del self.pieces[begin]
                return
            if host and _pretends(words, host) and not words.endswith(f"({host})"):
                self.write(f" ({escape(host)})")
        super().closed(tag)


class _QuoteCutter(_Copier):
    """Leaves out the elements that stand for a quote."""

    def __init__(self) -> None:
        super().__init__()
        self._inside = 0

    def write(self, piece: str) -> None:
        """Copy what is outside."""
        if not self._inside:
            super().write(piece)

    def opened(self, tag: str, attributes: Mapping[str, str | None], written: str) -> None:
        """Enter an element that stands for a quote, or go deeper into it."""
        if self._inside or "quote-inline" in (attributes.get("class") or "").split():
            self._inside += 1
        super().opened(tag, attributes, written)

    def closed(self, tag: str) -> None:
        """Leave it."""
        super().closed(tag)
        self._inside = max(self._inside - 1, 0)


def _copied(copier: _Copier, html: str) -> str:
    """Return what *copier* makes of *html*."""
    copier.feed(html)
    copier.close()
    return "".join(copier.pieces)


def _pretends(words: str, host: str) -> bool:
    """Whether any of the words of a link names a host, and not the one it leads to."""
    return any(_is_elsewhere(word.strip(_AROUND), host) for word in words.split(maxsplit=_MOST_WORDS)[:_MOST_WORDS])


def _is_elsewhere(word: str, host: str) -> bool:
    """Whether *word* names another host than *host*; a handle may as well name a domain above it (WIRE 1.3)."""
    shown = _named_host(word)
    if shown is None or shown.removeprefix("www.") == host.removeprefix("www."):
        return False
    return not (word.startswith("@") and host.endswith(f".{shown}"))


def _named_host(word: str) -> str | None:
    """Return the host that *word* names, if it is an address, with or without scheme, or a whole handle."""
    _, scheme, name = word.rpartition("://")
    if name.startswith("@") and name.count("@") == 1:
        return None  # a short handle, which may have points in it
    for end in "/?#…":
        name = name.partition(end)[0]
    url = f"https://{name.rpartition('@')[2]}"
    origin = origin_of(url)
    if origin is None:
        return None
    last = origin.host.rpartition(".")[2]
    looks_like_one = "." in origin.host and len(last) > 1 and (last.isalpha() or last.startswith("xn--"))
    return host_of(url) if looks_like_one or scheme else None
