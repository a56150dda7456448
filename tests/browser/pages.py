"""The table of every kind of page: each stands here once, and is then looked at by every judge and every camera."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fedi_artisan.language import LANGUAGES
from tests.browser.street import Street


class At(StrEnum):
    """Whose house a page is in; the value names the field of Street."""

    ATELIER = "atelier"  # of one artisan
    SHARED = "shared"  # of several


@dataclass(frozen=True, slots=True, kw_only=True)
class PageKind:
    """One kind of page.

    Args:
        name: short, unique; it becomes the name of a test and of a folder of pictures.
        path: where an example of it stands in the street (street.py furnishes it), with its query if it needs one.
        status: with which it comes.
        at: in which house.
        linked: whether links and forms lead there.
    """

    name: str
    path: str
    status: int = 200
    at: At = At.ATELIER
    linked: bool = True

    def url(self, street: Street, language: str | None = None) -> str:
        """Return its address, in *language* if one is chosen."""
        origin = (street.shared if self.at is At.SHARED else street.atelier).config.origin
        chosen = "" if language is None else f"{'&' if '?' in self.path else '?'}lang={language}"
        return f"{origin}{self.path}{chosen}"


# To add a kind of page, add a line; where it needs something to show, furnish it in street.py.
PAGES = (
    PageKind(name="home", path="/"),
    PageKind(name="work", path="/works/jarre-de-lune"),
    PageKind(name="work-in-words", path="/works/a-work-in-words-alone"),
    PageKind(name="tag", path="/tags/porcelain"),
    PageKind(name="series", path="/series/moons"),
    PageKind(name="all-series", path="/series"),
    PageKind(name="works", path="/works"),
    PageKind(name="works-filtered", path="/works?tag=porcelain&availability=available"),
    PageKind(name="works-searched", path="/works?q=bowl"),
    PageKind(name="works-none", path="/works?q=zebra"),
    PageKind(name="page", path="/pages/about"),
    PageKind(name="journal", path="/journal"),
    PageKind(name="post", path="/posts/0kiln000000000000000000000"),
    PageKind(name="post-respond", path="/posts/0kiln000000000000000000000/respond"),
    PageKind(name="label", path="/works/jarre-de-lune/label"),
    PageKind(name="label-small", path="/works/jarre-de-lune/label?size=small"),
    PageKind(name="label-strip", path="/works/jarre-de-lune/label?size=strip"),
    PageKind(name="card", path="/card"),
    PageKind(name="cards", path="/card?sheet=a4"),
    PageKind(name="embed", path="/works/jarre-de-lune/embed", linked=False),
    PageKind(name="follow", path="/follow"),
    PageKind(name="respond", path="/works/jarre-de-lune/respond"),
    PageKind(name="missing", path="/nowhere", status=404),
    PageKind(name="no-such-works", path="/works?tag=nothing", status=404),
    PageKind(name="beyond", path="/works?page=9", status=404),
    PageKind(name="unknown-filter", path="/works?year=soon", status=400),
    PageKind(name="withdrawn", path="/works/withdrawn", status=410),
    PageKind(name="house", path="/", at=At.SHARED),
    PageKind(name="artisan", path="/@jean", at=At.SHARED),
    PageKind(name="follow-whom", path="/follow", at=At.SHARED),
    PageKind(name="columns", path="/@columns", at=At.SHARED),
    PageKind(name="one-by-one", path="/@onebyone", at=At.SHARED),
    PageKind(name="index", path="/@index", at=At.SHARED),
    PageKind(name="all-works", path="/works", at=At.SHARED),
    PageKind(name="beginner", path="/@lea", at=At.SHARED),
)


def in_every_language(street: Street, kinds: Iterable[PageKind] = PAGES) -> dict[str, PageKind]:
    """Return the addresses of these kinds of pages in every language there is."""
    return {kind.url(street, language): kind for kind in kinds for language in LANGUAGES}
