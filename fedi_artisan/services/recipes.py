"""What is to be made of each photograph as things stand, and of which it has to be made anew."""

from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.terms import OwnTerms, Terms
from fedi_artisan.media.recipe import Recipe
from fedi_artisan.storage import artisans, photo_jobs
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.photo_jobs import Job

_ALL_RIGHTS = "All rights reserved"


def recipe_of(artisan: Artisan, terms: Terms, *, own: bool = False) -> Recipe:
    """Return what is to be made of a photograph shown on these *terms*; *own* for an artisan's portrait or header."""
    return Recipe(
        creator=artisan.name,
        licence_url=terms.licence.url,
        rights=terms.licence.words or _ALL_RIGHTS,
        ai_refused=terms.ai_refused,
        full_size=terms.full_size and not own,
        watermark=None if own else terms.watermark,
    )


async def find_recipe(tx: Tx, job: Job, own_terms: OwnTerms | None = None) -> Recipe:
    """Return what is to be made of a photograph as things stand; *own_terms* of a work that is yet to be published."""
    return _recipe_for(await artisans.get(tx, job.artisan_id), job, own_terms)


def _recipe_for(artisan: Artisan, job: Job, own_terms: OwnTerms | None = None) -> Recipe:
    """Return what is to be made of a photograph of *artisan*."""
    return recipe_of(artisan, (own_terms or job.terms).within(artisan.terms), own=job.own)


async def find_stale(
    tx: Tx,
    *,
    artisan_id: int | None = None,
    work_id: int | None = None,
    draft_id: int | None = None,
    even_fresh: bool = False,
) -> list[int]:
    """Return the rows of the photographs whose pictures are not as they should be.

    Args:
        tx: the transaction.
        artisan_id: whose; None for everybody's.
        work_id: of which work; None for all.
        draft_id: of which draft; None for all.
        even_fresh: whether also those that are as they should be.
    """
    makers = {artisan.id: artisan for artisan in await artisans.list_all(tx)}
    return [
        job.photo_id
        for job in await photo_jobs.list_all(tx, artisan_id=artisan_id, work_id=work_id, draft_id=draft_id)
        if even_fresh or job.recipe != _recipe_for(makers[job.artisan_id], job).digest
    ]


async def want_stale(
    tx: Tx, now: datetime, *, artisan_id: int | None = None, work_id: int | None = None, draft_id: int | None = None
) -> int:
    """Have the pictures made anew that are not as they should be; return of how many photographs.

    Args:
        tx: the transaction.
        now: the moment.
        artisan_id: whose; None for everybody's.
        work_id: of which work; None for all.
        draft_id: of which draft; None for all.
    """
    stale = await find_stale(tx, artisan_id=artisan_id, work_id=work_id, draft_id=draft_id)
    await photo_jobs.want(tx, stale, now)
    return len(stale)
