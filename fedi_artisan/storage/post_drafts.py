"""Posts while they are written; what is typed is stored as it is."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from fedi_artisan.domain.drafts import DraftPhoto, State
from fedi_artisan.domain.post_drafts import PostInWriting
from fedi_artisan.domain.posts import Mention
from fedi_artisan.errors import BadInput, BadPhoto
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, from_ms, to_ms
from fedi_artisan.storage.photos import photo_of

_SELECT = """
    SELECT post_drafts.*, revised.uid AS post_uid, became.uid AS published_uid, (
        SELECT json_group_array(json(value)) FROM (
            SELECT json_array(json(photo_values.value), name, alt, refusal, EXISTS (
                SELECT 1 FROM pending_photos WHERE pending_photos.photo_id = photos.id)) AS value
            FROM post_draft_photos JOIN photos ON photos.id = photo_id JOIN photo_values ON photo_values.id = photo_id
            WHERE draft_id = post_drafts.id ORDER BY post_draft_photos.position)) AS photos
    FROM post_drafts LEFT JOIN posts AS revised ON revised.id = post_drafts.post_id
        LEFT JOIN posts AS became ON became.id = post_drafts.published_id
"""


def _post(row: Row) -> PostInWriting:
    return PostInWriting(
        id=row["id"],
        uid=row["uid"],
        artisan_id=row["artisan_id"],
        post_uid=row["post_uid"],
        fields=json.loads(row["fields"]),
        mentions=tuple(Mention(**mention) for mention in json.loads(row["mentions"])),
        photos=tuple(_photo(one) for one in json.loads(row["photos"])),
        state=State(row["state"]),
        trouble=None if row["trouble"] is None else BadInput.from_kept(row["trouble"]),
        published_uid=row["published_uid"],
        saved_at=from_ms(row["saved_at"]),
    )


def _photo(stored: Sequence[Any]) -> DraftPhoto:
    value, name, alt, refusal, pending = stored
    return DraftPhoto(
        photo=photo_of(value),
        name=name,
        words={"alt": alt},
        pending=bool(pending),
        refusal=None if refusal is None else BadPhoto.from_kept(refusal, of=name),
    )


async def put(
    tx: Tx,
    *,
    uid: str,
    artisan_id: int,
    post_uid: str | None,
    fields: Mapping[str, str],
    now: datetime,
    reopens: bool,
) -> bool:
    """Keep what was typed, and return whether it is; what was said already stays as it is.

    Where it waits for its pictures, it is open again, unless nothing *reopens* it: then that stays as well.
    """
    sql = """
        INSERT INTO post_drafts (uid, artisan_id, post_id, fields, saved_at)
        VALUES (?, ?, (SELECT id FROM posts WHERE uid = ?), ?, ?)
        ON CONFLICT (uid) DO UPDATE SET fields = excluded.fields, saved_at = excluded.saved_at, state = 'open',
            trouble = NULL
        WHERE artisan_id = excluded.artisan_id AND (state = 'open' OR state = 'waiting' AND ?)
        RETURNING id
    """
    said = json.dumps(dict(fields), ensure_ascii=False)
    return bool(await fetch_all(tx, sql, (uid, artisan_id, post_uid, said, to_ms(now), reopens)))


async def put_photos(tx: Tx, draft_id: int, artisan_id: int, alts: Mapping[str, str]) -> None:
    """Let exactly these photographs of the artisan stand in it, in this order, with what is typed of each."""
    await tx.execute("DELETE FROM post_draft_photos WHERE draft_id = ?", (draft_id,))
    sql = """
        INSERT OR IGNORE INTO post_draft_photos (draft_id, photo_id, position, alt)
        SELECT ?, id, ?, ? FROM photos WHERE uid = ? AND artisan_id = ?
    """
    rows = [(draft_id, position, alt, uid, artisan_id) for position, (uid, alt) in enumerate(alts.items())]
    await tx.executemany(sql, rows)


async def find(tx: Tx, artisan_id: int, uid: str) -> PostInWriting | None:
    """Return what this artisan is writing under this uid."""
    row = await fetch_one(tx, _SELECT + "WHERE post_drafts.uid = ? AND post_drafts.artisan_id = ?", (uid, artisan_id))
    return None if row is None else _post(row)


async def find_waiting(tx: Tx, draft_id: int) -> PostInWriting | None:
    """Return what is written in this row, if it waits and its pictures are made."""
    row = await fetch_one(tx, _SELECT + "WHERE post_drafts.id = ? AND state = 'waiting'", (draft_id,))
    return None if row is None or _post(row).is_pending else _post(row)


async def list_due(tx: Tx) -> list[int]:
    """Return the rows of what waits, and whose pictures are made."""
    sql = """
        SELECT id FROM post_drafts WHERE state = 'waiting' AND NOT EXISTS (
            SELECT 1 FROM post_draft_photos JOIN pending_photos USING (photo_id) WHERE draft_id = post_drafts.id)
        ORDER BY id
    """
    return [int(row["id"]) for row in await fetch_all(tx, sql)]


async def list_unsaid(tx: Tx, artisan_id: int, limit: int) -> list[PostInWriting]:
    """Return what the artisan has begun and not said, what was written last before all others."""
    sql = _SELECT + "WHERE post_drafts.artisan_id = ? AND state <> 'published' ORDER BY saved_at DESC LIMIT ?"
    return [_post(row) for row in await fetch_all(tx, sql, (artisan_id, limit))]


async def set_waiting(tx: Tx, draft_id: int, mentions: Collection[Mention]) -> None:
    """Let it wait for its pictures; *mentions* are whom it will name."""
    named = json.dumps([asdict(one) for one in mentions], ensure_ascii=False)
    await tx.execute("UPDATE post_drafts SET state = 'waiting', mentions = ? WHERE id = ?", (named, draft_id))


async def set_open(tx: Tx, draft_id: int, trouble: BadInput) -> None:
    """Let it wait no longer, and tell why it could not be said."""
    await tx.execute("UPDATE post_drafts SET state = 'open', trouble = ? WHERE id = ?", (trouble.kept(), draft_id))


async def set_published(tx: Tx, draft_id: int, post_id: int, now: datetime) -> None:
    """Remember the post that it became; its photographs stand there."""
    sql = "UPDATE post_drafts SET state = 'published', published_id = ?, saved_at = ? WHERE id = ?"
    await tx.execute(sql, (post_id, to_ms(now), draft_id))
    await tx.execute("DELETE FROM post_draft_photos WHERE draft_id = ?", (draft_id,))


async def delete(tx: Tx, draft_id: int) -> None:
    """Throw it away, unless it was said."""
    await tx.execute("DELETE FROM post_drafts WHERE id = ? AND state <> 'published'", (draft_id,))


async def has_published(tx: Tx, before: datetime) -> bool:
    """Whether there is something that was said before *before*, and is still remembered."""
    sql = "SELECT EXISTS (SELECT 1 FROM post_drafts WHERE state = 'published' AND saved_at < ?)"
    return bool(await fetch_value(tx, sql, (to_ms(before),)))


async def forget_published(tx: Tx, before: datetime) -> None:
    """Forget what was said before *before*, and was remembered for a late press of the button."""
    await tx.execute("DELETE FROM post_drafts WHERE state = 'published' AND saved_at < ?", (to_ms(before),))


async def list_taken(tx: Tx, draft_id: int) -> list[str]:
    """Return the uids of its photographs that its post cannot have for itself: they stand elsewhere already."""
    sql = """
        SELECT photos.uid FROM post_draft_photos AS here JOIN photos ON photos.id = here.photo_id
            JOIN post_drafts ON post_drafts.id = draft_id
            LEFT JOIN post_photos ON post_photos.photo_id = photos.id
        WHERE draft_id = ?1 AND (
            work_id IS NOT NULL OR photos.id IN own_photos OR post_photos.post_id <> coalesce(post_drafts.post_id, 0)
            OR photos.id IN (SELECT photo_id FROM draft_photos) OR EXISTS (
                SELECT 1 FROM post_draft_photos AS there
                WHERE there.photo_id = photos.id AND there.draft_id <> ?1 AND post_photos.post_id IS NULL))
    """
    return [str(row["uid"]) for row in await fetch_all(tx, sql, (draft_id,))]
