"""Drafts with their photographs; what is typed is stored as it is."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fedi_artisan.domain.clock import Span
from fedi_artisan.domain.drafts import DraftPhoto, KeptDraft, Problem, State, problem_of
from fedi_artisan.domain.terms import OwnTerms
from fedi_artisan.errors import BadInput, BadPhoto
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, from_ms, moment_or_none, to_ms
from fedi_artisan.storage.photos import photo_of

_SELECT = """
    SELECT drafts.*, revised.uid AS work_uid, became.uid AS published_uid, (
        SELECT json_group_array(json(value)) FROM (
            SELECT json_array(json(photo_values.value), name, json(words), refusal, EXISTS (
                SELECT 1 FROM pending_photos WHERE pending_photos.photo_id = photos.id)) AS value
            FROM draft_photos JOIN photos ON photos.id = photo_id JOIN photo_values ON photo_values.id = photo_id
            WHERE draft_id = drafts.id ORDER BY draft_photos.position)) AS photos
    FROM drafts LEFT JOIN works AS revised ON revised.id = drafts.work_id
        LEFT JOIN works AS became ON became.id = drafts.published_id
"""


def _draft(row: Row) -> KeptDraft:
    return KeptDraft(
        id=row["id"],
        uid=row["uid"],
        artisan_id=row["artisan_id"],
        work_uid=row["work_uid"],
        copy_of=row["copy_of"],
        fields=json.loads(row["fields"]),
        begun=json.loads(row["begun"]),
        photos=tuple(_photo(one) for one in json.loads(row["photos"])),
        version=row["version"],
        state=State(row["state"]),
        created_at=from_ms(row["created_at"]),
        saved_at=from_ms(row["saved_at"]),
        publish_at=moment_or_none(row["publish_at"]),
        troubles=tuple(problem_of(BadInput.from_kept(told), name) for name, told in json.loads(row["troubles"])),
        published_uid=row["published_uid"],
    )


def _photo(stored: Sequence[Any]) -> DraftPhoto:
    value, name, words, refusal, pending = stored
    return DraftPhoto(
        photo=photo_of(value),
        name=name,
        words=words,
        pending=bool(pending),
        refusal=None if refusal is None else BadPhoto.from_kept(refusal, of=name),
    )


async def insert(
    tx: Tx,
    *,
    uid: str,
    artisan_id: int,
    fields: Mapping[str, str],
    terms: OwnTerms,
    now: datetime,
    work_id: int | None = None,
    begun: Mapping[str, str] | None = None,
    copy_of: str | None = None,
) -> int:
    """Store a new draft without photographs and return its row."""
    sql = """
        INSERT INTO drafts (uid, artisan_id, work_id, copy_of, fields, begun, licence, full_size, ai_refused,
            watermarked, created_at, saved_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11) RETURNING id
    """
    said = (_json(fields), _json(begun or {}), *_columns(terms))
    rows = await fetch_all(tx, sql, (uid, artisan_id, work_id, copy_of, *said, to_ms(now)))
    return int(rows[0]["id"])


async def update(tx: Tx, draft_id: int, fields: Mapping[str, str], terms: OwnTerms, now: datetime) -> None:
    """Store what is typed now, as the next version; what was wrong before may be right now."""
    sql = """
        UPDATE drafts SET fields = ?, licence = ?, full_size = ?, ai_refused = ?, watermarked = ?, saved_at = ?,
            version = version + 1, troubles = '[]'
        WHERE id = ?
    """
    await tx.execute(sql, (_json(fields), *_columns(terms), to_ms(now), draft_id))


def _json(said: Mapping[str, str]) -> str:
    """Return fields so that the same ones are always the same text."""
    return json.dumps(dict(said), sort_keys=True)


def _columns(terms: OwnTerms) -> tuple[object, ...]:
    return (terms.licence, terms.full_size, terms.ai_refused, terms.watermarked)


async def put_photos(tx: Tx, draft_id: int, photos: Iterable[tuple[str, Mapping[str, str]]]) -> None:
    """Let exactly these photographs, by uid and with their words, stand in a draft in this order."""
    await tx.execute("DELETE FROM draft_photos WHERE draft_id = ?", (draft_id,))
    sql = "INSERT INTO draft_photos (draft_id, photo_id, position, words) SELECT ?, id, ?, ? FROM photos WHERE uid = ?"
    rows = [(draft_id, position, json.dumps(dict(words)), uid) for position, (uid, words) in enumerate(photos)]
    await tx.executemany(sql, rows)


async def settle(tx: Tx, draft_id: int) -> None:
    """Forget what was wrong with a draft, of which something was changed."""
    await tx.execute("UPDATE drafts SET troubles = '[]' WHERE id = ? AND troubles <> '[]'", (draft_id,))


async def exists(tx: Tx, uid: str) -> bool:
    """Return whether anybody has a draft with this uid, published or not."""
    return bool(await fetch_value(tx, "SELECT EXISTS (SELECT 1 FROM drafts WHERE uid = ?)", (uid,)))


async def find(tx: Tx, artisan_id: int, uid: str) -> KeptDraft | None:
    """Return the artisan's draft with this uid, published or not, or None."""
    row = await fetch_one(tx, _SELECT + "WHERE drafts.uid = ? AND drafts.artisan_id = ?", (uid, artisan_id))
    return None if row is None else _draft(row)


