"""The links of a page that say: this is me as well.

Source: microformats.org/wiki/rel-me; HTML 4.6.7.
"""

from html.parser import HTMLParser

LONGEST_PAGE = 500_000
_LONGEST_URL = 2_000


def rel_me(page: str) -> frozenset[str]:
    """Return where the links of an HTML *page* lead that have `rel="me"`, as they are written there."""
    reader = _Links()
    reader.feed(page[:LONGEST_PAGE])
    return frozenset(reader.found)


class _Links(HTMLParser):
    """Gathers them; a class because the parser calls back."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        if tag not in {"a", "link"}:
            return
        given = dict(reversed(attrs))  # of an attribute that comes twice, the first counts
        url = (given.get("href") or "").strip()
        if url and len(url) <= _LONGEST_URL and "me" in (given.get("rel") or "").lower().split():
            self.found.add(url)
