"""How each language writes numbers, prices, sizes and days; nothing of it breaks at the end of a line."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from babel.core import get_global
from babel.dates import format_date, format_timedelta, tokenize_pattern, untokenize_pattern
from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_symbol,
    get_group_symbol,
    get_territory_currencies,
)
from babel.units import format_unit

from fedi_artisan.language.catalogues import SOURCE, translation
from fedi_artisan.language.naming import locale_of

_SPACE = "\N{NO-BREAK SPACE}"
_CENTS = re.compile(r"\.[0#]+")
# As many digits as there are, up to nine behind the point, and nothing between thousands.
_BRIEF = "0.#########"
# So well known that they need no country before or behind them.
_SIGNS = {"USD": "$", "GBP": "£"}
_MEGABYTE = 1_000_000
_GIGABYTE = 1_000_000_000
_UNITS = {"mm": "length-millimeter", "cm": "length-centimeter", "m": "length-meter", "in": "length-inch"}


def money(amount: Decimal, currency: str, language: str) -> str:
    """Return a price: "1 200,50 €" in French, "€1,200.50" in English, "420 CHF" in both.

    Whole amounts stand without cents. Between amount and sign stands the same space as between the thousands.

    Args:
        amount: not below zero.
        currency: three letters (ISO 4217).
        language: to write it in.
    """
    here = locale_of(language)
    whole = amount == amount.to_integral_value()
    pattern = here.currency_formats["standard"].pattern.partition(";")[0]
    sign = _SIGNS.get(currency) or get_currency_symbol(currency, here)
    if sign == currency:
        pattern = pattern.replace("¤", "").strip(_SPACE) + f"{_SPACE}¤"
    if whole:
        pattern = _CENTS.sub("", pattern)
    between = get_group_symbol(here)
    if between.isspace():
        pattern = pattern.replace(_SPACE, between)
    return format_currency(amount, currency, pattern.replace("¤", f"'{sign}'"), here, currency_digits=not whole)


def currency_of(language: str) -> str | None:
    """Return the currency of most who write in a language: "EUR" for "fr", "CHF" for "fr-CH"; None where none is known.

    English without a country is written under many currencies.
    """
    country = language.partition("-")[2]
    if not country and language != SOURCE:
        country = get_global("likely_subtags").get(language, "").rpartition("_")[2]
    return next(iter(get_territory_currencies(country)), None) if country else None


def count(value: int, language: str) -> str:
    """Return how many: "12 800" in French, with narrow no-break spaces; "12,800" in English."""
    return format_decimal(value, locale=locale_of(language))


def number(value: Decimal, language: str) -> str:
    """Return a number as briefly as it can be written: "31,5" in French, "31.5" in English."""
    return format_decimal(value, _BRIEF, locale_of(language))


def quantity(value: Decimal, unit: str, language: str) -> str:
    """Return a length with its unit: "31,5 cm" in French.

    Args:
        value: as many of them.
        unit: "mm", "cm", "m" or "in".
        language: to write it in.
    """
    return _unbroken(format_unit(value, _UNITS[unit], "short", _BRIEF, locale_of(language)))


def megabytes(size_bytes: int, language: str) -> str:
    """Return the size of a file: "5,1 Mo" in French, "5.1 MB" in English; no less than a tenth."""
    value = max(Decimal(size_bytes) / _MEGABYTE, Decimal("0.1"))
    return _unbroken(format_unit(value, "digital-megabyte", "short", "#,##0.0", locale_of(language)))


def size(size_bytes: int, language: str) -> str:
    """Return how much room something takes: "2,4 Go" in French, "2.4 GB" in English; less than one in megabytes."""
    unit, bytes_each = ("gigabyte", _GIGABYTE) if size_bytes >= _GIGABYTE else ("megabyte", _MEGABYTE)
    value = Decimal(size_bytes) / bytes_each
    value = max(value, Decimal("0.1")) if size_bytes else value
    return _unbroken(format_unit(value, f"digital-{unit}", "short", "#,##0.#", locale_of(language)))


def duration(value: timedelta, language: str) -> str:
    """Return how long something lasts, in the one unit that says it best: "3 heures" in French."""
    return _unbroken(format_timedelta(value, threshold=1.2, locale=locale_of(language)))


def month(value: date, language: str, *, brief: bool = False) -> str:
    """Return a month in words, with its year: "juin 2025"; "juin" alone, or a shorter form of it, where *brief*."""
    return _unbroken(format_date(value, "LLL" if brief else "LLLL y", locale_of(language)))


def short_day(value: date, language: str) -> str:
    """Return a day without its year: "14 juin" in French, "14 Jun" in English."""
    return _unbroken(format_date(value, "d MMM", locale_of(language)))


def day(value: date, language: str) -> str:
    """Return a day in words: "14 juin 2025" and "1er juin 2025" in French, "14 June 2025" in English."""
    here = locale_of(language)
    pattern = here.date_formats["long"].pattern
    first = translation(language).pgettext("first day of a month", "1")
    if value.day == 1:
        tokens = tokenize_pattern(pattern)
        pattern = untokenize_pattern(("chars", first) if token == ("field", ("d", 1)) else token for token in tokens)
    return _unbroken(format_date(value, pattern, here))


def moment(value: datetime, language: str) -> str:
    """Return a day and an hour in words: "14 juin 2025 à 09:30" in French, "14 June 2025 at 09:30" in English."""
    words = translation(language).pgettext("a moment", "{day} at {hour}")
    return _unbroken(words.format(day=day(value.date(), language), hour=f"{value:%H:%M}"))


def _unbroken(text: str) -> str:
    """Return the text with spaces at which no line ends."""
    return re.sub(r"\s", _SPACE, text)
