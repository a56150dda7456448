"""Series, and which are shown."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.works import Series, SeriesWording
from fedi_artisan.errors import BadInput
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value
from fedi_artisan.storage.photos import photo_of
from fedi_artisan.storage.slugs import free_slug

SERIES_COLUMNS = """
    series.uid AS series_uid, series.slug AS series_slug, series.name AS series_name, series.text AS series_text,
    series.language AS series_language, series.others AS series_others
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSeries:
    """A series of which something is shown: how many works, and the first photograph of one of them."""

    series: Series
    artisan_id: int
    count: int
    cover: Photo | None
    cover_language: str


def series_of(row: Row) -> Series:
    """Return the series in a row that has SERIES_COLUMNS."""
    return Series(
        uid=row["series_uid"],
        slug=row["series_slug"],
        name=row["series_name"],
        text=row["series_text"],
        language=row["series_language"],
        others={code: SeriesWording(**raw) for code, raw in json.loads(row["series_others"]).items()},
    )


async def series_id(tx: Tx, artisan_id: int, name: str | None, *, uid: str, language: str) -> int | None:
    """Return the row of the artisan's series *name*, making it with this *uid* and *language* where there is none."""
    if name is None:
        return None
    row = await fetch_one(tx, "SELECT id FROM series WHERE artisan_id = ? AND name = ?", (artisan_id, name))
    if row is None:
        slug = await free_slug(tx, "series", name)
        sql = "INSERT INTO series (uid, artisan_id, slug, name, language) VALUES (?, ?, ?, ?, ?) RETURNING id"
        row = (await fetch_all(tx, sql, (uid, artisan_id, slug, name, language)))[0]
    return int(row["id"])


async def find(tx: Tx, *, uid: str | None = None, slug: str | None = None) -> tuple[Series, int] | None:
    """Return the series with this uid or slug and its artisan's row id, or None."""
    sql = f"SELECT {SERIES_COLUMNS}, artisan_id FROM series WHERE uid = ? OR slug = ?"  # noqa: S608 - a constant of ours
    row = await fetch_one(tx, sql, (uid, slug))
    return None if row is None else (series_of(row), int(row["artisan_id"]))


async def find_named(tx: Tx, artisan_id: int, name: str) -> Series | None:
    """Return the artisan's series of this name, as it is in the series' own language, or None."""
    sql = f"SELECT {SERIES_COLUMNS} FROM series WHERE artisan_id = ? AND name = ?"  # noqa: S608 - a constant of ours
    row = await fetch_one(tx, sql, (artisan_id, name))
    return None if row is None else series_of(row)


async def update(tx: Tx, series: Series) -> None:
    """Store what is said of a series; its address stays.

    Raises:
        BadInput: another series of the artisan has this name.
    """
    sql = """
        SELECT 1 FROM series AS one JOIN series AS other ON other.artisan_id = one.artisan_id AND other.id != one.id
        WHERE one.uid = ? AND other.name = ?
    """
    if await fetch_one(tx, sql, (series.uid, series.name)):
        raise BadInput("there is another series named {name}", name=series.name)
    others = json.dumps({code: asdict(wording) for code, wording in series.others.items()})
    sql = "UPDATE series SET name = ?, text = ?, language = ?, others = ? WHERE uid = ?"
    await tx.execute(sql, (series.name, series.text, series.language, others, series.uid))


async def insert(
    tx: Tx, artisan_id: int, *, uid: str, name: str, text: str, language: str, others: Mapping[str, SeriesWording]
) -> Series:
    """Store a new series, without works yet, and return it."""
    slug = await free_slug(tx, "series", name)
    said = json.dumps({code: asdict(wording) for code, wording in others.items()})
    sql = "INSERT INTO series (uid, artisan_id, slug, name, text, language, others) VALUES (?, ?, ?, ?, ?, ?, ?)"
    await tx.execute(sql, (uid, artisan_id, slug, name, text, language, said))
    return Series(uid=uid, slug=slug, name=name, text=text, language=language, others=others)


async def remove_empty(tx: Tx, uid: str) -> bool:
    """Remove a series in which no work stands; return whether there was such a one."""
    sql = """
        DELETE FROM series WHERE uid = ? AND NOT EXISTS (SELECT 1 FROM works WHERE series_id = series.id) RETURNING id
    """
    return bool(await fetch_all(tx, sql, (uid,)))


async def count_works(tx: Tx, uid: str) -> int:
    """Return how many works stand in a series."""
    sql = "SELECT count(*) FROM works WHERE series_id = (SELECT id FROM series WHERE uid = ?)"
    return await fetch_value(tx, sql, (uid,))


async def list_all(tx: Tx, artisan_id: int) -> list[ShownSeries]:
    """Return all series of an artisan: those that are shown, then those without works, by their names."""
    shown = await list_shown(tx, artisan_id)
    known = {one.series.uid for one in shown}
    sql = f"SELECT {SERIES_COLUMNS} FROM series WHERE artisan_id = ? ORDER BY name COLLATE NOCASE"  # noqa: S608 - a constant of ours
    empty = [one for one in map(series_of, await fetch_all(tx, sql, (artisan_id,))) if one.uid not in known]
    return shown + [
        ShownSeries(series=one, artisan_id=artisan_id, count=0, cover=None, cover_language="") for one in empty
    ]


async def list_shown(tx: Tx, artisan_id: int | None = None) -> list[ShownSeries]:
    """Return the series, of an artisan or of all, of which works are shown; the one with the newest work first."""
    sql = f"""
        SELECT {SERIES_COLUMNS}, series.artisan_id, count(*) AS count, max(works.published_at) AS newest,
            (SELECT json_array(json(value), shown.language) FROM photo_values JOIN works AS shown ON shown.id = work_id
             WHERE photo_values.id = (
                SELECT photos.id FROM works AS one JOIN photos ON work_id = one.id
                WHERE one.series_id = series.id AND one.listed
                ORDER BY one.featured DESC, one.published_at DESC, one.id DESC, photos.position LIMIT 1)) AS cover
        FROM series JOIN works ON works.series_id = series.id AND works.listed
        WHERE ?1 IS NULL OR series.artisan_id = ?1
        GROUP BY series.id ORDER BY newest DESC, max(works.id) DESC
    """  # noqa: S608 - a constant of ours
    return [_shown(row) for row in await fetch_all(tx, sql, (artisan_id,))]


async def count_shown(tx: Tx, artisan_id: int | None = None) -> int:
    """Return of how many series, of an artisan or of all, works are shown."""
    sql = """
        SELECT count(DISTINCT series_id) FROM works WHERE (?1 IS NULL OR artisan_id = ?1) AND listed
    """
    return await fetch_value(tx, sql, (artisan_id,))


def _shown(row: Row) -> ShownSeries:
    cover, language = (None, "") if row["cover"] is None else json.loads(row["cover"])
    return ShownSeries(
        series=series_of(row),
        artisan_id=row["artisan_id"],
        count=row["count"],
        cover=None if cover is None else photo_of(cover),
        cover_language=language,
    )
