"""The languages of pages and posts: their words from the catalogues, their ways of writing from Babel (CLDR)."""

from fedi_artisan.language.catalogues import LANGUAGES, SOURCE, nearest, translation
from fedi_artisan.language.naming import direction, open_graph_name, own_name
from fedi_artisan.language.telling import told
from fedi_artisan.language.writing import (
    count,
    currency_of,
    day,
    duration,
    megabytes,
    money,
    month,
    number,
    quantity,
    short_day,
    size,
)

__all__ = [
    "LANGUAGES",
    "SOURCE",
    "count",
    "currency_of",
    "day",
    "direction",
    "duration",
    "megabytes",
    "money",
    "month",
    "nearest",
    "number",
    "open_graph_name",
    "own_name",
    "quantity",
    "short_day",
    "size",
    "told",
    "translation",
]
