"""What an artisan wrote in her works before, so that it can be proposed to her again."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedi_artisan.storage.db import Tx, fetch_all, fetch_one

_MOST = 12
_MOST_LISTED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Her own words: *tags* with those of most works first, *series* with the last one first, all others by name."""

    tags: Sequence[str] = ()
    series: Sequence[str] = ()
    materials: Sequence[str] = ()
    techniques: Sequence[str] = ()


async def find_currency(tx: Tx, artisan_id: int) -> str | None:
    """Return the currency of the newest work that has a price; None where none has."""
    query = """
        SELECT price_currency AS name FROM works WHERE artisan_id = ? AND price_currency IS NOT NULL
        ORDER BY id DESC LIMIT 1
    """
    row = await fetch_one(tx, query, (artisan_id,))
    return None if row is None else str(row["name"])


async def find(tx: Tx, artisan_id: int) -> Habits:
    """Return what the artisan's works say, as far as it is said again and again."""
    tags = """
        SELECT name, max(works.id) AS last FROM tags JOIN works ON works.id = work_id
        WHERE artisan_id = ? AND withdrawn_at IS NULL GROUP BY tag ORDER BY count(*) DESC, last DESC LIMIT ?
    """
    series = """
        SELECT name FROM series LEFT JOIN works ON series_id = series.id WHERE series.artisan_id = ?
        GROUP BY series.id ORDER BY max(works.id) DESC LIMIT ?
    """
    materials = """
        SELECT DISTINCT value AS name FROM works, json_each(works.materials)
        WHERE artisan_id = ? AND withdrawn_at IS NULL ORDER BY value LIMIT ?
    """
    techniques = """
        SELECT DISTINCT value AS name FROM works, json_each(works.techniques)
        WHERE artisan_id = ? AND withdrawn_at IS NULL ORDER BY value LIMIT ?
    """
    return Habits(
        tags=[row["name"] for row in await fetch_all(tx, tags, (artisan_id, _MOST))],
        series=[row["name"] for row in await fetch_all(tx, series, (artisan_id, _MOST_LISTED))],
        materials=[row["name"] for row in await fetch_all(tx, materials, (artisan_id, _MOST_LISTED))],
        techniques=[row["name"] for row in await fetch_all(tx, techniques, (artisan_id, _MOST_LISTED))],
    )
