"""Numbers, sizes and days are written as each language does."""

from datetime import date
from decimal import Decimal

import pytest

from fedi_artisan import language

SPACE = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("day", "code", "words"),
    [
        (date(2025, 6, 14), "fr", "14 juin 2025"),
        (date(2025, 1, 1), "fr-CH", "1er janvier 2025"),
        (date(2025, 2, 11), "fr", "11 février 2025"),
        (date(2025, 6, 14), "en", "14 June 2025"),
        (date(2025, 6, 1), "en-US", "1 June 2025"),
        (date(2025, 6, 1), "xx", "1 June 2025"),
    ],
)
def test_day(day: date, code: str, words: str) -> None:
    """A day has its month in words and does not break; the first of a month is an ordinal where it is said so."""
    assert language.day(day, code) == words.replace(" ", SPACE)


@pytest.mark.parametrize(
    ("size_bytes", "french", "english"),
    [(5_120_000, "5,1 Mo", "5.1 MB"), (1, "0,1 Mo", "0.1 MB"), (2_000_000, "2,0 Mo", "2.0 MB")],
)
def test_megabytes(size_bytes: int, french: str, english: str) -> None:
    """The size of a file has one digit behind the point, and is never nothing."""
    assert language.megabytes(size_bytes, "fr") == french.replace(" ", SPACE)
    assert language.megabytes(size_bytes, "en") == english.replace(" ", SPACE)


@pytest.mark.parametrize(
    ("number", "french", "english"),
    [("31.50", "31,5", "31.5"), ("120000.125", "120000,125", "120000.125"), ("1E+3", "1000", "1000")],
)
def test_number(number: str, french: str, english: str) -> None:
    """A measure is as brief as it can be and loses nothing; its thousands are not set apart."""
    assert language.number(Decimal(number), "fr") == french
    assert language.number(Decimal(number), "en") == english


def test_count() -> None:
    """How many there are is written with the thousands set apart."""
    assert language.count(12_800, "fr") == f"12{NARROW}800"
    assert language.count(12_800, "en") == "12,800"
    assert language.count(7, "fr") == "7"


@pytest.mark.parametrize(
    ("amount", "currency", "french", "english"),
    [
        ("1420", "SEK", f"1{NARROW}420{NARROW}SEK", f"1,420{SPACE}SEK"),
        ("99.90", "CHF", f"99,90{NARROW}CHF", f"99.90{SPACE}CHF"),
        ("12", "XYZ", f"12{NARROW}XYZ", f"12{SPACE}XYZ"),
    ],
)
def test_money_without_a_sign(amount: str, currency: str, french: str, english: str) -> None:
    """A currency that a language has no sign for stands behind the amount by its letters, never glued to it."""
    assert language.money(Decimal(amount), currency, "fr") == french
    assert language.money(Decimal(amount), currency, "en") == english


def test_currency_of() -> None:
    """A language has the currency of the country where most write it, or of its own; English alone has none."""
    asked = ("fr", "oc", "ja", "fr-CH", "en-GB", "en", "x-none")
    assert [language.currency_of(code) for code in asked] == ["EUR", "EUR", "JPY", "CHF", "GBP", None, None]
