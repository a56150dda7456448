"""Which photographs are to be made, or made anew, and on which terms."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fedi_artisan.domain.terms import Licence, OwnTerms
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, to_ms

# How long a photograph that could not be made is put off at most.
LONGEST_WAIT = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A photograph of which pictures are to be made; *work_id* is None where it is not placed in a work.

    *own* tells that it is an artisan's portrait or header, *drafted* that it stands in a draft and in no work yet, or
    in a post; *recipe* by what its pictures of now were made, *terms* in what its work, or its draft, differs from the
    artisan's other works.
    """

    photo_id: int
    uid: str
    artisan_id: int
    work_id: int | None
    own: bool
    drafted: bool
    name: str
    original: str
    recipe: str
    attempts: int
    terms: OwnTerms


_JOB = """
    SELECT photos.*, coalesce(photo_jobs.attempts, 0) AS attempts, photos.id IN own_photos AS own,
        drafts.id IS NOT NULL OR EXISTS (SELECT 1 FROM post_photos WHERE post_photos.photo_id = photos.id)
            OR EXISTS (SELECT 1 FROM post_draft_photos WHERE post_draft_photos.photo_id = photos.id) AS drafted,
        coalesce(works.licence, drafts.licence) AS licence,
        coalesce(works.full_size, drafts.full_size) AS full_size,
        coalesce(works.ai_refused, drafts.ai_refused) AS ai_refused,
        coalesce(works.watermarked, drafts.watermarked, 1) AS watermarked
    FROM photos LEFT JOIN photo_jobs ON photo_jobs.photo_id = photos.id LEFT JOIN works ON works.id = photos.work_id
        LEFT JOIN drafts ON photos.work_id IS NULL AND drafts.id = (
            SELECT min(draft_id) FROM draft_photos WHERE draft_photos.photo_id = photos.id)
"""


def _job(row: Row) -> Job:
    return Job(
        photo_id=row["id"],
        uid=row["uid"],
        artisan_id=row["artisan_id"],
        work_id=row["work_id"],
        own=bool(row["own"]),
        drafted=bool(row["drafted"]),
        name=row["name"],
        original=row["original"],
        recipe=row["recipe"],
        attempts=row["attempts"],
        terms=own_terms_of(row),
    )


def own_terms_of(row: Row) -> OwnTerms:
    """Return in what the terms of a work differ, from the columns of its row."""
    return OwnTerms(
        licence=None if row["licence"] is None else Licence(row["licence"]),
        full_size=None if row["full_size"] is None else bool(row["full_size"]),
        ai_refused=None if row["ai_refused"] is None else bool(row["ai_refused"]),
        watermarked=bool(row["watermarked"]),
    )


async def find_job(tx: Tx, now: datetime) -> Job | None:
    """Return the photograph whose turn it is: those of which there is nothing yet come first.

    What is due later than anything is ever put off was put off by a clock that stood ahead, and is due.
    """
    sql = "WHERE due_at <= ? OR due_at > ? ORDER BY recipe <> '', due_at, photo_id LIMIT 1"
    row = await fetch_one(tx, _JOB + sql, (to_ms(now), to_ms(now + LONGEST_WAIT)))
    return None if row is None else _job(row)


async def find_job_of(tx: Tx, uid: str) -> Job | None:
    """Return what is to be done about one photograph, asked for or not; None where it is gone or has no original."""
    row = await fetch_one(tx, _JOB + "WHERE photos.uid = ? AND original IS NOT NULL", (uid,))
    return None if row is None else _job(row)


async def count_jobs(tx: Tx, work_id: int | None = None) -> int:
    """Return how many photographs wait, of one work or of all."""
    sql = "SELECT count(*) FROM photo_jobs JOIN photos ON photos.id = photo_id WHERE ?1 IS NULL OR work_id = ?1"
    return await fetch_value(tx, sql, (work_id,))


async def want(tx: Tx, photo_ids: Iterable[int], now: datetime, *, hurry: bool = True) -> None:
    """Have the pictures of these photographs made, or made anew; those that are gone meanwhile are left out.

    One that was put off is tried at once, unless there is no *hurry*.
    """
    sql = """
        INSERT INTO photo_jobs (photo_id, due_at) SELECT id, ?1 FROM photos WHERE id = ?2
        ON CONFLICT DO UPDATE SET due_at = min(due_at, excluded.due_at), attempts = 0 WHERE ?3
    """
    await tx.executemany(sql, [(to_ms(now), photo_id, hurry) for photo_id in photo_ids])


async def hurry_all(tx: Tx, now: datetime) -> None:
    """Have all that was put off tried at once."""
    await tx.execute("UPDATE photo_jobs SET due_at = min(due_at, ?), attempts = 0", (to_ms(now),))


async def begin(tx: Tx, photo_id: int, due_at: datetime) -> None:
    """Count one more try of a photograph; should nothing come of it, whatever the reason, the next is at *due_at*."""
    sql = "UPDATE photo_jobs SET attempts = attempts + 1, due_at = ? WHERE photo_id = ?"
    await tx.execute(sql, (to_ms(due_at), photo_id))


async def list_all(
    tx: Tx, *, artisan_id: int | None = None, work_id: int | None = None, draft_id: int | None = None
) -> list[Job]:
    """Return every photograph with an original that was not refused, as something that might have to be made anew."""
    sql = """
        WHERE original IS NOT NULL AND refusal IS NULL AND (?1 IS NULL OR photos.artisan_id = ?1)
            AND (?2 IS NULL OR photos.work_id = ?2)
            AND (?3 IS NULL OR photos.id IN (SELECT photo_id FROM draft_photos WHERE draft_id = ?3))
        ORDER BY photos.id
    """
    return [_job(row) for row in await fetch_all(tx, _JOB + sql, (artisan_id, work_id, draft_id))]
