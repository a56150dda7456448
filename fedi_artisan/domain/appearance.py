"""How an artisan's pages look: layout, colour, typefaces, order, and what the home shows."""

import re
from dataclasses import dataclass
from enum import StrEnum

from fedi_artisan.errors import BadInput

_COLOUR = re.compile(r"#[0-9a-f]{6}")


class Layout(StrEnum):
    """How works stand on a page."""

    WALL = "wall"  # rows of the same height
    COLUMNS = "columns"  # columns of the same width
    ONE_BY_ONE = "one-by-one"  # one below the other, as wide as the page
    INDEX = "index"  # a list of words with small pictures


class Typeface(StrEnum):
    """Which two faces speak: one for titles, one for the rest; all are on visitors' machines already."""

    BOOK = "book"  # an old-style serif and a humanist sans
    PLAIN = "plain"  # one neo-grotesque for everything
    STUDIO = "studio"  # a geometric sans and a serif for reading


class Order(StrEnum):
    """In which order works stand."""

    DATE = "date"  # the newest first
    HAND = "hand"  # as the artisan arranged them; what she has not placed yet comes first


class Home(StrEnum):
    """What the first page shows below the artisan's words."""

    ALL = "all"  # all works
    FEATURED = "featured"  # those she chose to show first
    SERIES = "series"  # her series


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """How an artisan's pages look; *accent* is "#rrggbb" in lower case, None the usual clay."""

    layout: Layout = Layout.WALL
    accent: str | None = None
    typeface: Typeface = Typeface.BOOK
    order: Order = Order.DATE
    home: Home = Home.ALL

    def __post_init__(self) -> None:
        """Refuse what is no colour.

        Raises:
            BadInput: with how to write it.
        """
        if self.accent is not None and not _COLOUR.fullmatch(self.accent):
            raise BadInput("{accent!r} is no colour; write it as #8c4426", accent=self.accent)
