"""What a work is: its facts, how a person writes them, and what a revision may change."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.terms import OwnTerms
from fedi_artisan.domain.texts import check_languages, check_line, check_text
from fedi_artisan.errors import BadInput

LONGEST_TITLE = 200
LONGEST_TEXT = 20_000
LONGEST_FACT = 300
MOST_PHOTOS = 20
MOST_TAGS = 30
MOST_FEATURED = 5

# Thousands in groups of three, all apart by the same mark, or not at all; nobody guesses about money.
_PRICE = re.compile(
    r"(?P<whole>[0-9]{1,3}(?:(?P<apart>[\s.,'’])[0-9]{3}(?:(?P=apart)[0-9]{3})*)?|[0-9]{1,20})"
    r"(?:(?P<point>[.,])(?P<cents>[0-9]{1,2}))?\s*(?P<currency>[A-Z]{3}|€|\$|£)"
)
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
_MEASURE = re.compile(
    r"(?P<kind>[^\W\d_]*|[⌀øØ])\.?\s*(?P<number>[0-9]{1,6}(?:[.,][0-9]{1,3})?)\s*(?P<unit>mm|cm|m|in)?"
)
_KINDS = {
    **dict.fromkeys(("h", "height", "haut", "hauteur"), "height"),
    **dict.fromkeys(("w", "l", "width", "larg", "largeur"), "width"),
    **dict.fromkeys(("d", "p", "depth", "prof", "profondeur"), "depth"),
    **dict.fromkeys(("length", "long", "longueur"), "length"),
    **dict.fromkeys(("⌀", "ø", "diam", "diameter", "diamètre"), "diameter"),
}
_UNNAMED = ("height", "width", "depth")
# Letters that Unicode does not take apart.
_LATIN = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th"})


class Availability(StrEnum):
    """Whether a work can be had."""

    AVAILABLE = "available"
    SOLD = "sold"
    ON_COMMISSION = "on-commission"
    NOT_FOR_SALE = "not-for-sale"


@dataclass(frozen=True, slots=True)
class Price:
    """An amount of money; `currency` is an ISO 4217 code."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Measures in the order they were given: pairs of kind (height, width, depth, length, diameter) and number."""

    measures: tuple[tuple[str, Decimal], ...]
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What is said of a work in one language."""

    title: str
    text: str = ""
    materials: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no page and no server could show.

        Raises:
            BadInput: with what to change.
        """
        check_line("title", self.title, LONGEST_TITLE)
        check_text("text", self.text, LONGEST_TEXT)
        for name, facts in (("material", self.materials), ("technique", self.techniques)):
            for fact in facts:
                check_line(name, fact, LONGEST_FACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the artisan says about a work; every field has been checked.

    Args:
        title, text, materials, techniques: in her `language`.
        others: the same in further languages; what is missing in one of them is not shown in its place.
    """

    title: str
    text: str = ""
    language: str = "en"
    photos: tuple[Photo, ...] = ()
    materials: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    dimensions: Dimensions | None = None
    year: int | None = None
    price: Price | None = None
    availability: Availability | None = None
    series: str | None = None
    tags: tuple[str, ...] = ()
    featured: bool = False
    terms: OwnTerms = field(default_factory=OwnTerms)
    others: Mapping[str, Wording] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what no page and no server could show.

        Raises:
            BadInput: with what to change.
        """
        _ = self.own_wording  # a wording checks itself
        check_languages(self.language, self.others)
        if len(self.photos) > MOST_PHOTOS:
            raise BadInput(f"a work can have up to {MOST_PHOTOS} photographs")
        if len(self.tags) > MOST_TAGS:
            raise BadInput(f"a work can have up to {MOST_TAGS} tags")
        if self.series is not None:
            check_line("series", self.series, LONGEST_TITLE)

    @property
    def own_wording(self) -> Wording:
        """What is said in the language of the work."""
        return Wording(title=self.title, text=self.text, materials=self.materials, techniques=self.techniques)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which the work is described, its own first."""
        return (self.language, *self.others)

    def wording(self, wanted: str) -> tuple[str, Wording]:
        """Return what is said in the language *wanted*, else in the work's own, and which of them it is."""
        other = self.others.get(wanted)
        return (self.language, self.own_wording) if other is None else (wanted, other)

    def tag_named(self, asked: str) -> str:
        """Return the tag that was *asked* for in whatever case of letters, as it is written here."""
        return next((name for name in self.tags if name.casefold() == asked.casefold()), asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesWording:
    """What is said of a series in one language; the text is Markdown."""

    name: str
    text: str = ""

    def __post_init__(self) -> None:
        """Refuse what no page could show.

        Raises:
            BadInput: with what to change.
        """
        check_line("name of the series", self.name, LONGEST_TITLE)
        check_text("text", self.text, LONGEST_TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Works that belong together; name and text are in its language, *others* are the same in further ones."""

    uid: str
    slug: str
    name: str
    text: str = ""
    language: str = "en"
    others: Mapping[str, SeriesWording] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which the series is described, its own first."""
        return (self.language, *self.others)

    def wording(self, wanted: str) -> tuple[str, SeriesWording]:
        """Return what is said in the language *wanted*, else in the series' own, and which of them it is."""
        other = self.others.get(wanted)
        return (self.language, SeriesWording(name=self.name, text=self.text)) if other is None else (wanted, other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A published work with all that is known of it; *position* is its place where the artisan gave it one by hand."""

    id: int
    uid: str
    slug: str
    artisan_id: int
    draft: Draft
    series: Series | None
    published_at: datetime
    updated_at: datetime | None = None
    withdrawn_at: datetime | None = None
    edits: int = 0
    likes: int = 0
    announces: int = 0
    replies: int = 0
    position: int | None = None


def parse_price(text: str) -> Price:
    """Return the price written in *text*, such as "420 EUR", "1 200,50 €".

    Raises:
        BadInput: with how to write it.
    """
    match = _PRICE.fullmatch(text.strip())
    if match is None or (match["point"] is not None and match["point"] == match["apart"]):
        raise BadInput(f'{text!r} is not a price: write an amount and a currency, as "420 EUR"')
    whole = re.sub(r"[^0-9]", "", match["whole"])
    amount = Decimal(f"{whole}.{match['cents'] or '0'}").quantize(Decimal("0.01"))
    if amount >= Decimal(10) ** 10:
        raise BadInput(f"{text!r} is more than any work costs")
    currency = match["currency"]
    return Price(amount, _SIGNS.get(currency, currency))


def parse_dimensions(text: str) -> Dimensions:
    """Return the measures written in *text*: "38 × 37 cm", "H 31,5 × ⌀ 18,5 cm", "120 x 80 x 4 mm".

    Measures without a name are height, width and depth, in the order museums use.

    Raises:
        BadInput: with how to write them.
    """
    wrong = BadInput(f'{text!r} are no dimensions: write them as "38 × 37 cm" or "H 31.5 × ⌀ 18.5 cm"')
    parts = re.split(r"\s*[×xX*]\s*|\s*;\s*", text.strip())
    matches = [_MEASURE.fullmatch(part) for part in parts]
    units = {match["unit"] for match in matches if match and match["unit"]}
    if len(units) != 1 or not 1 <= len(parts) <= len(_UNNAMED):
        raise wrong
    measures: list[tuple[str, Decimal]] = []
    for match in matches:
        if match is None:
            raise wrong
        kind = _KINDS.get(match["kind"].lower()) if match["kind"] else _next_unnamed(measures)
        number = Decimal(match["number"].replace(",", "."))
        if kind is None or number <= 0 or kind in dict(measures):
            raise wrong
        measures.append((kind, number))
    return Dimensions(tuple(measures), units.pop())


def _next_unnamed(measures: list[tuple[str, Decimal]]) -> str | None:
    """Return what a measure without a name is, after these."""
    return next((kind for kind in _UNNAMED if kind not in dict(measures)), None)


def parse_year(text: str) -> int:
    """Return the year written in *text*, from 1000 to 2999.

    Raises:
        BadInput: it is none.
    """
    if re.fullmatch(r"[12][0-9]{3}", text.strip()):
        return int(text)
    raise BadInput(f"{text!r} is not a year: write four digits")


def normal_tag(text: str) -> str:
    """Return *text* as a hashtag without its `#`: only letters, digits and underscores, "wood ash" → "woodash".

    Raises:
        BadInput: nothing of it can stand in a hashtag, or it has no letter.
    """
    tag = "".join(
        letter for letter in unicodedata.normalize("NFC", text).removeprefix("#") if letter.isalnum() or letter == "_"
    )
    if not any(letter.isalpha() for letter in tag) or len(tag) > LONGEST_FACT:
        raise BadInput(f"{text!r} cannot be a tag: it needs at least one letter")
    return tag


def slug_of(title: str) -> str:
    """Return *title* as the last part of an address, "work" where nothing is left.

    >>> slug_of("Jarre de lune n° 14")
    'jarre-de-lune-n-14'
    """
    latin = title.lower().translate(_LATIN)
    letters = [letter for letter in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(letter)]
    return re.sub(r"[^a-z0-9]+", "-", "".join(letters).lower()).strip("-")[:80].strip("-") or "work"
