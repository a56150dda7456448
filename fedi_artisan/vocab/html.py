"""How HTML is made safe, and how the artisan's Markdown becomes HTML for her page and for other servers.

The last word on safety is always nh3's; what this file does by hand only makes less of what nh3 let through.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from typing import cast

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from fedi_artisan.domain.uris import origin_of
from fedi_artisan.vocab.rewriting import HEADINGS, flattened, honest_links
from fedi_artisan.vocab.shorten import shorten

RenderRule = Callable[..., str]
# What becomes of the tokens of a text before they are written.
Linking = Callable[[list[Token]], list[Token]]

LONGEST_HTML = 20_000
_MOST_TAGS_OF_SHALLOW = 64
_BLOCKS = HEADINGS | {"p", "blockquote", "pre", "ul", "ol", "li", "table", "tr"}
# The elements that every server shows (WIRE 4.2), and those that we show of others (WIRE 10.4).
_POST_TAGS = frozenset(
    {"p", "br", "a", "span", "strong", "em", "b", "i", "u", "del", "code", "pre", "blockquote", "ul", "ol", "li"}
)
_FOREIGN_TAGS = _POST_TAGS | {"s", "ruby", "rt", "rp"}
_PAGE_TAGS = _POST_TAGS | {"s", "h2", "h3", "h4", "hr", "table", "thead", "tbody", "tr", "th", "td"}
_DROPPED_WITH_CONTENT = frozenset({"script", "style", "math", "svg", "template", "iframe", "object"})
_INLINE_CLASSES = frozenset({"mention", "hashtag", "u-url", "h-card", "invisible", "ellipsis", "quote-inline"})
_CLASSES = {"a": _INLINE_CLASSES, "span": _INLINE_CLASSES, "p": frozenset({"quote-inline"})}

# As HTML divides classes; Python knows more that divide.
_SPACES = re.compile(r"[ \t\n\f\r]+")
_FOREIGN_REL = "nofollow noopener ugc"
_POST_REL = "nofollow noopener"
# HTML lets an unclosed <b> go on in every later paragraph, so that 20 kB of tags can unfold to hundreds of megabytes.
_FORMATTING = re.compile(r"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/>]", re.IGNORECASE)
_MOST_UNFOLDING = 100_000


def sanitise(html: str) -> str:
    """Return foreign *html* with nothing left in it but what WIRE 10.4 lists; headings become bold paragraphs.

    A link whose words are an address on another host tells its own (WIRE 10.2 #51). A paragraph may have one class
    beyond the list: where a quote is shown, its words are found by that (Mastodon writes so).
    Read are the first 20,000 characters; elements nested deeper than 32 lose their tags. It never raises: what the
    parser cannot stand comes back as plain text (WIRE 10.2 #49).
    """
    sound = _sound(html[:LONGEST_HTML])
    clean = _as_text(sound) if _may_unfold(sound) else _or_as_text(_sanitise, sound)
    # What has unfolded on the way would come back as text another time.
    return _as_text(sound) if _may_unfold(clean) else clean


def _may_unfold(html: str) -> bool:
    """Whether *html* could become far more than it is."""
    return len(_FORMATTING.findall(html)) * html.count("<") > _MOST_UNFOLDING


def plain_text(html: str) -> str:
    """Return the words of *html*: one line for each paragraph, without empty lines."""
    reader = _Words()
    reader.feed(sanitise(html))
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).splitlines())
    return "\n".join(line for line in lines if line)


def page_html(markdown: str) -> str:
    """Return the artisan's *markdown* for our own page; HTML in it is shown as text, pictures as their words.

    Headings begin below that of the page and leave out no level, however she counts them.
    """
    tokens = _MARKDOWN.parse(_sound(markdown))
    above: list[str] = []
    for token in tokens:
        if token.type == "heading_open":
            above = [*(tag for tag in above if tag < token.tag), token.tag]
        if token.tag in HEADINGS:
            token.tag = f"h{min(len(above) + 1, 4)}"
    return _PAGE_CLEANER.clean(_rendered(tokens, {}))


def post_html(markdown: str, *, longest: int, linking: Linking = list) -> str:
    """Return the artisan's *markdown* for other servers: only what all of them show, on one line (WIRE 4.2).

    Headings become bold paragraphs, rows of tables become paragraphs, pictures become their words. Over *longest*
    characters of text it ends after a whole paragraph or sentence, with "…".
    """
    html = _rendered(linking(shorten(_MARKDOWN.parse(_sound(markdown)), longest)), _POST_RULES)
    return _in_new_tab(_POST_CLEANER.clean(html.replace("\n", "").replace("\t", " ")), _POST_REL)


def _sound(text: str) -> str:
    """Return *text* with a question mark for each half of a character, which JSON can carry and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _as_text(html: str) -> str:
    """Return *html* as text in a paragraph, tags and all, written as nh3 writes text."""
    return _LAST_CLEANER.clean(f"<p>{escape(html)}</p>")


def _or_as_text(clean: Callable[[str], str], html: str) -> str:
    """Return clean(html), or *html* as text if that fails in whatever way."""
    try:
        return clean(html)
    except BaseException as error:
        # A boundary: a panic in nh3's Rust is not even an Exception, and one reply must not spoil a whole page.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        return _as_text(html)


def _sanitise(html: str) -> str:
    """Return *html* cleaned and, where it has headings or may be deep, flattened and cleaned again."""
    clean = _FIRST_CLEANER.clean(html)
    if "<h" in clean or clean.count("<") > _MOST_TAGS_OF_SHALLOW:
        clean = _LAST_CLEANER.clean(flattened(clean))
    return _in_new_tab(honest_links(clean), _FOREIGN_REL)


def _in_new_tab(clean: str, rel: str) -> str:
    """Return *clean* HTML with a target on each link: nh3 would add it, but now before and now after its `rel`.

    The order must not change, or an unchanged text would look edited. A tag's end cannot stand in text: ">" is escaped.
    """
    return clean.replace(f'rel="{rel}">', f'rel="{rel}" target="_blank">')


def _plain_attribute(tag: str, attribute: str, value: str) -> str | None:
    """Return the attribute's value, or None for a link to something that is no plain address, and for no class."""
    if attribute == "class":
        return None if _CLASSES.get(tag, frozenset()).isdisjoint(_SPACES.split(value)) else value
    return None if attribute == "href" and origin_of(value) is None else value


def _foreign_cleaner(tags: frozenset[str]) -> nh3.Cleaner:
    """Return what leaves only *tags*, and of their attributes what WIRE 10.4 lists."""
    return nh3.Cleaner(
        tags=set(tags),
        clean_content_tags=set(_DROPPED_WITH_CONTENT),
        attributes={"a": {"href"}, "ol": {"start"}, "*": {"lang"}},
        allowed_classes={tag: set(names) for tag, names in _CLASSES.items()},
        attribute_filter=_plain_attribute,
        url_schemes={"http", "https"},
        link_rel=_FOREIGN_REL,
    )


# HTML in Markdown is text; tables and ~~struck~~ words are read as everywhere.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_FIRST_CLEANER = _foreign_cleaner(_FOREIGN_TAGS | HEADINGS)
_LAST_CLEANER = _foreign_cleaner(_FOREIGN_TAGS)
_PAGE_CLEANER = nh3.Cleaner(
    tags=set(_PAGE_TAGS),
    attributes={"a": {"href"}, "ol": {"start"}, "*": set()},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener",
)
_POST_CLEANER = nh3.Cleaner(
    tags=set(_POST_TAGS),
    attributes={"a": {"href"}, "*": set()},
    allowed_classes={"a": set(_INLINE_CLASSES), "span": set(_INLINE_CLASSES)},
    attribute_filter=_plain_attribute,
    url_schemes={"http", "https"},
    link_rel=_POST_REL,
)


class _Words(HTMLParser):
    """Takes clean HTML and keeps its words, with a line end where a block or a line ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        """Begin a new line before a block and at a line break."""
        if tag == "br" or tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Begin a new line after a block."""
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep the words; a line end in the source is only a space."""
        self.pieces.append(" ".join(data.splitlines()) if "\n" in data else data)


def _rendered(tokens: Sequence[Token], rules: Mapping[str, RenderRule]) -> str:
    """Return the HTML of Markdown *tokens*, those that *rules* names written by them, pictures as their words."""
    renderer = RendererHTML()
    cast("dict[str, RenderRule]", renderer.rules).update({"image": _picture_words, **rules})
    return renderer.render(tokens, _MARKDOWN.options, {})


def _picture_words(tokens: Sequence[Token], index: int, *_: object) -> str:
    """Return what a picture shows, in its author's words."""
    return escape(tokens[index].content)


def _literally(html: str) -> RenderRule:
    """Return the rule that writes *html* in place of a token."""
    return lambda *_: html


def _code(tokens: Sequence[Token], index: int, *_: object) -> str:
    """Return a block of code whose lines are broken by elements, as line ends do not travel."""
    lines = escape(tokens[index].content.rstrip("\n")).replace("\t", "    ").replace("\n", "<br>")
    return f"<pre><code>{lines}</code></pre>"


def _cell(tokens: Sequence[Token], index: int, *_: object) -> str:
    """Return what stands between two cells of a row."""
    return "" if tokens[index - 1].type == "tr_open" else " · "


_WRITTEN = {
    "softbreak": " ",
    "hardbreak": "<br>",
    "hr": "",
    "heading_open": "<p><strong>",
    "heading_close": "</strong></p>",
    "s_open": "<del>",
    "s_close": "</del>",
    "tr_open": "<p>",
    "tr_close": "</p>",
    **dict.fromkeys((f"{part}_{side}" for part in ("table", "thead", "tbody") for side in ("open", "close")), ""),
    **dict.fromkeys(("th_close", "td_close"), ""),
}
_POST_RULES: dict[str, RenderRule] = {
    **{name: _literally(html) for name, html in _WRITTEN.items()},
    **dict.fromkeys(("fence", "code_block"), _code),
    **dict.fromkeys(("th_open", "td_open"), _cell),
}
