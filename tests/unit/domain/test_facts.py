"""The facts of a work, as people write them."""

from decimal import Decimal

import pytest

from fedi_artisan.domain.facts import normal_tag, parse_dimensions, parse_edition, parse_price, parse_year
from fedi_artisan.domain.works import LARGEST_EDITION, LONGEST_FACT, Dimensions, Edition, Price
from fedi_artisan.errors import BadInput


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("420 EUR", "420.00", "EUR"),
        ("  420EUR ", "420.00", "EUR"),
        ("420,5 €", "420.50", "EUR"),
        ("1 200,50 €", "1200.50", "EUR"),
        ("1\u202f200 €", "1200.00", "EUR"),
        ("1.200,50 €", "1200.50", "EUR"),
        ("1,200.50 $", "1200.50", "USD"),
        ("1'200 CHF", "1200.00", "CHF"),
        ("12,345 £", "12345.00", "GBP"),
        ("1.234.567,8 EUR", "1234567.80", "EUR"),
        ("0.99 EUR", "0.99", "EUR"),
        ("9999999999 EUR", "9999999999.00", "EUR"),
        ("€1,200.50", "1200.50", "EUR"),
        ("CHF 1'200", "1200.00", "CHF"),
        ("140 euros", "140.00", "EUR"),
        ("140 eur", "140.00", "EUR"),
    ],
)
def test_prices_are_read_as_people_write_them(text: str, amount: str, currency: str) -> None:
    """A price is an amount, with its thousands and cents marked in either way, and a currency."""
    price = parse_price(text)
    assert (str(price.amount), price.currency) == (amount, currency)


def test_an_amount_alone_is_in_the_usual_currency() -> None:
    """What is said counts more than what is usual, and without anything usual the currency has to be said."""
    assert parse_price("1 200,50", usual="CHF") == Price(Decimal("1200.50"), "CHF")
    assert parse_price("140 €", usual="CHF") == Price(Decimal(140), "EUR")


@pytest.mark.parametrize(
    "text",
    [
        *("", "420", "EUR", "€420 EUR", "420 usd", "-5 EUR", "4. EUR", ", EUR", "420 EUROPE", "420 E", "1e3 EUR"),
        *("1.2.3 EUR", "1,50,50 EUR", "1,200,50 EUR", "1..5 EUR", "1 20 EUR", "12 00 EUR", "1.200,500.00 EUR"),
        *("10000000000 EUR", "9" * 5000 + " EUR", "٣ EUR", "420\nEUR EUR"),
    ],
)
def test_an_unclear_price_is_refused(text: str) -> None:
    """Nobody guesses about money: whatever could be read in two ways is not read at all."""
    with pytest.raises(BadInput):
        parse_price(text)


@pytest.mark.parametrize(
    ("text", "measures", "unit"),
    [
        ("38 × 37 cm", [("height", "38"), ("width", "37")], "cm"),
        ("120 x 80 x 4 mm", [("height", "120"), ("width", "80"), ("depth", "4")], "mm"),
        ("H 31,5 × ⌀ 18,5 cm", [("height", "31.5"), ("diameter", "18.5")], "cm"),
        ("ø18.5 cm", [("diameter", "18.5")], "cm"),
        ("haut. 12 cm; larg. 8 cm", [("height", "12"), ("width", "8")], "cm"),
        ("L 3 × H 4 × P 5 cm", [("width", "3"), ("height", "4"), ("depth", "5")], "cm"),
        ("H 3 x 4 cm", [("height", "3"), ("width", "4")], "cm"),
        ("longueur 3 m", [("length", "3")], "m"),
        ("38 cm * 37", [("height", "38"), ("width", "37")], "cm"),
        ("12in", [("height", "12")], "in"),
        ("h12cm", [("height", "12")], "cm"),
    ],
)
def test_dimensions_are_read_as_people_write_them(text: str, measures: list[tuple[str, str]], unit: str) -> None:
    """Measures keep their order; those without a name are height, width and depth, as in museums."""
    assert parse_dimensions(text) == Dimensions(tuple((kind, Decimal(number)) for kind, number in measures), unit)


@pytest.mark.parametrize(
    "text",
    [
        *("", "12", "cm", "large", "0 cm", "12 cm × 3 mm", "12 × 3", "H 3 × H 4 cm", "3 × h 4 cm", "12 cm ×", "-3 cm"),
        *("1 2 cm", "³ cm", "1e5 cm", "1 × 2 × 3 × 4 cm", "12 km", "weight 3 cm", "9" * 5000 + " cm", "١٢ cm"),
    ],
)
def test_unclear_dimensions_are_refused(text: str) -> None:
    """One unit for all, one to three measures, none twice, none of nothing."""
    with pytest.raises(BadInput):
        parse_dimensions(text)


def test_a_year_has_four_digits() -> None:
    """A year is read as four digits from 1000 to 2999, and nothing else is one."""
    assert [parse_year(text) for text in ("1000", " 2026 ", "2999")] == [1000, 2026, 2999]
    for text in ("", "999", "3000", "20266", "c. 1900", "²026", "-2026", "٢٠٢٦", "1_00"):
        with pytest.raises(BadInput):
            parse_year(text)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("wood ash", "woodash"),
        ("#Grès", "Grès"),
        ("gre\u0300s", "grès"),
        ("日本", "日本"),
        ("a_b", "a_b"),
        ("l'été 2026!", "lété2026"),
        ("C++", "C"),
    ],
)
def test_a_tag_keeps_what_can_stand_in_a_hashtag(text: str, tag: str) -> None:
    """Letters, digits and underscores stay, in one Unicode form; all else goes."""
    assert normal_tag(text) == tag


@pytest.mark.parametrize("text", ["", "#", "2026", "_", "²", "!!", "x" * (LONGEST_FACT + 1)])
def test_a_tag_without_a_letter_is_refused(text: str) -> None:
    """Other servers drop hashtags without a letter; nobody can see one without end."""
    with pytest.raises(BadInput):
        normal_tag(text)


@pytest.mark.parametrize(
    ("text", "number", "size"),
    [
        ("3/12", 3, 12),
        (" 3 / 12 ", 3, 12),
        ("12/12", 12, 12),
        ("1/1", 1, 1),
        ("No. 3 of 12", 3, 12),
        ("n° 3 sur 12", 3, 12),
        ("Edition 3/12", 3, 12),
        ("edition of 12", None, 12),
        ("édition de 12", None, 12),
        ("Tirage à 30", None, 30),
        ("12", None, 12),
        (str(LARGEST_EDITION), None, LARGEST_EDITION),
    ],
)
def test_editions_are_read_as_people_write_them(text: str, number: int | None, size: int) -> None:
    """Which of how many, or only how many, in English and in French."""
    assert parse_edition(text) == Edition(number, size)


@pytest.mark.parametrize(
    "text",
    ["", "3/", "/", "0", "0/3", "4/3", "3/12/20", "three", "-3/12", "3,5", str(LARGEST_EDITION + 1), "٣/١٢", "E.A."],
)
def test_what_is_no_edition_is_explained(text: str) -> None:
    """Nobody has the fourth of three, and what cannot be read is not guessed."""
    with pytest.raises(BadInput, match="edition"):
        parse_edition(text)
