"""Pages that an artisan writes herself: about, prices, a legal notice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fedi_artisan.domain.texts import check_languages, check_line, check_text, say

LONGEST_TITLE = 120
LONGEST_TEXT = 50_000
MOST_PAGES = 30


class Place(StrEnum):
    """From where every page of an artisan leads to one that she wrote."""

    MENU = "menu"
    FOOTER = "footer"  # a legal notice stands there in most countries
    NOWHERE = "nowhere"  # whoever knows its address can read it


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWording:
    """What a page says in one language; the text is Markdown."""

    title: str
    text: str

    def __post_init__(self) -> None:
        """Refuse what could not be shown.

        Raises:
            BadInput: with what to change.
        """
        check_line(say("title"), self.title, LONGEST_TITLE)
        check_text(say("text"), self.text, LONGEST_TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDraft:
    """What a page is to say: in its language, and in further ones (*others*); and from where others lead to it."""

    title: str
    text: str
    language: str = "en"
    others: Mapping[str, PageWording] = field(default_factory=dict)
    place: Place = Place.MENU

    def __post_init__(self) -> None:
        """Refuse what could not be shown.

        Raises:
            BadInput: with what to change.
        """
        _ = self.own_wording  # a wording checks itself
        check_languages(self.language, self.others)

    @property
    def own_wording(self) -> PageWording:
        """What is said in the language of the page."""
        return PageWording(title=self.title, text=self.text)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which the page can be read, its own first."""
        return (self.language, *self.others)

    def wording(self, wanted: str) -> tuple[str, PageWording]:
        """Return what is said in the language *wanted*, else in the page's own, and which of them it is."""
        other = self.others.get(wanted)
        return (self.language, self.own_wording) if other is None else (wanted, other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as it stands; *position* orders the menu."""

    id: int
    uid: str
    slug: str
    artisan_id: int
    draft: PageDraft
    position: int
    created_at: datetime
    updated_at: datetime
