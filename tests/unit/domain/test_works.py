"""Works: what a person writes about one, and what is made of it."""

import dataclasses
from decimal import Decimal
from typing import Any

import pytest

from fedi_artisan.domain.works import (
    LONGEST_FACT,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_PHOTOS,
    MOST_TAGS,
    Dimensions,
    Draft,
    Price,
    normal_tag,
    parse_dimensions,
    parse_price,
    parse_year,
    slug_of,
)
from fedi_artisan.errors import BadInput
from tests.photos import photo

PHOTO = photo()


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009"])
def test_a_line_may_have_spaces_that_hold(space: str) -> None:
    """French titles have no-break and thin spaces, in guillemets and before numbers; a break of line has no place."""
    assert Draft(title=f"Jarre n°{space}14").title == f"Jarre n°{space}14"
    with pytest.raises(BadInput, match="one line"):
        Draft(title=f"Jarre\nn°{space}14")


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
    ],
)
def test_prices_are_read_as_people_write_them(text: str, amount: str, currency: str) -> None:
    """A price is an amount, with its thousands and cents marked in either way, and a currency."""
    price = parse_price(text)
    assert (str(price.amount), price.currency) == (amount, currency)


@pytest.mark.parametrize(
    "text",
    [
        *("", "420", "EUR", "EUR 420", "€420", "420 eur", "-5 EUR", "4. EUR", ", EUR", "420 EURO", "420 E", "1e3 EUR"),
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
    ("title", "slug"),
    [
        ("Jarre de lune n° 14", "jarre-de-lune-n-14"),
        ("Œuvre", "oeuvre"),
        ("Straße", "strasse"),
        ("Ærø", "aero"),
        ("  Moon -- Jar! ", "moon-jar"),
        ("naïve café", "naive-cafe"),
        ("日本", "work"),
        ("…", "work"),
        ("../../etc/passwd", "etc-passwd"),
        ("x" * 200, "x" * 80),
        ("x" * 79 + " y", "x" * 79),
    ],
)
def test_a_slug_is_plain_and_short(title: str, slug: str) -> None:
    """The last part of a page's address holds small ASCII letters, digits and hyphens, never nothing."""
    assert slug_of(title) == slug


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": " \t"},
        {"title": "two\nlines"},
        {"title": "x" * (LONGEST_TITLE + 1)},
        {"title": "turned \u202e round"},
        {"text": "x" * (LONGEST_TEXT + 1)},
        {"language": "français"},
        {"language": ""},
        {"language": "FR"},
        {"photos": (PHOTO,) * (MOST_PHOTOS + 1)},
        {"tags": tuple(f"tag{number}" for number in range(MOST_TAGS + 1))},
        {"materials": ("",)},
        {"techniques": ("x" * (LONGEST_FACT + 1),)},
        {"series": ""},
        {"series": "one\x00two"},
    ],
    ids=str,
)
def test_a_draft_refuses_what_nobody_could_show(change: dict[str, Any]) -> None:
    """Whatever no page and no server could show is refused with words, before anything is stored."""
    with pytest.raises(BadInput):
        dataclasses.replace(Draft(title="Moon jar"), **change)


def test_a_draft_takes_all_that_fits() -> None:
    """The longest of everything is taken."""
    draft = Draft(
        title="x" * LONGEST_TITLE,
        text="x\n" * (LONGEST_TEXT // 2),
        language="zh-Hant-TW",
        photos=(PHOTO,) * MOST_PHOTOS,
        materials=("x" * LONGEST_FACT,),
        price=Price(Decimal("1.00"), "EUR"),
        tags=tuple(f"tag{number}" for number in range(MOST_TAGS)),
    )
    assert len(draft.photos) == MOST_PHOTOS
