"""The last parts of pages' addresses, each once in its table."""

from typing import Literal

from fedi_artisan.domain.slugs import slug_of
from fedi_artisan.storage.db import Tx, fetch_all

_TAKEN = {
    "works": "SELECT slug FROM works WHERE slug = ? OR slug GLOB ? || '-[0-9]*'",
    "series": "SELECT slug FROM series WHERE slug = ? OR slug GLOB ? || '-[0-9]*'",
    "pages": "SELECT slug FROM pages WHERE slug = ? OR slug GLOB ? || '-[0-9]*'",
}


async def free_slug(tx: Tx, table: Literal["works", "series", "pages"], title: str) -> str:
    """Return *title* as the last part of an address, with the first free number behind it where it is taken."""
    wanted = slug_of(title)
    taken = {row["slug"] for row in await fetch_all(tx, _TAKEN[table], (wanted, wanted))}
    slug, number = wanted, 2
    while slug in taken:
        slug, number = f"{wanted}-{number}", number + 1
    return slug
