"""Facts read as people write them, in French and in English."""

from decimal import Decimal

import pytest

from fedi_artisan.domain.facts import parse_dimensions
from fedi_artisan.domain.works import Availability, Edition, Price
from fedi_artisan.vocab import facts

NARROW = "\N{NARROW NO-BREAK SPACE}"
SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("amount", "currency", "language", "words"),
    [
        ("420.00", "EUR", "fr", f"420{NARROW}€"),
        ("1200.50", "EUR", "fr", f"1{NARROW}200,50{NARROW}€"),
        ("1234567.00", "USD", "fr-CA", f"1{NARROW}234{NARROW}567{NARROW}$"),
        ("420", "CHF", "fr-CH", f"420{NARROW}CHF"),
        ("420.00", "EUR", "en", "€420"),
        ("1200.50", "EUR", "en", "€1,200.50"),
        ("0.50", "GBP", "en-GB", "£0.50"),
        ("420", "CHF", "en", f"420{SPACE}CHF"),
        ("420", "EUR", "de", "€420"),
    ],
)
def test_price(amount: str, currency: str, language: str, words: str) -> None:
    """Amounts have the marks, signs and unbreakable spaces of their language; whole ones have no cents."""
    assert facts.price(Price(Decimal(amount), currency), language) == words


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("H 31,5 × ⌀ 18,5 cm", "fr", "H 31,5 × ⌀ 18,5 cm"),
        ("H 31,5 × ⌀ 18,5 cm", "en", "H 31.5 × ⌀ 18.5 cm"),
        ("38 × 37 × 4 cm", "fr", "H 38 × L 37 × P 4 cm"),
        ("38 × 37 × 4 cm", "en", "H 38 × W 37 × D 4 cm"),
        ("long 120 mm", "fr", "Long. 120 mm"),
        ("length 120.50 mm", "en", "L 120.5 mm"),
    ],
)
def test_dimensions(text: str, language: str, words: str) -> None:
    """Each measure has the letter of its language; a number never parts from its letter or the unit."""
    said = facts.dimensions(parse_dimensions(text), language)
    assert said.replace(SPACE, " ") == words
    assert " × " not in said or said.count(" ") == 2 * said.count("×")


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (Availability.AVAILABLE, "disponible", "available"),
        (Availability.SOLD, "vendue", "sold"),
        (Availability.ON_COMMISSION, "sur commande", "on commission"),
        (Availability.NOT_FOR_SALE, "pas à vendre", "not for sale"),
    ],
)
def test_availability(value: Availability, french: str, english: str) -> None:
    """Each availability has its words in both languages."""
    assert (facts.availability(value, "fr"), facts.availability(value, "en")) == (french, english)


@pytest.mark.parametrize(
    ("edition", "language", "words", "place"),
    [
        (Edition(3, 12), "en", "edition 3/12", "3/12"),
        (Edition(3, 12), "fr", "exemplaire 3/12", "3/12"),
        (Edition(None, 12), "en", "edition of 12", "one of 12"),
        (Edition(None, 12), "fr", "édition de 12 exemplaires", "un des 12 exemplaires"),
    ],
)
def test_edition(edition: Edition, language: str, words: str, place: str) -> None:
    """Which of how many, behind other facts and beside the word for it."""
    assert (facts.edition(edition, language), facts.place_in_edition(edition, language)) == (words, place)
