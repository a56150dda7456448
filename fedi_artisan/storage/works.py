"""Works with their photographs, tags and series."""

import json
from datetime import datetime
from decimal import Decimal

from fedi_artisan.domain.works import Availability, Dimensions, Draft, Price, Series, Work, slug_of
from fedi_artisan.errors import NotFound
from fedi_artisan.storage import photos
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, from_ms, moment_or_none, to_ms
from fedi_artisan.storage.photo_jobs import own_terms_of
from fedi_artisan.storage.photos import photo_of

# Photographs and tags come as JSON in the same row, so that a list of works is one statement.
_SELECT = """
    SELECT works.*, series.uid AS series_uid, series.slug AS series_slug, series.name AS series_name,
        (SELECT json_group_array(json(value))
         FROM (SELECT value FROM photo_values WHERE work_id = works.id ORDER BY position)) AS photos,
        (SELECT json_group_array(name)
         FROM (SELECT name FROM tags WHERE tags.work_id = works.id ORDER BY position)) AS tags
    FROM works LEFT JOIN series ON series.id = works.series_id
"""


def _dimensions(stored: str | None) -> Dimensions | None:
    if stored is None:
        return None
    raw = json.loads(stored)
    return Dimensions(tuple((kind, Decimal(number)) for kind, number in raw["measures"]), raw["unit"])


def _work(row: Row) -> Work:
    price = None if row["price_amount"] is None else Price(Decimal(row["price_amount"]), row["price_currency"])
    series = None
    if row["series_uid"] is not None:
        series = Series(uid=row["series_uid"], slug=row["series_slug"], name=row["series_name"])
    draft = Draft(
        title=row["title"],
        text=row["text"],
        language=row["language"],
        photos=tuple(photo_of(photo) for photo in json.loads(row["photos"])),
        materials=tuple(json.loads(row["materials"])),
        techniques=tuple(json.loads(row["techniques"])),
        dimensions=_dimensions(row["dimensions"]),
        year=row["year"],
        price=price,
        availability=None if row["availability"] is None else Availability(row["availability"]),
        series=row["series_name"],
        tags=tuple(json.loads(row["tags"])),
        featured=bool(row["featured"]),
        terms=own_terms_of(row),
    )
    return Work(
        id=row["id"],
        uid=row["uid"],
        slug=row["slug"],
        artisan_id=row["artisan_id"],
        draft=draft,
        series=series,
        published_at=from_ms(row["published_at"]),
        updated_at=moment_or_none(row["updated_at"]),
        withdrawn_at=moment_or_none(row["withdrawn_at"]),
        edits=row["edits"],
        likes=row["likes"],
        announces=row["announces"],
        replies=row["replies"],
    )


def _facts(draft: Draft) -> tuple[object, ...]:
    """Return the columns that a draft fills, in the order of both statements below."""
    dimensions = draft.dimensions and json.dumps(
        {"measures": [(kind, str(number)) for kind, number in draft.dimensions.measures], "unit": draft.dimensions.unit}
    )
    return (
        draft.title,
        draft.text,
        draft.language,
        json.dumps(draft.materials),
        json.dumps(draft.techniques),
        dimensions,
        draft.year,
        draft.price and str(draft.price.amount),
        draft.price and draft.price.currency,
        draft.availability,
        draft.featured,
        draft.terms.licence,
        draft.terms.full_size,
        draft.terms.ai_refused,
        draft.terms.watermarked,
    )


async def insert(tx: Tx, *, uid: str, artisan_id: int, draft: Draft, series_uid: str, now: datetime) -> Work:
    """Store a new work and return it; *series_uid* is used if its series is new."""
    series_id = await _series_id(tx, artisan_id, draft.series, series_uid)
    sql = """
        INSERT INTO works (title, text, language, materials, techniques, dimensions, year, price_amount,
            price_currency, availability, featured, licence, full_size, ai_refused, watermarked, uid, slug, artisan_id,
            series_id, published_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
    """
    slug = await _free_slug(tx, "works", slug_of(draft.title))
    rows = await fetch_all(tx, sql, (*_facts(draft), uid, slug, artisan_id, series_id, to_ms(now)))
    await _put_parts(tx, rows[0]["id"], artisan_id, draft)
    return await get(tx, uid)


