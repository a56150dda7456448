"""Which works a visitor asks for: what can be asked, and how an address says it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from fedi_artisan.domain.works import Availability
from fedi_artisan.errors import BadInput, NoSuchWorks

LONGEST_SEARCH = 200
LONGEST_VALUE = 300
_NOTHING = (None, "")  # is asked for; the year 0 is something
_YEAR = re.compile(r"[0-9]{4}")
# Control characters, halves of characters, and what is no character.
_UNREADABLE = ("Cc", "Cs", "Cn")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Letters that Unicode does not take apart, and that people write both ways.
_APART = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ẞ": "SS"})
# What French puts before a vowel is no word to look for: "l’émail" is "émail".
_ELIDED = re.compile(r"\b(?:[cdjlmnst]|qu)['’]", re.IGNORECASE)


class Facet(StrEnum):
    """By what works can be filtered; the value is the name of the parameter."""

    SERIES = "series"
    MATERIAL = "material"
    AVAILABILITY = "availability"
    YEAR = "year"
    TAG = "tag"
    ARTISAN = "artisan"


SEARCH = "q"
PARAMETERS: tuple[str, ...] = (SEARCH, *(facet.value for facet in Facet))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What works must have to be shown, all of it together; what is empty is not asked for.

    Args:
        q: words, in whatever language.
        series: the last part of the address of one.
        tag: in whatever case of letters.
        material: in whichever language of the work, in whatever case of letters, with accents or without.
        availability: whether they can be had.
        year: in which they were made.
        artisan: the user name of who made them.
    """

    q: str = ""
    series: str = ""
    tag: str = ""
    material: str = ""
    availability: Availability | None = None
    year: int | None = None
    artisan: str = ""

    def __post_init__(self) -> None:
        """Refuse what nobody could look for.

        Raises:
            BadInput: with what to do instead.
        """
        if len(self.q) > LONGEST_SEARCH:
            raise BadInput("This is too long to search for. Try a few words: up to 200 characters are possible.")
        for text in (self.q, self.series, self.tag, self.material, self.artisan):
            if len(text) > LONGEST_VALUE:
                raise BadInput("This address is too long to be understood.")
            if any(letter == _REPLACEMENT or unicodedata.category(letter) in _UNREADABLE for letter in text):
                raise BadInput("There are characters in this address that cannot be read.")

    @property
    def asked(self) -> Mapping[str, str]:
        """What is asked for, by the names of the parameters, in the order in which addresses have them."""
        values = {name: getattr(self, name) for name in PARAMETERS}
        return {name: str(value) for name, value in values.items() if value not in _NOTHING}

    @property
    def facets(self) -> tuple[Facet, ...]:
        """By what the works are filtered, besides words."""
        return tuple(facet for facet in Facet if getattr(self, facet) not in _NOTHING)

    @property
    def words(self) -> tuple[str, ...]:
        """The words to look for, each once, nothing but letters, their marks, and digits."""
        apart = _ELIDED.sub(" ", self.q).translate(_APART)
        letters = (letter if letter.isalnum() or _is_mark(letter) else " " for letter in apart)
        return tuple(dict.fromkeys("".join(letters).split()))

    def without(self, facet: Facet) -> "Filter":
        """Return the same without what it asks of this *facet*."""
        nothing: Any = None if facet in {Facet.AVAILABILITY, Facet.YEAR} else ""
        return replace(self, **{facet: nothing})


def parse_filter(given: Iterable[tuple[str, str]]) -> Filter:
    """Return what the parameters of an address ask for; those of other names are not looked at.

    Raises:
        BadInput: something is there twice, too long or unreadable, or a year is none.
        NoSuchWorks: no work can ever be had in such a way.
    """
    asked: dict[str, str] = {}
    for name, value in given:
        if name in PARAMETERS and name in asked:
            raise BadInput("This address asks for the same thing twice.")
        if name in PARAMETERS:
            asked[name] = _line(value)
    year, availability = asked.pop(Facet.YEAR, ""), asked.pop(Facet.AVAILABILITY, "")
    return Filter(**asked, availability=_availability(availability), year=_year(year))


def folded(text: str) -> str:
    """Return *text* as it is compared: without case, accents, ligatures and further spaces.

    >>> folded("  Grès  ÉMAILLÉ, cœur")
    'gres emaille, coeur'
    """
    apart = unicodedata.normalize("NFKD", text.translate(_APART).casefold())
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())


def _line(value: str) -> str:
    """Return *value* in composed letters, as one line without spaces around it."""
    return " ".join(unicodedata.normalize("NFC", value).split())


def _availability(value: str) -> Availability | None:
    try:
        return Availability(value) if value else None
    except ValueError:
        raise NoSuchWorks("There is no such availability.") from None


def _year(value: str) -> int | None:
    if value and not _YEAR.fullmatch(value):
        raise BadInput("A year is written with four digits.")
    return int(value) if value else None


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter).startswith("M")
