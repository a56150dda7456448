"""Whether HTML is safe to show: judged by the parser of the HTML standard (html5lib), with nothing of ours.

Source: WIRE 10.4; HTML 13.2 (how browsers read whatever they are given).
"""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib

_POST = frozenset(
    {"p", "br", "a", "span", "strong", "em", "b", "i", "u", "del", "code", "pre", "blockquote", "ul", "ol", "li"}
)
FOREIGN = _POST | {"s", "ruby", "rt", "rp"}
PAGE = _POST | {"s", "h2", "h3", "h4", "hr", "table", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = frozenset({"class", "href", "lang", "rel", "start", "target"})
_CLASSES = frozenset({"mention", "hashtag", "u-url", "h-card", "invisible", "ellipsis", "quote-inline"})


def assert_safe(html: str, tags: Collection[str], *, schemes: Collection[str] = ("http", "https")) -> None:
    """Hold that *html*, put into a page, shows these elements alone, and leads to addresses of these schemes alone."""
    # Where a closing tag too many stood, the marks around it would be torn apart.
    page: Any = html5lib.parse(f"<main><i id=before></i>{html}<i id=after></i></main>", namespaceHTMLElements=False)
    main = page.find("body/main")
    assert main is not None, "the page around it is gone"
    marks = [child.get("id") for child in main if child.get("id")]
    assert marks == ["before", "after"], "it does not stay where it is put"
    assert len(page.find("body")) == 1, "something is put outside"
    for element in main.iter():
        if element is not main and element.get("id") is None:
            _judge(element, tags, schemes)


def same(one: str, other: str) -> bool:
    """Whether two pieces of HTML are the same to whoever reads them: attributes may stand in another order.

    A link that leads nowhere opens nowhere, whether it says so or not.
    """
    return _read(one) == _read(other)


def _read(html: str) -> list[tuple[str, dict[str, str], str, str]]:
    page: Any = html5lib.parse(html, namespaceHTMLElements=False)
    read = []
    for element in page.iter():
        attributes = {name: value for name, value in element.items() if name != "target" or element.get("href")}
        read.append((str(element.tag), attributes, element.text or "", element.tail or ""))
    return read


def _judge(element: Element, tags: Collection[str], schemes: Collection[str]) -> None:
    assert isinstance(element.tag, str), "a comment or a declaration"
    assert element.tag in tags, f"<{element.tag}>"
    assert _ATTRIBUTES.issuperset(element.keys()), f"attributes of <{element.tag}>"
    assert _CLASSES.issuperset(element.get("class", "").split()), "a class of somebody else's"
    href = element.get("href")
    if href is not None:
        assert element.tag == "a", f"a link of <{element.tag}>"
        assert "noopener" in element.get("rel", ""), "a link without rel"
        # Browsers take spaces and control signs away before they look.
        plain = "".join(sign for sign in href if sign > " ")
        assert urlsplit(plain).scheme.lower() in schemes, "a link to somewhere else"
