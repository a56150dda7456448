"""How what an artisan says becomes HTML: the people, tags and addresses that she names become links."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from markdown_it.token import Token

from fedi_artisan.domain.posts import HANDLE, LONGEST_POST, Mention
from fedi_artisan.domain.uris import origin_of
from fedi_artisan.vocab.html import post_html

MOST_HASHTAGS = 30
LONGEST_HASHTAG = 60
# Each is many times longer than what is typed, and other servers read 64 KB.
_MOST_LINKS = 60
_NAMED = re.compile(
    r"(?P<url>https?://[^\s<>\"]+[^\s<>\"'.,;:!?)\]}»”’])"
    rf"|(?P<handle>{HANDLE})"
    r"|(?<![\w&/#])#(?P<tag>\w*[^\W\d_]\w*)"
)
# How links are written for other servers; it cannot stand in a text, where ">" and the like are escaped.
_ELSEWHERE = ' rel="nofollow noopener" target="_blank"'
_BREAK = Token("hardbreak", "br", 0)


@dataclass(frozen=True, slots=True)
class Said:
    """What was said: as HTML on one line, safe to show, and the tags in it as they are written."""

    html: str
    hashtags: tuple[str, ...]


def read(markdown: str, mentions: Sequence[Mention], tag_url: Callable[[str], str]) -> Said:
    """Return *markdown* with links to those of *mentions* that it names, to its tags, and to its addresses.

    A line that ends is a line that ends, as people write messages.
    """
    linker = _Linker({one.handle.casefold(): one for one in mentions}, tag_url)
    html = post_html(markdown, longest=LONGEST_POST, linking=linker.link)
    return Said(html, tuple(linker.hashtags.values()))


def page_of(markdown: str, mentions: Sequence[Mention], tag_url: Callable[[str], str]) -> str:
    """Return *markdown* as `read` does, for our own page: links open in its place, as all others there."""
    return read(markdown, mentions, tag_url).html.replace(_ELSEWHERE, ' rel="noopener"')


def quoted_html(uri: str | None) -> str:
    """Return the paragraph about a quote for servers that know of none; the others leave it out."""
    if uri is None or origin_of(uri) is None:
        return ""
    address = escape(uri)
    link = f'<a href="{address}" rel="nofollow noopener" target="_blank">{address}</a>'
    return f'<p class="quote-inline">RE: {link}</p>'


class _Linker:
    """Makes links of the words in Markdown tokens, up to so many, and keeps the tags that it met."""

    def __init__(self, people: Mapping[str, Mention], tag_url: Callable[[str], str]) -> None:
        self.hashtags: dict[str, str] = {}
        self._people = people
        self._tag_url = tag_url
        self._left = _MOST_LINKS

    def link(self, tokens: list[Token]) -> list[Token]:
        """Return block *tokens* with links in their texts."""
        return [token.copy(children=[*self._inline(token.children)]) if token.children else token for token in tokens]

    def _inline(self, children: Sequence[Token]) -> Iterator[Token]:
        """Yield inline tokens; what is a link already stays as it is."""
        depth = 0
        for child in children:
            depth += child.nesting if child.type.startswith("link_") else 0
            if child.type == "softbreak":
                yield _BREAK
            elif child.type == "text" and not depth:
                yield from self._text(child.content)
            else:
                yield child

    def _text(self, text: str) -> Iterator[Token]:
        """Yield the tokens of a text."""
        done = 0
        for match in _NAMED.finditer(text):
            linked = self._linked(match) if self._left else []
            if linked:
                self._left -= 1
                yield _text(text[done : match.start()])
                yield from linked
                done = match.end()
        yield _text(text[done:])

    def _linked(self, match: re.Match[str]) -> list[Token]:
        """Return what stands for one name, none where it is only words."""
        if match["url"]:
            return _link(match["url"], "", _text(match["url"])) if origin_of(match["url"]) is not None else []
        if match["tag"]:
            return self._hashtag(match["tag"])
        person = self._people.get(match["handle"].casefold())
        if person is None:
            return []
        name = person.handle[1:].partition("@")[0]
        return _span("h-card", *_link(person.url or person.uri, "u-url mention", _text("@"), *_span("", _text(name))))

    def _hashtag(self, name: str) -> list[Token]:
        """Return the link of a tag, and keep the tag."""
        if len(name) > LONGEST_HASHTAG or (
            name.casefold() not in self.hashtags and len(self.hashtags) >= MOST_HASHTAGS
        ):
            return []
        kept = self.hashtags.setdefault(name.casefold(), name)
        return _link(self._tag_url(quote(kept)), "mention hashtag", _text("#"), *_span("", _text(name)))


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _link(href: str, kind: str, *inner: Token) -> list[Token]:
    attrs: dict[str, str | int | float] = {"href": href, **({"class": kind} if kind else {})}
    return [Token("link_open", "a", 1, attrs=attrs), *inner, Token("link_close", "a", -1)]


def _span(kind: str, *inner: Token) -> list[Token]:
    attrs: dict[str, str | int | float] = {"class": kind} if kind else {}
    return [Token("span_open", "span", 1, attrs=attrs), *inner, Token("span_close", "span", -1)]