async def update(tx: Tx, work: Work, draft: Draft, *, series_uid: str, now: datetime) -> Work:
    """Store *draft* as the next edit of *work* and return the work as it is now; its address stays."""
    series_id = await _series_id(tx, work.artisan_id, draft.series, series_uid)
    sql = """
        UPDATE works SET title = ?, text = ?, language = ?, materials = ?, techniques = ?, dimensions = ?, year = ?,
            price_amount = ?, price_currency = ?, availability = ?, featured = ?, licence = ?, full_size = ?,
            ai_refused = ?, watermarked = ?, series_id = ?, edits = edits + 1, updated_at = ?, untold = 0
        WHERE id = ?
    """
    await tx.execute(sql, (*_facts(draft), series_id, to_ms(now), work.id))
    await tx.execute("DELETE FROM tags WHERE work_id = ?", (work.id,))
    await _put_parts(tx, work.id, work.artisan_id, draft)
    return await get(tx, work.uid)


async def _put_parts(tx: Tx, work_id: int, artisan_id: int, draft: Draft) -> None:
    """Store photographs and tags."""
    await photos.place(tx, work_id=work_id, artisan_id=artisan_id, photos=draft.photos)
    tags = [(work_id, position, name.casefold(), name) for position, name in enumerate(draft.tags)]
    await tx.executemany("INSERT OR IGNORE INTO tags (work_id, position, tag, name) VALUES (?, ?, ?, ?)", tags)


async def _series_id(tx: Tx, artisan_id: int, name: str | None, uid: str) -> int | None:
    """Return the row of the artisan's series *name*, making it where there is none."""
    if name is None:
        return None
    row = await fetch_one(tx, "SELECT id FROM series WHERE artisan_id = ? AND name = ?", (artisan_id, name))
    if row is None:
        slug = await _free_slug(tx, "series", slug_of(name))
        sql = "INSERT INTO series (uid, artisan_id, slug, name) VALUES (?, ?, ?, ?) RETURNING id"
        row = (await fetch_all(tx, sql, (uid, artisan_id, slug, name)))[0]
    return int(row["id"])


async def _free_slug(tx: Tx, table: str, wanted: str) -> str:
    """Return *wanted*, or *wanted* with the first free number behind it."""
    taken_sql = {
        "works": "SELECT slug FROM works WHERE slug = ? OR slug GLOB ? || '-[0-9]*'",
        "series": "SELECT slug FROM series WHERE slug = ? OR slug GLOB ? || '-[0-9]*'",
    }
    taken = {row["slug"] for row in await fetch_all(tx, taken_sql[table], (wanted, wanted))}
    slug, number = wanted, 2
    while slug in taken:
        slug, number = f"{wanted}-{number}", number + 1
    return slug


async def withdraw(tx: Tx, work: Work, now: datetime) -> Work:
    """Withdraw *work*: its row stays as a tombstone, what it said is gone. Returns the tombstone."""
    sql = """
        UPDATE works SET title = '-', text = '', materials = '[]', techniques = '[]', dimensions = NULL, year = NULL,
            price_amount = NULL, price_currency = NULL, availability = NULL, series_id = NULL, featured = 0,
            licence = NULL, full_size = NULL, ai_refused = NULL, watermarked = 1, untold = 0,
            withdrawn_at = ?
        WHERE id = ?
    """
    await tx.execute(sql, (to_ms(now), work.id))
    await tx.execute("DELETE FROM photos WHERE work_id = ?", (work.id,))
    await tx.execute("DELETE FROM tags WHERE work_id = ?", (work.id,))
    return await get(tx, work.uid)


async def find(tx: Tx, uid: str) -> Work | None:
    """Return the work with this uid, withdrawn or not, or None."""
    row = await fetch_one(tx, _SELECT + "WHERE works.uid = ?", (uid,))
    return None if row is None else _work(row)


async def get(tx: Tx, uid: str) -> Work:
    """Return the work with this uid, withdrawn or not.

    Raises:
        NotFound: there is none.
    """
    work = await find(tx, uid)
    if work is None:
        raise NotFound(f"there is no work {uid}")
    return work


async def find_by_slug(tx: Tx, slug: str) -> Work | None:
    """Return the work whose page has this slug, withdrawn or not, or None."""
    row = await fetch_one(tx, _SELECT + "WHERE works.slug = ?", (slug,))
    return None if row is None else _work(row)


async def touch(tx: Tx, work: Work, now: datetime) -> Work:
    """Store that other servers are told anew of *work*, whose pictures changed; return it as it is now."""
    await tx.execute("UPDATE works SET updated_at = ?, untold = 0 WHERE id = ?", (to_ms(now), work.id))
    return await get(tx, work.uid)