async def find_revision(tx: Tx, work_id: int) -> KeptDraft | None:
    """Return the revision of a work that is not published yet, else the last of its copies, or None."""
    sql = """
        WHERE drafts.work_id = ? AND state <> 'published'
        ORDER BY copy_of IS NOT NULL, drafts.saved_at DESC, drafts.id DESC LIMIT 1
    """
    row = await fetch_one(tx, _SELECT + sql, (work_id,))
    return None if row is None else _draft(row)


async def list_untouched(tx: Tx, artisan_id: int, fields: Mapping[str, str]) -> list[KeptDraft]:
    """Return the artisan's open drafts of new works that still say what they were begun with, these *fields*."""
    sql = """
        WHERE drafts.artisan_id = ? AND state = 'open' AND drafts.work_id IS NULL AND copy_of IS NULL AND version = 1
            AND fields = ? ORDER BY drafts.id DESC
    """
    return [_draft(row) for row in await fetch_all(tx, _SELECT + sql, (artisan_id, _json(fields)))]


async def list_copies(tx: Tx, uid: str) -> list[KeptDraft]:
    """Return the copies beside a draft that are not published, the last first."""
    sql = "WHERE copy_of = ? AND state <> 'published' ORDER BY drafts.id DESC"
    return [_draft(row) for row in await fetch_all(tx, _SELECT + sql, (uid,))]


async def list_open(tx: Tx, artisan_id: int) -> list[KeptDraft]:
    """Return the artisan's drafts that are not published, the one saved last first."""
    sql = "WHERE drafts.artisan_id = ? AND state <> 'published' ORDER BY drafts.saved_at DESC, drafts.id DESC"
    return [_draft(row) for row in await fetch_all(tx, _SELECT + sql, (artisan_id,))]


async def count_open(tx: Tx, artisan_id: int) -> int:
    """Return how many drafts of the artisan are not published."""
    return await fetch_value(
        tx, "SELECT count(*) FROM drafts WHERE artisan_id = ? AND state <> 'published'", (artisan_id,)
    )


async def set_waiting(tx: Tx, draft_id: int, publish_at: datetime) -> None:
    """Let a draft wait for its moment."""
    sql = "UPDATE drafts SET state = 'waiting', publish_at = ?, troubles = '[]' WHERE id = ? AND state <> 'published'"
    await tx.execute(sql, (to_ms(publish_at), draft_id))


