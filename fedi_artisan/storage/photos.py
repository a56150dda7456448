"""Photographs and the pictures made of them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from fedi_artisan.domain.photos import Facts, Label, Photo, PictureType, Remark, Rendition, Role
from fedi_artisan.errors import BadInput, BadPhoto, NotFound
from fedi_artisan.storage import photo_jobs
from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, to_ms


def photo_of(stored: Sequence[object]) -> Photo:
    """Return the photograph in one row of the view photo_values, its JSON read already."""
    uid, original, width, height, blurhash, tone, facts, remarks, alts, captions, *rest = stored
    focal_x, focal_y, label, shows_date, shows_camera, renditions = rest
    return Photo(
        uid=str(uid),
        original=None if original is None else str(original),
        width_px=_int(width),
        height_px=_int(height),
        renditions=tuple(_rendition(one) for one in _list(renditions)),
        blurhash=str(blurhash),
        tone=str(tone),
        facts=Facts(**_dict(facts)),
        remarks=frozenset(Remark(str(one)) for one in _list(remarks)),
        alts=_dict(alts),
        captions=_dict(captions),
        focal_point=(float(str(focal_x)), float(str(focal_y))),
        label=None if label is None else Label(str(label)),
        shows_date=bool(shows_date),
        shows_camera=bool(shows_camera),
    )


def _rendition(stored: object) -> Rendition:
    role, kind, width, height, size, file = _list(stored)
    return Rendition(
        role=Role(str(role)),
        type=PictureType(str(kind)),
        width_px=_int(width),
        height_px=_int(height),
        size_bytes=_int(size),
        file=str(file),
    )


def _int(value: object) -> int:
    return int(str(value))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _dict(value: object) -> dict[str, str]:
    return value if isinstance(value, dict) else {}


async def insert(
    tx: Tx,
    *,
    uid: str,
    artisan_id: int,
    name: str,
    original: str,
    original_bytes: int,
    now: datetime,
    key: str | None = None,
) -> None:
    """Record a photograph that was given; its pictures are to be made."""
    sql = """
        INSERT INTO photos (uid, artisan_id, name, original, original_bytes, given_at, key) VALUES (?, ?, ?, ?, ?, ?, ?)
        RETURNING id
    """
    rows = await fetch_all(tx, sql, (uid, artisan_id, name, original, original_bytes, to_ms(now), key))
    await photo_jobs.want(tx, [rows[0]["id"]], now)


async def find_by_key(tx: Tx, artisan_id: int, key: str) -> str | None:
    """Return the uid of the artisan's photograph that was given with this key."""
    row = await fetch_one(tx, "SELECT uid FROM photos WHERE artisan_id = ? AND key = ?", (artisan_id, key))
    return None if row is None else str(row["uid"])


async def find_unplaced(tx: Tx, artisan_id: int, original: str, *, but: Iterable[str]) -> str | None:
    """Return the uid of the artisan's photograph of this very file that stands nowhere yet, *but* none of these."""
    sql = """
        SELECT uid FROM photos WHERE original = ? AND artisan_id = ? AND work_id IS NULL AND refusal IS NULL
            AND id NOT IN placed_photos AND uid NOT IN (SELECT value FROM json_each(?))
    """
    row = await fetch_one(tx, sql, (original, artisan_id, json.dumps(list(but))))
    return None if row is None else str(row["uid"])


async def find_place(tx: Tx, artisan_id: int, uid: str) -> tuple[int, int | None] | None:
    """Return the row of the artisan's photograph *uid* and that of the work that shows it, or 0 if it stands elsewhere.

    None where there is no such photograph of hers.
    """
    sql = """
        SELECT id, CASE WHEN id IN placed_photos THEN 0 ELSE work_id END AS place
        FROM photos WHERE uid = ? AND artisan_id = ?
    """
    row = await fetch_one(tx, sql, (uid, artisan_id))
    return None if row is None else (int(row["id"]), row["place"])


async def copy(tx: Tx, uid: str, *, twin: str, now: datetime) -> None:
    """Record the *twin* of a photograph: the same file and the same pictures, standing nowhere and saying nothing."""
    sql = """
        INSERT INTO photos (uid, artisan_id, name, original, original_bytes, width_px, height_px, blurhash, tone, facts,
            remarks, recipe, refusal, given_at)
        SELECT ?1, artisan_id, name, original, original_bytes, width_px, height_px, blurhash, tone, facts,
            remarks, recipe, refusal, ?2 FROM photos WHERE uid = ?3
        RETURNING id, (SELECT id FROM photos WHERE uid = ?3) AS of
    """
    rows = await fetch_all(tx, sql, (twin, to_ms(now), uid))
    made = (rows[0]["id"], rows[0]["of"])
    sql = """
        INSERT INTO renditions (photo_id, role, type, width_px, height_px, size_bytes, file)
        SELECT ?, role, type, width_px, height_px, size_bytes, file FROM renditions WHERE photo_id = ?
    """
    await tx.execute(sql, made)
    await tx.execute(
        "INSERT INTO photo_jobs (photo_id, due_at) SELECT ?, due_at FROM photo_jobs WHERE photo_id = ?", made
    )


async def find_id(tx: Tx, uid: str) -> int | None:
    """Return the row of the photograph *uid*."""
    row = await fetch_one(tx, "SELECT id FROM photos WHERE uid = ?", (uid,))
    return None if row is None else int(row["id"])


async def get(tx: Tx, uid: str) -> Photo:
    """Return the photograph *uid*, made or not.

    Raises:
        NotFound: there is none.
    """
    sql = "SELECT value FROM photo_values WHERE id = (SELECT id FROM photos WHERE uid = ?)"
    row = await fetch_one(tx, sql, (uid,))
    if row is None:
        raise NotFound("this photograph is not here any more")
    return photo_of(json.loads(row["value"]))


