"""How a person writes the facts of a work, and what is read of it: prices, measures, years, editions, tags."""

import re
import unicodedata
from decimal import Decimal

from fedi_artisan.domain.works import LONGEST_FACT, Dimensions, Edition, Price
from fedi_artisan.errors import BadInput

# Thousands in groups of three, all apart by the same mark, or not at all; nobody guesses about money.
_PRICE = re.compile(
    r"(?P<whole>[0-9]{1,3}(?:(?P<apart>[\s.,'’])[0-9]{3}(?:(?P=apart)[0-9]{3})*)?|[0-9]{1,20})"
    r"(?:(?P<point>[.,])(?P<cents>[0-9]{1,2}))?"
)
# Before the amount or behind it: "€140", "140 EUR", "140 euros".
_CURRENCY = re.compile(
    r"(?P<before>[A-Z]{3}|[€$£])?\s*(?P<amount>[0-9](?:.*[0-9])?)\s*(?P<behind>[A-Z]{3}|(?i:euros?|eur)|[€$£])?"
)
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "EURO": "EUR", "EUROS": "EUR"}
_MEASURE = re.compile(
    r"(?P<kind>[^\W\d_]*|[⌀øØ])\.?\s*(?P<number>[0-9]{1,6}(?:[.,][0-9]{1,3})?)\s*(?P<unit>mm|cm|m|in)?"
)
_KINDS = {
    **dict.fromkeys(("h", "height", "haut", "hauteur"), "height"),
    **dict.fromkeys(("w", "l", "width", "larg", "largeur"), "width"),
    **dict.fromkeys(("d", "p", "depth", "prof", "profondeur"), "depth"),
    **dict.fromkeys(("length", "long", "longueur"), "length"),
    **dict.fromkeys(("⌀", "ø", "diam", "diameter", "diamètre"), "diameter"),
}
_UNNAMED = ("height", "width", "depth")
# "3/12", "No. 3 of 12", "édition de 12", "12".
_EDITION = re.compile(
    r"(?:(?:edition|édition|tirage|ed\.|éd\.)\s*)?(?:of|de|à)?\s*"
    r"(?:(?:no|n)?[.°º]?\s*(?P<number>[0-9]{1,6})\s*(?:/|of|sur|de)\s*)?(?P<size>[0-9]{1,6})",
    re.IGNORECASE,
)


def parse_price(text: str, *, usual: str | None = None) -> Price:
    """Return the price written in *text*, such as "420 EUR", "1 200,50 €", "€1,200.50".

    Args:
        text: as it was typed.
        usual: the currency (ISO 4217) of an amount that stands alone; None where there has to be one.

    Raises:
        BadInput: with how to write it.
    """
    whole_text = _CURRENCY.fullmatch(text.strip())
    said = [] if whole_text is None else [part for part in whole_text.group("before", "behind") if part]
    match = None if whole_text is None else _PRICE.fullmatch(whole_text["amount"])
    currency = said[0].upper() if said else usual
    if match is None or currency is None or len(said) > 1 or (match["point"] or "") == match["apart"]:
        raise BadInput("{text!r} is not a price: write an amount and a currency, as “420 EUR”", text=text)
    whole = re.sub(r"[^0-9]", "", match["whole"])
    amount = Decimal(f"{whole}.{match['cents'] or '0'}").quantize(Decimal("0.01"))
    if amount >= Decimal(10) ** 10:
        raise BadInput("{text!r} is more than any work costs", text=text)
    return Price(amount, _SIGNS.get(currency, currency))


def parse_dimensions(text: str) -> Dimensions:
    """Return the measures written in *text*: "38 × 37 cm", "H 31,5 × ⌀ 18,5 cm", "120 x 80 x 4 mm".

    Measures without a name are height, width and depth, in the order museums use.

    Raises:
        BadInput: with how to write them.
    """
    wrong = BadInput("{text!r} are no dimensions: write them as “38 × 37 cm” or “H 31.5 × ⌀ 18.5 cm”", text=text)
    parts = re.split(r"\s*[×xX*]\s*|\s*;\s*", text.strip())
    matches = [_MEASURE.fullmatch(part) for part in parts]
    units = {match["unit"] for match in matches if match and match["unit"]}
    if len(units) != 1 or not 1 <= len(parts) <= len(_UNNAMED):
        raise wrong
    measures: list[tuple[str, Decimal]] = []
    for match in matches:
        if match is None:
            raise wrong
        kind = _KINDS.get(match["kind"].lower()) if match["kind"] else _next_unnamed(measures)
        number = Decimal(match["number"].replace(",", "."))
        if kind is None or number <= 0 or kind in dict(measures):
            raise wrong
        measures.append((kind, number))
    return Dimensions(tuple(measures), units.pop())


def _next_unnamed(measures: list[tuple[str, Decimal]]) -> str | None:
    """Return what a measure without a name is, after these."""
    return next((kind for kind in _UNNAMED if kind not in dict(measures)), None)


def parse_year(text: str) -> int:
    """Return the year written in *text*, from 1000 to 2999.

    Raises:
        BadInput: it is none.
    """
    year = text.strip()
    if re.fullmatch(r"[12][0-9]{3}", year):
        return int(year)
    raise BadInput("{text!r} is not a year: write four digits", text=text)


def parse_edition(text: str) -> Edition:
    """Return the edition written in *text*: "3/12", "no. 3 of 12", "edition of 12", or "12" alone.

    Raises:
        BadInput: with how to write it.
    """
    match = _EDITION.fullmatch(text.strip())
    if match is None:
        raise BadInput("{text!r} is no edition: write which of how many, as “3/12”, or “edition of 12”", text=text)
    return Edition(None if match["number"] is None else int(match["number"]), int(match["size"]))


def normal_tag(text: str) -> str:
    """Return *text* as a hashtag without its `#`: only letters, digits and underscores, "wood ash" → "woodash".

    Raises:
        BadInput: nothing of it can stand in a hashtag, or it has no letter.
    """
    tag = "".join(
        letter for letter in unicodedata.normalize("NFC", text).removeprefix("#") if letter.isalnum() or letter == "_"
    )
    if not any(letter.isalpha() for letter in tag) or len(tag) > LONGEST_FACT:
        raise BadInput("{text!r} cannot be a tag: it needs at least one letter", text=text)
    return tag
