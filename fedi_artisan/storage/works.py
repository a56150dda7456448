"""Works with their photographs, tags and series."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from fedi_artisan.domain.appearance import Order
from fedi_artisan.domain.works import Availability, Dimensions, Draft, Price, Wording, Work
from fedi_artisan.errors import Gone, NotFound
from fedi_artisan.storage import photos
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, from_ms, moment_or_none, to_ms
from fedi_artisan.storage.photo_jobs import own_terms_of
from fedi_artisan.storage.photos import photo_of
from fedi_artisan.storage.series import SERIES_COLUMNS, series_id, series_of
from fedi_artisan.storage.slugs import free_slug

# Photographs and tags come as JSON in the same row, so that a list of works is one statement.
_SELECT = f"""
    SELECT works.*, {SERIES_COLUMNS},
        (SELECT json_group_array(json(value))
         FROM (SELECT value FROM photo_values WHERE work_id = works.id ORDER BY position)) AS photos,
        (SELECT json_group_array(name)
         FROM (SELECT name FROM tags WHERE tags.work_id = works.id ORDER BY position)) AS tags
    FROM works LEFT JOIN series ON series.id = works.series_id
"""  # noqa: S608 - a constant of ours
_BY_HAND = "ORDER BY works.position IS NOT NULL, works.position, works.id DESC"
_ORDERS = {Order.DATE: "ORDER BY works.id DESC", Order.HAND: _BY_HAND}


def _dimensions(stored: str | None) -> Dimensions | None:
    if stored is None:
        return None
    raw = json.loads(stored)
    return Dimensions(tuple((kind, Decimal(number)) for kind, number in raw["measures"]), raw["unit"])


def _work(row: Row) -> Work:
    price = None if row["price_amount"] is None else Price(Decimal(row["price_amount"]), row["price_currency"])
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
        others={code: _wording(raw) for code, raw in json.loads(row["others"]).items()},
    )
    return Work(
        id=row["id"],
        uid=row["uid"],
        slug=row["slug"],
        artisan_id=row["artisan_id"],
        draft=draft,
        series=None if row["series_uid"] is None else series_of(row),
        published_at=from_ms(row["published_at"]),
        updated_at=moment_or_none(row["updated_at"]),
        withdrawn_at=moment_or_none(row["withdrawn_at"]),
        edits=row["edits"],
        likes=row["likes"],
        announces=row["announces"],
        replies=row["replies"],
        position=row["position"],
    )


def _wording(raw: dict[str, Any]) -> Wording:
    return Wording(
        title=raw["title"], text=raw["text"], materials=tuple(raw["materials"]), techniques=tuple(raw["techniques"])
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
        json.dumps({code: asdict(wording) for code, wording in draft.others.items()}),
    )


async def insert(tx: Tx, *, uid: str, artisan_id: int, draft: Draft, series_uid: str, now: datetime) -> Work:
    """Store a new work and return it; *series_uid* is used if its series is new."""
    in_series = await series_id(tx, artisan_id, draft.series, uid=series_uid, language=draft.language)
    sql = """
        INSERT INTO works (title, text, language, materials, techniques, dimensions, year, price_amount,
            price_currency, availability, featured, licence, full_size, ai_refused, watermarked, others, uid, slug,
            artisan_id, series_id, published_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
    """
    slug = await free_slug(tx, "works", draft.title)
    rows = await fetch_all(tx, sql, (*_facts(draft), uid, slug, artisan_id, in_series, to_ms(now)))
    await _put_parts(tx, rows[0]["id"], artisan_id, draft)
    return await get(tx, uid)


async def update(tx: Tx, work: Work, draft: Draft, *, series_uid: str, now: datetime) -> Work:
    """Store *draft* as the next edit of *work* and return the work as it is now; its address stays."""
    in_series = await series_id(tx, work.artisan_id, draft.series, uid=series_uid, language=draft.language)
    sql = """
        UPDATE works SET title = ?, text = ?, language = ?, materials = ?, techniques = ?, dimensions = ?, year = ?,
            price_amount = ?, price_currency = ?, availability = ?, featured = ?, licence = ?, full_size = ?,
            ai_refused = ?, watermarked = ?, others = ?, series_id = ?, edits = edits + 1, updated_at = ?, untold = 0
        WHERE id = ?
    """
    await tx.execute(sql, (*_facts(draft), in_series, to_ms(now), work.id))
    await tx.execute("DELETE FROM tags WHERE work_id = ?", (work.id,))
    await _put_parts(tx, work.id, work.artisan_id, draft)
    return await get(tx, work.uid)


async def _put_parts(tx: Tx, work_id: int, artisan_id: int, draft: Draft) -> None:
    """Store photographs and tags."""
    await photos.place(tx, work_id=work_id, artisan_id=artisan_id, photos=draft.photos)
    tags = [(work_id, position, name.casefold(), name) for position, name in enumerate(draft.tags)]
    await tx.executemany("INSERT OR IGNORE INTO tags (work_id, position, tag, name) VALUES (?, ?, ?, ?)", tags)


async def withdraw(tx: Tx, work: Work, now: datetime) -> Work:
    """Withdraw *work*: its row stays as a tombstone, what it said is gone. Returns the tombstone."""
    sql = """
        UPDATE works SET title = '-', text = '', materials = '[]', techniques = '[]', dimensions = NULL, year = NULL,
            price_amount = NULL, price_currency = NULL, availability = NULL, series_id = NULL, featured = 0,
            licence = NULL, full_size = NULL, ai_refused = NULL, watermarked = 1, untold = 0, others = '{}',
            position = NULL, withdrawn_at = ?
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


async def get_shown(tx: Tx, slug: str) -> Work:
    """Return the work whose page has this slug.

    Raises:
        NotFound: there was never such a work.
        Gone: it was withdrawn.
    """
    work = await find_by_slug(tx, slug)
    if work is None:
        raise NotFound("there is no such work")
    if work.withdrawn_at is not None:
        raise Gone("this work was withdrawn")
    return work


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


async def list_shown(
    tx: Tx,
    artisan_id: int,
    *,
    limit: int,
    before: str | None = None,
    offset: int = 0,
    order: Order = Order.DATE,
) -> list[Work]:
    """Return up to *limit* works of an artisan, in this order, without the first *offset* of them.

    With *before* only those older than that work; none where there is no such work.
    """
    # Which ones first, and only of them everything: sorting would take along the photographs of all.
    sql = f"""
        WHERE works.id IN (
            SELECT id FROM works WHERE artisan_id = ?1 AND withdrawn_at IS NULL
                AND (?2 IS NULL OR works.id < (SELECT id FROM works WHERE uid = ?2))
            {_ORDERS[order]} LIMIT ?3 OFFSET ?4)
        {_ORDERS[order]}
    """  # noqa: S608 - constants of ours
    return [_work(row) for row in await fetch_all(tx, _SELECT + sql, (artisan_id, before, limit, offset))]


async def list_newest(tx: Tx, *, limit: int) -> list[Work]:
    """Return the newest works of everybody here."""
    sql = "WHERE withdrawn_at IS NULL ORDER BY works.id DESC LIMIT ?"
    return [_work(row) for row in await fetch_all(tx, _SELECT + sql, (limit,))]


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


async def list_tagged(tx: Tx, tag: str, *, limit: int, offset: int = 0) -> list[Work]:
    """Return the works with this tag, in whatever case of letters, the newest first, without the first *offset*."""
    sql = """
        WHERE withdrawn_at IS NULL AND works.id IN (SELECT work_id FROM tags WHERE tag = ?)
        ORDER BY works.id DESC LIMIT ? OFFSET ?
    """
    return [_work(row) for row in await fetch_all(tx, _SELECT + sql, (tag.casefold(), limit, offset))]


async def list_in_series(
    tx: Tx, series_uid: str, *, limit: int, offset: int = 0, order: Order = Order.DATE
) -> list[Work]:
    """Return the works of a series in this order, without the first *offset*."""
    sql = "WHERE series.uid = ? AND withdrawn_at IS NULL"
    found = await fetch_all(tx, f"{_SELECT} {sql} {_ORDERS[order]} LIMIT ? OFFSET ?", (series_uid, limit, offset))
    return [_work(row) for row in found]


async def find_neighbours(tx: Tx, work: Work, order: Order) -> tuple[Work | None, Work | None]:
    """Return the works before and after *work* in its series, as they stand in this order; None at either end."""
    if work.series is None:
        return None, None
    sql = f"""
        SELECT uid, lag(uid) OVER places AS before, lead(uid) OVER places AS after
        FROM works WHERE series_id = (SELECT id FROM series WHERE uid = ?) AND withdrawn_at IS NULL
        WINDOW places AS ({_ORDERS[order]})
    """  # noqa: S608 - a constant of ours
    row = next((row for row in await fetch_all(tx, sql, (work.series.uid,)) if row["uid"] == work.uid), None)
    uids = (None, None) if row is None else (row["before"], row["after"])
    before, after = [None if uid is None else await find(tx, uid) for uid in uids]
    return before, after


async def list_these(tx: Tx, ids: Sequence[int]) -> list[Work]:
    """Return the works with these row ids, in the order of the ids."""
    sql = "WHERE works.id IN (SELECT value FROM json_each(?))"
    found = {row["id"]: _work(row) for row in await fetch_all(tx, _SELECT + sql, (json.dumps(ids),))}
    return [found[one] for one in ids]


async def arrange(tx: Tx, artisan_id: int, uids: Sequence[str]) -> None:
    """Give an artisan's works their places by hand, in the order of *uids*; all others lose theirs."""
    await tx.execute("UPDATE works SET position = NULL WHERE artisan_id = ? AND position IS NOT NULL", (artisan_id,))
    places = [(place, artisan_id, uid) for place, uid in enumerate(uids)]
    await tx.executemany("UPDATE works SET position = ? WHERE artisan_id = ? AND uid = ?", places)


async def count_shown(tx: Tx, artisan_id: int | None = None) -> int:
    """Return how many works of an artisan, or of all, are shown."""
    sql = "SELECT count(*) FROM works WHERE withdrawn_at IS NULL AND (?1 IS NULL OR artisan_id = ?1)"
    return await fetch_value(tx, sql, (artisan_id,))


async def has_available(tx: Tx, artisan_id: int) -> bool:
    """Whether one of an artisan's works can be had at once."""
    sql = """
        SELECT EXISTS (SELECT 1 FROM works WHERE artisan_id = ? AND withdrawn_at IS NULL AND availability = 'available')
    """
    return bool(await fetch_value(tx, sql, (artisan_id,)))


async def count_featured(tx: Tx, artisan_id: int) -> int:
    """Return how many works the artisan chose to show first."""
    sql = "SELECT count(*) FROM works WHERE artisan_id = ? AND featured AND withdrawn_at IS NULL"
    return await fetch_value(tx, sql, (artisan_id,))
