"""The languages of pages and posts: their words from the catalogues, their ways of writing from Babel (CLDR)."""

from fedi_artisan.language.catalogues import LANGUAGES, SOURCE, nearest, translation
from fedi_artisan.language.naming import direction, open_graph_name, own_name
from fedi_artisan.language.writing import count, day, megabytes, money, number, quantity

__all__ = [
    "LANGUAGES",
    "SOURCE",
    "count",
    "day",
    "direction",
    "megabytes",
    "money",
    "nearest",
    "number",
    "open_graph_name",
    "own_name",
    "quantity",
    "translation",
]
