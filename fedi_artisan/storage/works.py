"""Works with their photographs, tags and series."""

import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from fedi_artisan.domain.appearance import Order
from fedi_artisan.domain.works import Draft, Work
from fedi_artisan.errors import Gone, NotFound
from fedi_artisan.storage import photos
from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, fetch_value, to_ms
from fedi_artisan.storage.series import series_id
from fedi_artisan.storage.slugs import free_slug
from fedi_artisan.storage.work_rows import SELECT, columns_of, work_of

_NEWEST = "ORDER BY works.published_at DESC, works.id DESC"
_BY_HAND = "ORDER BY works.position NULLS FIRST, works.published_at DESC, works.id DESC"
_ORDERS = {Order.DATE: _NEWEST, Order.HAND: _BY_HAND}


class Reader(StrEnum):
    """For whom a list of works is: as a condition in SQL, which has its indexes (migrations/0004_audience.sql)."""

    VISITOR = "works.listed"  # what visitors find
    SERVER = "works.collected"  # what other servers find
    ARTISAN = "works.withdrawn_at IS NULL"  # all that the artisan has published


async def insert(
    tx: Tx, *, uid: str, artisan_id: int, draft: Draft, series_uid: str, now: datetime, told_at: datetime | None = None
) -> Work:
    """Store a new work with the date *now* and return it; *series_uid* is used if its series is new."""
    in_series = await series_id(tx, artisan_id, draft.series, uid=series_uid, language=draft.language)
    sql = """
        INSERT INTO works (title, text, language, materials, techniques, dimensions, year, price_amount,
            price_currency, availability, featured, licence, full_size, ai_refused, watermarked, others, audience,
            edition_number, edition_size, may_reply, may_quote, close_after_days, uid, slug, artisan_id,
            series_id, published_at, told_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
    """
    slug = await free_slug(tx, "works", draft.title)
    rows = await fetch_all(
        tx, sql, (*columns_of(draft), uid, slug, artisan_id, in_series, to_ms(now), told_at and to_ms(told_at))
    )
    await _put_parts(tx, rows[0]["id"], artisan_id, draft)
    return await get(tx, uid)