async def set_untold(tx: Tx, work_id: int) -> None:
    """Remember that other servers still know the former pictures of a work."""
    await tx.execute("UPDATE works SET untold = 1 WHERE id = ?", (work_id,))


async def find_untold(tx: Tx, work_id: int) -> Work | None:
    """Return the work if other servers know former pictures of it and none of its photographs waits for its first try.

    One that could not be made and is put off holds up nothing: what others know of the rest would fade meanwhile.
    """
    sql = """
        WHERE works.id = ?1 AND untold AND withdrawn_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM photo_jobs JOIN photos ON photos.id = photo_id WHERE work_id = ?1 AND attempts = 0)
    """
    row = await fetch_one(tx, _SELECT + sql, (work_id,))
    return None if row is None else _work(row)


async def find_id(tx: Tx, uid: str) -> int | None:
    """Return the row id of the work with this uid unless it was withdrawn."""
    row = await fetch_one(tx, "SELECT id FROM works WHERE uid = ? AND withdrawn_at IS NULL", (uid,))
    return None if row is None else int(row["id"])


async def list_shown(tx: Tx, artisan_id: int, *, limit: int, before: str | None = None) -> list[Work]:
    """Return up to *limit* works of an artisan, the newest first; those older than the work *before* where given."""
    sql = """
        WHERE works.artisan_id = ?1 AND withdrawn_at IS NULL
            AND (?2 IS NULL OR works.id < (SELECT id FROM works WHERE uid = ?2))
        ORDER BY works.id DESC LIMIT ?3
    """
    return [_work(row) for row in await fetch_all(tx, _SELECT + sql, (artisan_id, before, limit))]


async def list_featured(tx: Tx, artisan_id: int, *, limit: int) -> list[Work]:
    """Return the works an artisan chose to show first; where she chose none, her newest with a photograph."""
    sql = """
        WHERE works.artisan_id = ?1 AND withdrawn_at IS NULL AND (
            featured OR (
                NOT EXISTS (SELECT 1 FROM works WHERE artisan_id = ?1 AND featured AND withdrawn_at IS NULL)
                AND EXISTS (SELECT 1 FROM photos WHERE work_id = works.id)))
        ORDER BY works.id DESC LIMIT ?2
    """
    return [_work(row) for row in await fetch_all(tx, _SELECT + sql, (artisan_id, limit))]


async def list_tagged(tx: Tx, tag: str, *, limit: int) -> list[Work]:
    """Return the works with this tag, in whatever case of letters, the newest first."""
    sql = """
        WHERE withdrawn_at IS NULL AND works.id IN (SELECT work_id FROM tags WHERE tag = ?)
        ORDER BY works.id DESC LIMIT ?
    """
    return [_work(row) for row in await fetch_all(tx, _SELECT + sql, (tag.casefold(), limit))]


async def list_in_series(tx: Tx, series_uid: str, *, limit: int) -> list[Work]:
    """Return the works of a series, the newest first."""
    sql = "WHERE series.uid = ? AND withdrawn_at IS NULL ORDER BY works.id DESC LIMIT ?"
    return [_work(row) for row in await fetch_all(tx, _SELECT + sql, (series_uid, limit))]


async def find_series(tx: Tx, *, uid: str | None = None, slug: str | None = None) -> tuple[Series, int] | None:
    """Return the series with this uid or slug and its artisan's row id, or None."""
    row = await fetch_one(tx, "SELECT * FROM series WHERE uid = ? OR slug = ?", (uid, slug))
    if row is None:
        return None
    return Series(uid=row["uid"], slug=row["slug"], name=row["name"]), int(row["artisan_id"])


async def count_shown(tx: Tx, artisan_id: int | None = None) -> int:
    """Return how many works of an artisan, or of all, are shown."""
    sql = "SELECT count(*) FROM works WHERE withdrawn_at IS NULL AND (?1 IS NULL OR artisan_id = ?1)"
    return await fetch_value(tx, sql, (artisan_id,))


async def count_featured(tx: Tx, artisan_id: int) -> int:
    """Return how many works the artisan chose to show first."""
    sql = "SELECT count(*) FROM works WHERE artisan_id = ? AND featured AND withdrawn_at IS NULL"
    return await fetch_value(tx, sql, (artisan_id,))