async def set_open(tx: Tx, draft_id: int, troubles: Iterable[Problem] = ()) -> None:
    """Let a draft wait no longer, with what was found to be wrong with it."""
    told = json.dumps([(one.field, one.error.kept()) for one in troubles])
    sql = "UPDATE drafts SET state = 'open', publish_at = NULL, troubles = ? WHERE id = ? AND state <> 'published'"
    await tx.execute(sql, (told, draft_id))


async def set_published(tx: Tx, draft_id: int, work_id: int, now: datetime) -> None:
    """Remember what a draft became."""
    sql = """
        UPDATE drafts SET state = 'published', publish_at = NULL, troubles = '[]', published_id = ?, saved_at = ?
        WHERE id = ?
    """
    await tx.execute(sql, (work_id, to_ms(now), draft_id))


async def remove(tx: Tx, draft_id: int) -> None:
    """Remove a draft."""
    await tx.execute("DELETE FROM drafts WHERE id = ?", (draft_id,))


async def forget_work(tx: Tx, work_id: int) -> None:
    """Remove the revisions of a work that is withdrawn, and what other drafts of it said."""
    await tx.execute("DELETE FROM drafts WHERE work_id = ?", (work_id,))
    await tx.execute("UPDATE drafts SET fields = '{}' WHERE published_id = ?", (work_id,))


async def forget_published(tx: Tx, before: datetime) -> int:
    """Forget drafts that were published before *before*; return how many."""
    sql = "DELETE FROM drafts WHERE state = 'published' AND saved_at < ? RETURNING id"
    return len(await fetch_all(tx, sql, (to_ms(before),)))


async def has_published(tx: Tx, before: datetime) -> bool:
    """Whether there are drafts that were published before *before*."""
    sql = "SELECT EXISTS (SELECT 1 FROM drafts WHERE state = 'published' AND saved_at < ?)"
    return bool(await fetch_value(tx, sql, (to_ms(before),)))


async def list_due(tx: Tx, now: datetime, *, but: Span | None = None) -> list[tuple[int, str]]:
    """Return artisan (row) and uid of the drafts whose moment has come and whose photographs are made.

    Those are left out *but* for whose moment the clock may be wrong.
    """
    sql = """
        SELECT artisan_id, uid FROM drafts
        WHERE state = 'waiting' AND publish_at <= ?1 AND NOT coalesce(publish_at > ?2 AND publish_at <= ?3, FALSE)
            AND NOT EXISTS (
            SELECT 1 FROM draft_photos JOIN pending_photos ON pending_photos.photo_id = draft_photos.photo_id
            WHERE draft_id = drafts.id)
        ORDER BY publish_at, id
    """
    values = (to_ms(now), but and to_ms(but.start), but and to_ms(but.end))
    return [(int(row["artisan_id"]), str(row["uid"])) for row in await fetch_all(tx, sql, values)]


async def find_next(tx: Tx, now: datetime) -> datetime | None:
    """Return when the next draft is due after *now*, or None."""
    sql = "SELECT min(publish_at) AS next FROM drafts WHERE state = 'waiting' AND publish_at > ?"
    row = await fetch_one(tx, sql, (to_ms(now),))
    return None if row is None else moment_or_none(row["next"])


async def list_taken(tx: Tx, draft_id: int) -> list[str]:
    """Return the uids of a draft's photographs that its work cannot have for itself.

    They stand in another work, in another draft, or are an artisan's portrait or header.
    """
    sql = """
        SELECT photos.uid FROM draft_photos AS here JOIN photos ON photos.id = photo_id
            JOIN drafts ON drafts.id = draft_id
        WHERE draft_id = ?1 AND (
            photos.id IN placed_photos OR photos.work_id <> coalesce(drafts.work_id, 0)
            OR photos.work_id IS NULL AND EXISTS (
                SELECT 1 FROM draft_photos AS there WHERE there.photo_id = here.photo_id AND there.draft_id <> ?1))
    """
    return [str(row["uid"]) for row in await fetch_all(tx, sql, (draft_id,))]
