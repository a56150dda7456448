"""How the facts of a work read in French and in English: in posts and on pages alike."""

from datetime import date
from decimal import Decimal

from fedi_artisan.domain.photos import Label
from fedi_artisan.domain.works import Availability, Dimensions, Price
from fedi_artisan.language import translation

_NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
_SPACE = "\N{NO-BREAK SPACE}"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MOIS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}


def price(value: Price, language: str) -> str:
    """Return the price: "1 200,50 €" in French, with narrow no-break spaces; "€1,200.50" in English; "420 CHF" in both.

    Whole amounts stand without cents.
    """
    digits = f"{value.amount:,.0f}" if value.amount == value.amount.to_integral_value() else f"{value.amount:,.2f}"
    if _is_french(language):
        digits = digits.replace(",", _NARROW_SPACE).replace(".", ",")
        return f"{digits}{_NARROW_SPACE}{_SIGNS.get(value.currency, value.currency)}"
    sign = _SIGNS.get(value.currency)
    return f"{digits}{_SPACE}{value.currency}" if sign is None else f"{sign}{digits}"


def dimensions(value: Dimensions, language: str) -> str:
    """Return the measures, each with its letter: "H 31,5 × ⌀ 18,5 cm" in French, "H 31.5 × ⌀ 18.5 cm" in English."""
    say = translation(language).pgettext
    letters = {
        "height": say("letter of a measure", "H"),
        "width": say("letter of a measure", "W"),
        "depth": say("letter of a measure", "D"),
        "length": say("letter of a measure", "L"),
        "diameter": "⌀",
    }
    measures = [f"{letters[kind]}{_SPACE}{_number(number, language)}" for kind, number in value.measures]
    return f"{' × '.join(measures)}{_SPACE}{value.unit}"


def availability(value: Availability, language: str) -> str:
    """Return whether the work can be had, in words that can follow a comma."""
    say = translation(language).gettext
    return {
        Availability.AVAILABLE: say("available"),
        Availability.SOLD: say("sold"),
        Availability.ON_COMMISSION: say("on commission"),
        Availability.NOT_FOR_SALE: say("not for sale"),
    }[value]


def label(value: Label, language: str) -> str:
    """Return what a photograph shows of a work, as it stands before its caption."""
    say = translation(language).gettext
    return {Label.DETAIL: say("Detail"), Label.IN_USE: say("In use"), Label.IN_PROGRESS: say("In the making")}[value]


def day(value: date, language: str) -> str:
    """Return a day in words: "14 juin 2025" in French, "14 June 2025" in English."""
    months = _MOIS if _is_french(language) else _MONTHS
    number = "1er" if _is_french(language) and value.day == 1 else str(value.day)
    return f"{number}{_SPACE}{months[value.month - 1]}{_SPACE}{value.year}"


def megabytes(size_bytes: int, language: str) -> str:
    """Return the size of a file: "5,1 Mo" in French, "5.1 MB" in English."""
    digits = f"{max(size_bytes / 1_000_000, 0.1):.1f}"
    return f"{digits.replace('.', ',')}{_SPACE}Mo" if _is_french(language) else f"{digits}{_SPACE}MB"


def _is_french(language: str) -> bool:
    """Whether numbers are written the French way."""
    return language.partition("-")[0].lower() == "fr"


def _number(number: Decimal, language: str) -> str:
    """Return the number as briefly as it can be written."""
    digits = f"{number:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return digits.replace(".", ",") if _is_french(language) else digits