async def find_made(tx: Tx, artisan_id: int, original: str, recipe: str) -> Photo | None:
    """Return a photograph of the artisan of which just these pictures were made already, wherever it stands."""
    sql = """
        SELECT value FROM photo_values
        WHERE id = (SELECT id FROM photos WHERE original = ? AND recipe = ? AND artisan_id = ? LIMIT 1)
    """
    row = await fetch_one(tx, sql, (original, recipe, artisan_id))
    return None if row is None else photo_of(json.loads(row["value"]))


async def find_refusal(tx: Tx, uid: str) -> BadPhoto | None:
    """Return why nothing could be made of the photograph *uid*; None where nothing is known against it."""
    row = await fetch_one(tx, "SELECT name, refusal FROM photos WHERE uid = ? AND refusal IS NOT NULL", (uid,))
    return None if row is None else BadPhoto.from_kept(row["refusal"], of=row["name"])


async def place(tx: Tx, *, work_id: int, artisan_id: int, photos: Sequence[Photo]) -> None:
    """Let a work show exactly these *photos*, in this order, with what each says; what is made of them stays.

    One that it shows no more stays where it stands in a draft.

    Raises:
        BadInput: one of them is not the artisan's, or stands in another work.
    """
    kept = json.dumps([photo.uid for photo in photos])
    sql = """
        UPDATE photos SET work_id = NULL WHERE work_id = ? AND uid NOT IN (SELECT value FROM json_each(?)) AND id IN (
            SELECT photo_id FROM draft_photos JOIN drafts ON drafts.id = draft_id WHERE state <> 'published')
    """
    await tx.execute(sql, (work_id, kept))
    sql = "DELETE FROM photos WHERE work_id = ? AND uid NOT IN (SELECT value FROM json_each(?))"
    await tx.execute(sql, (work_id, kept))
    for position, photo in enumerate(photos):
        sql = """
            UPDATE photos SET work_id = ?1, position = ?2, alts = ?3, captions = ?4, focal_x = ?5, focal_y = ?6,
                label = ?7, shows_date = ?8, shows_camera = ?9
            WHERE uid = ?10 AND artisan_id = ?11 AND (work_id IS NULL OR work_id = ?1) AND id NOT IN placed_photos
            RETURNING id
        """
        said = (json.dumps(dict(photo.alts)), json.dumps(dict(photo.captions)), *photo.focal_point, photo.label)
        shows = (photo.shows_date, photo.shows_camera)
        if not await fetch_all(tx, sql, (work_id, position, *said, *shows, photo.uid, artisan_id)):
            raise BadInput("one of these photographs is not here any more; give it again")


async def put_made(tx: Tx, photo_id: int, made: Photo, *, recipe: str, now: datetime) -> bool:
    """Store what was made of a photograph in place of what there was; return whether its POST is another one now.

    Of *made* only what was made counts, not what it says.
    """
    former = await fetch_all(tx, "SELECT role, file, size_bytes FROM renditions WHERE photo_id = ?", (photo_id,))
    await tx.execute("DELETE FROM renditions WHERE photo_id = ?", (photo_id,))
    sql = """
        INSERT INTO renditions (photo_id, role, type, width_px, height_px, size_bytes, file)
        VALUES (?, ?, ?, ?, ?, ?, ?)
    """
    rows = [
        (photo_id, one.role, one.type, one.width_px, one.height_px, one.size_bytes, one.file) for one in made.renditions
    ]
    await tx.executemany(sql, rows)
    sql = """
        INSERT INTO former_pictures (photo_id, file, size_bytes, replaced_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (photo_id, file) DO UPDATE SET replaced_at = excluded.replaced_at
    """
    await tx.executemany(sql, [(photo_id, row["file"], row["size_bytes"], to_ms(now)) for row in former])
    sql = """
        UPDATE photos SET width_px = ?, height_px = ?, blurhash = ?, tone = ?, facts = ?, remarks = ?, recipe = ?
        WHERE id = ?
    """
    facts = json.dumps({name: text for name, text in asdict(made.facts).items() if text})
    look = (made.width_px, made.height_px, made.blurhash, made.tone, facts, json.dumps(sorted(made.remarks)), recipe)
    await tx.execute(sql, (*look, photo_id))
    await tx.execute("DELETE FROM photo_jobs WHERE photo_id = ?", (photo_id,))
    before = {row["file"] for row in former if row["role"] == Role.POST}
    return bool(before) and before != {one.file for one in made.renditions if one.role is Role.POST}


async def refuse(tx: Tx, photo_id: int, reason: str) -> None:
    """Record why nothing can be made of a photograph; what was made of it before, if anything, stays."""
    await tx.execute("UPDATE photos SET refusal = ? WHERE id = ?", (reason, photo_id))
    await tx.execute("DELETE FROM photo_jobs WHERE photo_id = ?", (photo_id,))


async def forget_recipes(tx: Tx, photo_ids: Iterable[int]) -> None:
    """Trust no longer that the pictures of these photographs are there; they are still what pages show."""
    await tx.executemany("UPDATE photos SET recipe = 'lost' WHERE id = ?", [(photo_id,) for photo_id in photo_ids])


async def forget_unplaced(tx: Tx, before: datetime) -> int:
    """Forget photographs given before *before* that stand nowhere, not even in a draft; return how many."""
    sql = """
        DELETE FROM photos WHERE work_id IS NULL AND given_at < ?
            AND id NOT IN placed_photos AND id NOT IN (SELECT photo_id FROM draft_photos)
            AND id NOT IN (SELECT photo_id FROM post_draft_photos)
        RETURNING id
    """
    return len(await fetch_all(tx, sql, (to_ms(before),)))
