"""A draft becomes a work, or the next edit of one: at once, when its photographs are made, or at its moment."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.drafts import KeptDraft, Problem, State, problem_of
from fedi_artisan.domain.forms import Reading
from fedi_artisan.domain.forms import read as read_form
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.texts import say
from fedi_artisan.domain.uris import Uris, new_uid
from fedi_artisan.domain.works import Draft, Work
from fedi_artisan.errors import BadInput
from fedi_artisan.language import currency_of
from fedi_artisan.services import works as works_service
from fedi_artisan.services.drafts import get
from fedi_artisan.storage import drafts, habits, photos, works
from fedi_artisan.storage.db import Tx, savepoint, undone


@dataclass(frozen=True, slots=True)
class Pressed:
    """What came of pressing Publish (or Schedule): one of three.

    Args:
        draft: as it is now.
        work: it is published: the work. Of a second press the same one.
        problems: it is not, and nothing has changed; why. Where there is neither, it waits (draft.publish_at,
            draft.is_pending).
    """

    draft: KeptDraft
    work: Work | None = None
    problems: tuple[Problem, ...] = ()


async def read(tx: Tx, artisan: Artisan, draft: KeptDraft, now: datetime) -> Reading:
    """Return what the draft says as it stands: for a preview, and for what is still to be done."""
    base = None if draft.work_uid is None else (await works.get(tx, draft.work_uid)).draft
    currency = await usual_currency(tx, artisan)
    return read_form(draft.fields, draft.photos, language=artisan.language, now=now, base=base, currency=currency)


async def usual_currency(tx: Tx, artisan: Artisan) -> str | None:
    """Return the currency of a price without one: that of her newest work with a price, else that of her language."""
    return await habits.find_currency(tx, artisan.id) or currency_of(artisan.language)


async def publish(tx: Tx, uris: Uris, artisan: Artisan, uid: str, now: datetime) -> Pressed:
    """Publish a draft now, or, for a revision, revise its work; it waits while photographs are still being made.

    Idempotent: a second press leads to the same work. What is typed for a later moment does not count here.

    Raises:
        NotFound: there is no such draft.
    """
    draft = await get(tx, artisan, uid)
    if draft.published_uid is not None:
        return Pressed(draft, await works.get(tx, draft.published_uid))
    reading = await read(tx, artisan, draft, now)
    if reading.draft is None:
        return Pressed(draft, problems=reading.problems)
    if draft.is_pending:
        return await _wait(tx, artisan, draft, now)
    try:
        async with savepoint(tx):
            work = await _put(
                tx, uris, artisan, draft=draft, said=reading.draft, published_at=reading.published_at, now=now
            )
            await drafts.set_published(tx, draft.id, work.id, now)
    except BadInput as error:
        return Pressed(draft, problems=(problem_of(error),))
    return Pressed(await get(tx, artisan, uid), await works.get(tx, work.uid))


async def schedule(tx: Tx, uris: Uris, artisan: Artisan, uid: str, now: datetime) -> Pressed:
    """Let a draft wait until the moment that is typed in `publish_at`; it can be changed until then.

    Whatever would keep it from being published as things stand is told now.

    Raises:
        NotFound: there is no such draft.
    """
    draft = await get(tx, artisan, uid)
    if draft.published_uid is not None:
        return Pressed(draft, await works.get(tx, draft.published_uid))
    reading = await read(tx, artisan, draft, now)
    if reading.draft is None:
        return Pressed(draft, problems=reading.problems)
    if reading.publish_at is None:
        return Pressed(draft, problems=(Problem("publish_at", say("Choose when it is to be published.")),))
    if reading.publish_at <= now:
        return Pressed(draft, problems=(Problem("publish_at", say("This moment has passed already.")),))
    if reading.published_at is not None:
        sentence = say("Choose one of the two: a date in the past, or a moment that is still ahead.")
        return Pressed(draft, problems=(Problem("published_on", sentence),))
    refusal = None if draft.is_pending else await _try(tx, uris, artisan, draft=draft, said=reading.draft, now=now)
    if refusal is not None:
        return Pressed(draft, problems=(problem_of(refusal),))
    return await _wait(tx, artisan, draft, reading.publish_at)


async def unschedule(tx: Tx, draft: KeptDraft) -> None:
    """Let a draft wait no longer: it is open again. What was published meanwhile stays published."""
    if draft.state is State.WAITING:
        await drafts.set_open(tx, draft.id)


async def _wait(tx: Tx, artisan: Artisan, draft: KeptDraft, publish_at: datetime) -> Pressed:
    await drafts.set_waiting(tx, draft.id, publish_at)
    return Pressed(await get(tx, artisan, draft.uid))


async def _try(
    tx: Tx, uris: Uris, artisan: Artisan, *, draft: KeptDraft, said: Draft, now: datetime
) -> BadInput | None:
    """Return why what is *said* could not be published; nothing comes of trying."""
    async with undone(tx):
        try:
            await _put(tx, uris, artisan, draft=draft, said=said, published_at=None, now=now)
        except BadInput as refusal:
            return refusal
    return None


async def _put(
    tx: Tx, uris: Uris, artisan: Artisan, *, draft: KeptDraft, said: Draft, published_at: datetime | None, now: datetime
) -> Work:
    """Publish what is *said*, or revise the work with it; a revision that changes nothing tells nobody."""
    taken = await drafts.list_taken(tx, draft.id)
    shown = [await _own_photo(tx, photo, taken, now) for photo in said.photos]
    content = dataclasses.replace(said, photos=tuple(shown))
    if draft.work_uid is None:
        return await works_service.publish(tx, uris, artisan, content, now, published_at=published_at)
    work = await works.get(tx, draft.work_uid)
    return work if content == work.draft else await works_service.revise(tx, uris, work, content, now)


async def _own_photo(tx: Tx, photo: Photo, taken: list[str], now: datetime) -> Photo:
    """Return a photograph that the work can have for itself: a twin of one that stands elsewhere."""
    if photo.uid not in taken:
        return photo
    twin = new_uid(now)
    await photos.copy(tx, photo.uid, twin=twin, now=now)
    return dataclasses.replace(photo, uid=twin)
