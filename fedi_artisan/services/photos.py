"""Photographs: being given, being shown, being refused, and what follows for the works they stand in."""

from collections.abc import Collection
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.uris import Uris, new_uid
from fedi_artisan.media.recipe import Recipe
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import speaking
from fedi_artisan.services import works as works_service
from fedi_artisan.services.recipes import find_recipe
from fedi_artisan.storage import photo_jobs, photos, works
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.photo_jobs import Job


async def give(
    tx: Tx,
    artisan: Artisan,
    *,
    name: str,
    original: str,
    original_bytes: int,
    now: datetime,
    beside: Collection[str] = (),
    key: str | None = None,
) -> str:
    """Record a photograph that the artisan gave, and return its uid.

    The same file given again before it stands somewhere is the same photograph, unless it is given *beside* that one.
    What comes again with the *key* with which it came before is that photograph, wherever it stands by now.
    """
    known = None if key is None else await photos.find_by_key(tx, artisan.id, key)
    if known is None:
        known = await photos.find_unplaced(tx, artisan.id, original, but=beside)
    if known is not None:
        return known
    uid = new_uid(now)
    await photos.insert(
        tx,
        uid=uid,
        artisan_id=artisan.id,
        name=name,
        original=original,
        original_bytes=original_bytes,
        now=now,
        key=key,
    )
    return uid


async def put_made(tx: Tx, uris: Uris, job: Job, made: Photo, *, recipe: Recipe, now: datetime) -> None:
    """Show what was *made* by *recipe*, all of it stored; once all of its work is, other servers are told of changes.

    A photograph that went meanwhile is left alone: nobody speaks of its pictures, so they are collected.
    """
    standing = await photo_jobs.find_job_of(tx, job.uid)
    if standing is None:
        return
    another = await photos.put_made(tx, job.photo_id, made, recipe=recipe.digest, now=now)
    if standing.own and another:
        await artisans_service.tell_anew(tx, uris, standing.artisan_id, now)
    if standing.own:
        await artisans_service.hang_wanted(tx, uris, standing.artisan_id, job.uid, now)
    # The terms may have changed while these were made: then they are made once more, once it is known for what.
    is_placed = standing.work_id is not None or standing.own or standing.drafted
    if is_placed and recipe.digest != (await find_recipe(tx, standing)).digest:
        await photo_jobs.want(tx, [job.photo_id], now)
    if standing.work_id is None:
        if another:
            await speaking.tell_anew(tx, uris, job.photo_id, now)
        return
    if another:
        await works.set_untold(tx, standing.work_id)
    await works_service.tell_anew(tx, uris, standing.work_id, now)
