"""Where a page for people says that the same thing stands as ActivityStreams: in its head, or beside it in a header.

Source: WIRE 1.5; HTML 4.2.4; RFC 8288 3.
"""

import re
from collections.abc import Iterator

from fedi_artisan.vocab.markup import LONGEST_VALUE, tags

LONGEST_PAGE = 1_000_000
_ACTIVITY_STREAMS = "https://www.w3.org/ns/activitystreams"
# What may stand in a head; any other tag means that the words of the page have begun, and these may be anybody's.
_OF_A_HEAD = frozenset({"html", "head", "meta", "link", "title", "script", "style", "base", "noscript"})
_TARGET = re.compile(r"[\s,]*+<([^>]*+)>")
_PARAMETER = re.compile(r'\s*+;\s*+([^\s=;,"]*+)(?:\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"|([^\s;,"]*+)))?+')


def in_page(page: str) -> str | None:
    """Return the address that the head of an HTML *page* gives, as it is written there."""
    for tag in tags(page[:LONGEST_PAGE]):
        if tag.name not in _OF_A_HEAD or (tag.ends and tag.name == "head"):
            return None
        href = tag.attributes.get("href", "").strip()
        if tag.name == "link" and href and _is_one(tag.words("rel"), tag.attributes.get("type", "")):
            return href
    return None


def in_header(value: str) -> str | None:
    """Return the address that a `Link` header gives; its lines are joined with commas."""
    return next((target for target, rel, kind in _links(value) if _is_one(rel.lower().split(), kind)), None)


def _links(value: str) -> Iterator[tuple[str, str, str]]:
    """Give target, relation and type of each link, as far as they can be read."""
    at = 0
    while (match := _TARGET.match(value, at)) is not None:
        at, given = match.end(), dict[str, str]()
        while (parameter := _PARAMETER.match(value, at)) is not None:
            quoted = parameter[2]
            text = (parameter[3] or "") if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            given.setdefault(parameter[1].lower(), text)
            at = parameter.end()
        if len(match[1]) <= LONGEST_VALUE:
            yield match[1].strip(), given.get("rel", ""), given.get("type", "")


def _is_one(relations: list[str], kind: str) -> bool:
    """Whether a link with these relations and of this media type leads to the same thing as ActivityStreams."""
    name, _, parameters = kind.strip().lower().partition(";")
    name = name.strip()
    told = name == "application/activity+json" or (name == "application/ld+json" and _ACTIVITY_STREAMS in parameters)
    return "alternate" in relations and told