async def update(tx: Tx, work: Work, draft: Draft, *, series_uid: str, now: datetime) -> Work:
    """Store *draft* as the next edit of *work* and return the work as it is now; its address stays."""
    in_series = await series_id(tx, work.artisan_id, draft.series, uid=series_uid, language=draft.language)
    sql = """
        UPDATE works SET title = ?, text = ?, language = ?, materials = ?, techniques = ?, dimensions = ?, year = ?,
            price_amount = ?, price_currency = ?, availability = ?, featured = ?, licence = ?, full_size = ?,
            ai_refused = ?, watermarked = ?, others = ?, audience = ?, edition_number = ?, edition_size = ?,
            may_reply = ?, may_quote = ?, close_after_days = ?, series_id = ?, edits = edits + 1,
            updated_at = ?, untold = 0
        WHERE id = ?
    """
    await tx.execute(sql, (*columns_of(draft), in_series, to_ms(now), work.id))
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
            edition_number = NULL, edition_size = NULL, position = NULL, withdrawn_at = ?
        WHERE id = ?
    """
    await tx.execute(sql, (to_ms(now), work.id))
    await tx.execute("DELETE FROM photos WHERE work_id = ?", (work.id,))
    await tx.execute("DELETE FROM tags WHERE work_id = ?", (work.id,))
    return await get(tx, work.uid)


async def find(tx: Tx, uid: str) -> Work | None:
    """Return the work with this uid, withdrawn or not, or None."""
    row = await fetch_one(tx, SELECT + "WHERE works.uid = ?", (uid,))
    return None if row is None else work_of(row)


async def get(tx: Tx, uid: str) -> Work:
    """Return the work with this uid, withdrawn or not.

    Raises:
        NotFound: there is none.
    """
    work = await find(tx, uid)
    if work is None:
        raise NotFound("there is no such work")
    return work


async def find_by_slug(tx: Tx, slug: str) -> Work | None:
    """Return the work whose page has this slug, withdrawn or not, or None."""
    row = await fetch_one(tx, SELECT + "WHERE works.slug = ?", (slug,))
    return None if row is None else work_of(row)


async def get_shown(tx: Tx, slug: str) -> Work:
    """Return the work whose page has this slug.

    Raises:
        NotFound: there was never such a work, or none whose page opens.
        Gone: it was withdrawn.
    """
    work = await find_by_slug(tx, slug)
    if work is None or not work.draft.audience.opens:
        raise NotFound("there is no such work")
    if work.withdrawn_at is not None:
        raise Gone("this work was withdrawn")
    return work


async def touch(tx: Tx, work: Work, now: datetime) -> Work:
    """Store that other servers are told anew of *work*, whose pictures changed; return it as it is now."""
    await tx.execute("UPDATE works SET updated_at = ?, untold = 0 WHERE id = ?", (to_ms(now), work.id))
    return await get(tx, work.uid)


async def set_told(tx: Tx, work: Work, now: datetime) -> Work:
    """Store that followers are told of *work*, of which they were not before; return it as it is now."""
    await tx.execute("UPDATE works SET told_at = ? WHERE id = ?", (to_ms(now), work.id))
    return await get(tx, work.uid)


async def set_closed(tx: Tx, work: Work, *, closed: bool) -> Work:
    """Store whether *work* is too old to be answered; return it as it is now."""
    await tx.execute("UPDATE works SET closed = ? WHERE id = ?", (closed, work.id))
    return await get(tx, work.uid)


async def set_untold(tx: Tx, work_id: int) -> None:
    """Remember that other servers still know the former pictures of a work."""
    await tx.execute("UPDATE works SET untold = 1 WHERE id = ?", (work_id,))


async def find_untold(tx: Tx, work_id: int) -> Work | None:
    """Return the work if other servers know former pictures of it and none of its photographs waits for its first try.

    One that could not be made and is put off holds up nothing: what others know of the rest would fade meanwhile.
    """
    sql = """
        WHERE works.id = ?1 AND untold AND sent AND NOT EXISTS (
            SELECT 1 FROM photo_jobs JOIN photos ON photos.id = photo_id WHERE work_id = ?1 AND attempts = 0)
    """
    row = await fetch_one(tx, SELECT + sql, (work_id,))
    return None if row is None else work_of(row)


async def find_id(tx: Tx, uid: str) -> int | None:
    """Return the row id of the work with this uid, if other servers know of it and it was not withdrawn."""
    row = await fetch_one(tx, "SELECT id FROM works WHERE uid = ? AND sent", (uid,))
    return None if row is None else int(row["id"])


async def list_shown(
    tx: Tx,
    artisan_id: int,
    *,
    limit: int,
    before: str | None = None,
    offset: int = 0,
    order: Order = Order.DATE,
    reader: Reader = Reader.VISITOR,
) -> list[Work]:
    """Return up to *limit* works of an artisan, in this order, without the first *offset* of them.

    With *before* only those older than that work; none where there is no such work.
    """
    sql = f"""
        SELECT id FROM works WHERE artisan_id = ?1 AND {reader} AND (
            ?2 IS NULL OR (published_at, id) < (SELECT published_at, id FROM works WHERE uid = ?2))
        {_ORDERS[order]} LIMIT ?3 OFFSET ?4
    """  # noqa: S608 - constants of ours
    return await _list_whole(tx, sql, (artisan_id, before, limit, offset))


async def list_newest(tx: Tx, *, limit: int) -> list[Work]:
    """Return the newest works of everybody here that visitors find."""
    return await _list_whole(tx, f"SELECT id FROM works WHERE {Reader.VISITOR} {_NEWEST} LIMIT ?", (limit,))  # noqa: S608 - constants of ours


async def list_featured(tx: Tx, artisan_id: int, *, limit: int, reader: Reader = Reader.VISITOR) -> list[Work]:
    """Return the works an artisan chose to show first; where she chose none, her newest with a photograph."""
    sql = f"""
        SELECT id FROM works WHERE artisan_id = ?1 AND {reader} AND (
            featured OR (
                NOT EXISTS (SELECT 1 FROM works WHERE artisan_id = ?1 AND featured AND {reader})
                AND EXISTS (SELECT 1 FROM photos WHERE work_id = works.id)))
        {_NEWEST} LIMIT ?2
    """  # noqa: S608 - constants of ours
    return await _list_whole(tx, sql, (artisan_id, limit))


async def list_tagged(tx: Tx, tag: str, *, limit: int, offset: int = 0, reader: Reader = Reader.VISITOR) -> list[Work]:
    """Return the works with this tag, in whatever case of letters, the newest first, without the first *offset*."""
    # The plus keeps to an index by date: looked up one by one, works would all be read, their texts as well.
    sql = f"""
        SELECT id FROM works WHERE {reader} AND +id IN (SELECT work_id FROM tags WHERE tag = ?)
        {_NEWEST} LIMIT ? OFFSET ?
    """  # noqa: S608 - constants of ours
    return await _list_whole(tx, sql, (tag.casefold(), limit, offset))


async def list_in_series(
    tx: Tx, series_uid: str, *, limit: int, offset: int = 0, order: Order = Order.DATE, reader: Reader = Reader.VISITOR
) -> list[Work]:
    """Return the works of a series in this order, without the first *offset*."""
    sql = f"""
        SELECT id FROM works WHERE series_id = (SELECT id FROM series WHERE uid = ?) AND {reader}
        {_ORDERS[order]} LIMIT ? OFFSET ?
    """  # noqa: S608 - constants of ours
    return await _list_whole(tx, sql, (series_uid, limit, offset))


async def find_neighbours(tx: Tx, work: Work, order: Order) -> tuple[Work | None, Work | None]:
    """Return the works before and after *work* in its series, as they stand in this order; None at either end."""
    if work.series is None:
        return None, None
    sql = f"""
        SELECT uid, lag(uid) OVER places AS before, lead(uid) OVER places AS after
        FROM works WHERE series_id = (SELECT id FROM series WHERE uid = ?) AND {Reader.VISITOR}
        WINDOW places AS ({_ORDERS[order]})
    """  # noqa: S608 - a constant of ours
    row = next((row for row in await fetch_all(tx, sql, (work.series.uid,)) if row["uid"] == work.uid), None)
    uids = (None, None) if row is None else (row["before"], row["after"])
    before, after = [None if uid is None else await find(tx, uid) for uid in uids]
    return before, after


async def _list_whole(tx: Tx, sql: str, parameters: tuple[object, ...]) -> list[Work]:
    """Return the works whose row ids a statement gives, in its order.

    Which ones first, and only of them everything: sorting would take along the photographs of all.
    """
    return await list_these(tx, [row["id"] for row in await fetch_all(tx, sql, parameters)])


async def list_these(tx: Tx, ids: Sequence[int]) -> list[Work]:
    """Return the works with these row ids, in the order of the ids."""
    sql = "WHERE works.id IN (SELECT value FROM json_each(?))"
    found = {row["id"]: work_of(row) for row in await fetch_all(tx, SELECT + sql, (json.dumps(ids),))}
    return [found[one] for one in ids]


async def arrange(tx: Tx, artisan_id: int, uids: Sequence[str]) -> None:
    """Give an artisan's works their places by hand, in the order of *uids*; all others lose theirs."""
    await tx.execute("UPDATE works SET position = NULL WHERE artisan_id = ? AND position IS NOT NULL", (artisan_id,))
    places = [(place, artisan_id, uid) for place, uid in enumerate(uids)]
    await tx.executemany("UPDATE works SET position = ? WHERE artisan_id = ? AND uid = ?", places)


async def count_shown(tx: Tx, artisan_id: int | None = None, *, reader: Reader = Reader.VISITOR) -> int:
    """Return how many works of an artisan, or of all, there are."""
    sql = f"SELECT count(*) FROM works WHERE {reader} AND (?1 IS NULL OR artisan_id = ?1)"  # noqa: S608 - constants of ours
    return await fetch_value(tx, sql, (artisan_id,))


async def has_available(tx: Tx, artisan_id: int) -> bool:
    """Whether one of an artisan's works that visitors find can be had at once."""
    sql = "SELECT EXISTS (SELECT 1 FROM works WHERE artisan_id = ? AND listed AND availability = 'available')"
    return bool(await fetch_value(tx, sql, (artisan_id,)))
