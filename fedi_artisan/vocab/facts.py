"""How the facts of a work read in each language: in posts and on pages alike."""

from datetime import date

from fedi_artisan import language as languages
from fedi_artisan.domain.actors import Commissions
from fedi_artisan.domain.photos import Label
from fedi_artisan.domain.travels import Reason
from fedi_artisan.domain.works import Audience, Availability, Dimensions, Edition, Price
from fedi_artisan.language import translation

_SPACE = "\N{NO-BREAK SPACE}"


def price(value: Price, language: str) -> str:
    """Return the price: "1 200,50 €" in French, "€1,200.50" in English; whole amounts stand without cents."""
    return languages.money(value.amount, value.currency, language)


def dimensions(value: Dimensions, language: str) -> str:
    """Return the measures, each with its letter: "H 31,5 × ⌀ 18,5 cm" in French, "H 31.5 × ⌀ 18.5 cm" in English."""
    words = translation(language)
    letters = {
        "height": words.pgettext("letter of a measure", "H"),
        "width": words.pgettext("letter of a measure", "W"),
        "depth": words.pgettext("letter of a measure", "D"),
        "length": words.pgettext("letter of a measure", "L"),
        "diameter": "⌀",
    }
    *before, (last, size) = value.measures
    measures = [f"{letters[kind]}{_SPACE}{languages.number(number, language)}" for kind, number in before]
    return " × ".join([*measures, f"{letters[last]}{_SPACE}{languages.quantity(size, value.unit, language)}"])


def availability(value: Availability, language: str) -> str:
    """Return whether the work can be had, in words that can follow a comma."""
    say = translation(language).gettext
    return {
        Availability.AVAILABLE: say("available"),
        Availability.SOLD: say("sold"),
        Availability.ON_COMMISSION: say("on commission"),
        Availability.NOT_FOR_SALE: say("not for sale"),
    }[value]


def edition(value: Edition, language: str) -> str:
    """Return which of several a work is, in words that can follow a comma: "edition 3/12", "edition of 12"."""
    say = translation(language).gettext
    words = say("edition of {size}") if value.number is None else say("edition {number}/{size}")
    return words.format(number=value.number, size=value.size)


def place_in_edition(value: Edition, language: str) -> str:
    """Return the same as it stands behind the word for an edition: "3/12", "one of 12"."""
    if value.number is not None:
        return f"{value.number}/{value.size}"
    return translation(language).gettext("one of {size}").format(size=value.size)


def commissions(value: Commissions, language: str) -> str:
    """Return whether an artisan makes things to order, as it stands by itself."""
    say = translation(language).gettext
    return {
        Commissions.OPEN: say("Open for commissions"),
        Commissions.WAITING_LIST: say("Commissions by waiting list"),
        Commissions.CLOSED: say("No commissions at the moment"),
    }[value]


def audience(value: Audience, language: str) -> str:
    """Return who sees a work, for its artisan."""
    say = translation(language).gettext
    return {
        Audience.EVERYONE: say("everyone"),
        Audience.UNLISTED: say("whoever has the link"),
        Audience.FOLLOWERS: say("followers"),
        Audience.WEB: say("my site only"),
        Audience.FEDIVERSE: say("not on my site"),
    }[value]


def reason(value: Reason, language: str) -> str:
    """Return in a sentence why a work has not arrived somewhere."""
    say = translation(language).gettext
    return {
        Reason.CLOSED: say("This place has closed for good."),
        Reason.NOBODY: say("Nobody is there any more by the name that was known here."),
        Reason.UNWELCOME: say("This place lets nothing in from here; who runs it may know why."),
        Reason.TOO_LARGE: say("This place found it too large."),
        Reason.BUSY: say("This place is very busy and asked for patience."),
        Reason.TROUBLED: say("This place has a problem of its own."),
        Reason.SILENT: say("This place does not answer."),
        Reason.PRIVATE: say("The address of this place cannot be reached from outside."),
        Reason.NOT_YET: say("It leaves in a moment."),
    }[value]


def label(value: Label, language: str) -> str:
    """Return what a photograph shows of a work, as it stands before its caption."""
    say = translation(language).gettext
    return {Label.DETAIL: say("Detail"), Label.IN_USE: say("In use"), Label.IN_PROGRESS: say("In the making")}[value]


def day(value: date, language: str) -> str:
    """Return a day in words: "14 juin 2025" in French, "14 June 2025" in English."""
    return languages.day(value, language)


def count(value: int, language: str) -> str:
    """Return how many: "12 800" in French, "12,800" in English."""
    return languages.count(value, language)


def megabytes(size_bytes: int, language: str) -> str:
    """Return the size of a file: "5,1 Mo" in French, "5.1 MB" in English."""
    return languages.megabytes(size_bytes, language)
