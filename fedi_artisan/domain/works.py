"""What a work is: its facts, and what is said of it in each language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.policies import OwnPolicy
from fedi_artisan.domain.terms import OwnTerms
from fedi_artisan.domain.texts import check_languages, check_line, check_text, say
from fedi_artisan.errors import BadInput

LONGEST_TITLE = 200
LONGEST_TEXT = 20_000
LONGEST_FACT = 300
MOST_PHOTOS = 20
MOST_TAGS = 30
MOST_FEATURED = 5
LARGEST_EDITION = 99_999


class Availability(StrEnum):
    """Whether a work can be had."""

    AVAILABLE = "available"
    SOLD = "sold"
    ON_COMMISSION = "on-commission"
    NOT_FOR_SALE = "not-for-sale"


class Audience(StrEnum):
    """Who sees a work; the database says the same of its rows (migrations/0004_audience.sql)."""

    EVERYONE = "everyone"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    WEB = "web"
    FEDIVERSE = "fediverse"

    @property
    def opens(self) -> bool:
        """Whether its page opens, for whoever has the link."""
        return self is not Audience.FOLLOWERS

    @property
    def listed(self) -> bool:
        """Whether it stands in what visitors and search engines find here: lists, feeds, the sitemap."""
        return self in {Audience.EVERYONE, Audience.WEB}

    @property
    def sent(self) -> bool:
        """Whether other servers are told of it."""
        return self is not Audience.WEB

    @property
    def documented(self) -> bool:
        """Whether any other server can read it at its id."""
        return self.opens and self.sent

    @property
    def collected(self) -> bool:
        """Whether it stands in what other servers find here: the outbox, and collections of works."""
        return self in {Audience.EVERYONE, Audience.FEDIVERSE}

    def can_become(self, other: "Audience") -> bool:
        """Whether a published work can have the audience *other* instead: nobody unlearns what she was told."""
        return self is other or self is Audience.WEB or (self.documented and other.documented)


@dataclass(frozen=True, slots=True)
class Edition:
    """One of several of a kind: which, where that is said, and of how many.

    Raises:
        BadInput: there can be no such one.
    """

    number: int | None
    size: int

    def __post_init__(self) -> None:
        """Refuse what cannot be counted."""
        if not 1 <= self.size <= LARGEST_EDITION:
            raise BadInput("an edition has from 1 to {most} pieces", most=LARGEST_EDITION)
        if self.number is not None and not 1 <= self.number <= self.size:
            raise BadInput("an edition of {size} has no number {number}", size=self.size, number=self.number)


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
        check_line(say("title"), self.title, LONGEST_TITLE)
        check_text(say("text"), self.text, LONGEST_TEXT)
        for name, facts in ((say("material"), self.materials), (say("technique"), self.techniques)):
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
    audience: Audience = Audience.EVERYONE
    edition: Edition | None = None
    policy: OwnPolicy = field(default_factory=OwnPolicy)

    def __post_init__(self) -> None:
        """Refuse what no page and no server could show.

        Raises:
            BadInput: with what to change.
        """
        _ = self.own_wording  # a wording checks itself
        check_languages(self.language, self.others)
        if len(self.photos) > MOST_PHOTOS:
            raise BadInput("a work can have up to {most} photographs", most=MOST_PHOTOS)
        if len(self.tags) > MOST_TAGS:
            raise BadInput("a work can have up to {most} tags", most=MOST_TAGS)
        if self.series is not None:
            check_line(say("series"), self.series, LONGEST_TITLE)

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
        check_line(say("name of the series"), self.name, LONGEST_TITLE)
        check_text(say("text"), self.text, LONGEST_TEXT)


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
    """A published work with all that is known of it.

    Args:
        published_at: its date, which may have been given by hand.
        told_at: when followers were told of it; None where they were not, as of a work that got a past date.
        position: its place where the artisan gave it one by hand.
        closed: whether it is too old to be answered.
    """

    id: int
    uid: str
    slug: str
    artisan_id: int
    draft: Draft
    series: Series | None
    published_at: datetime
    told_at: datetime | None = None
    updated_at: datetime | None = None
    withdrawn_at: datetime | None = None
    edits: int = 0
    likes: int = 0
    announces: int = 0
    replies: int = 0
    position: int | None = None
    closed: bool = False

    @property
    def open_since(self) -> datetime:
        """Since when it can be answered: its date, or where others were told of it later, that moment."""
        return self.published_at if self.told_at is None else max(self.published_at, self.told_at)
