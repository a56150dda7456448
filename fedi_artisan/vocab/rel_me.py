"""The links of a page that say: this is me as well.

Source: microformats.org/wiki/rel-me; HTML 4.6.7.
"""

from fedi_artisan.vocab.markup import tags

LONGEST_PAGE = 500_000


def rel_me(page: str) -> frozenset[str]:
    """Return where the links of an HTML *page* lead that have `rel="me"`, as they are written there."""
    links = (tag for tag in tags(page[:LONGEST_PAGE]) if tag.name in {"a", "link"} and "me" in tag.words("rel"))
    found = (tag.attributes.get("href", "").strip() for tag in links)
    return frozenset(url for url in found if url)
