"""Works: publishing, revising, withdrawing; each tells everybody who should know."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.texts import check_languages
from fedi_artisan.domain.uris import Uris, new_uid
from fedi_artisan.domain.works import MOST_FEATURED, Draft, Series, SeriesWording, Work
from fedi_artisan.errors import BadInput, Gone
from fedi_artisan.services.outbox import say
from fedi_artisan.services.recipes import want_stale
from fedi_artisan.storage import artisans, conversation, deliveries, followers, series, works
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import render


async def publish(tx: Tx, uris: Uris, artisan: Artisan, draft: Draft, now: datetime) -> Work:
    """Publish a work and enqueue it for all followers; return it.

    Raises:
        BadInput: it is to be shown first, but there are enough of those.
    """
    await _check_featured(tx, artisan, draft, was_featured=False)
    uid = new_uid(now)
    work = await works.insert(tx, uid=uid, artisan_id=artisan.id, draft=draft, series_uid=new_uid(now), now=now)
    document = render.create(work, artisan, uris, activity_uri=uris.activity(new_uid(now)))
    inboxes = await followers.list_inboxes(tx, artisan.id)
    await say(tx, artisan, document, subject_uri=uris.work(uid), inbox_urls=inboxes, now=now, public=True)
    await want_stale(tx, now, work_id=work.id)
    return work


async def revise(tx: Tx, uris: Uris, work: Work, draft: Draft, now: datetime) -> Work:
    """Replace what a work says, and tell followers and everybody who was told before; return it as it is now.

    The moment of the edit always rises, whatever the clock does: other servers ignore an edit that seems older.

    Raises:
        Gone: the work was withdrawn.
        BadInput: it is to be shown first, but there are enough of those.
    """
    artisan = await _artisan_of(tx, work)
    await _check_featured(tx, artisan, draft, was_featured=work.draft.featured)
    revised = await works.update(tx, work, draft, series_uid=new_uid(now), now=_moment_of_edit(work, now))
    document = render.update(revised, artisan, uris, activity_uri=uris.activity(new_uid(now)))
    await _tell(tx, uris, revised, artisan, document=document, now=now)
    await want_stale(tx, now, work_id=work.id)
    return revised


async def tell_anew(tx: Tx, uris: Uris, work_id: int, now: datetime) -> None:
    """Tell of a work whose travelling pictures were replaced, once none of its photographs waits any more."""
    work = await works.find_untold(tx, work_id)
    if work is None:
        return
    artisan = await _artisan_of(tx, work)
    told = await works.touch(tx, work, _moment_of_edit(work, now))
    document = render.update(told, artisan, uris, activity_uri=uris.activity(new_uid(now)))
    await _tell(tx, uris, told, artisan, document=document, now=now)


async def withdraw(tx: Tx, uris: Uris, work: Work, now: datetime) -> None:
    """Withdraw a work for good: a tombstone stays in its place, and everybody who was told hears of it.

    Raises:
        Gone: it was withdrawn before.
    """
    artisan = await _artisan_of(tx, work)
    tombstone = await works.withdraw(tx, work, now)
    document = render.delete(tombstone, artisan, uris, activity_uri=uris.activity(new_uid(now)))
    await _tell(tx, uris, tombstone, artisan, document=document, now=now)


async def arrange(tx: Tx, artisan: Artisan, placed: Sequence[Work]) -> None:
    """Give the artisan's works their places by hand, in this order; those that are not named come before them.

    Raises:
        BadInput: one of them is another's, or was withdrawn.
    """
    for work in placed:
        if work.artisan_id != artisan.id or work.withdrawn_at is not None:
            raise BadInput(f"{work.slug} is not one of your works")
    await works.arrange(tx, artisan.id, list(dict.fromkeys(work.uid for work in placed)))


async def describe_series(tx: Tx, changed: Series) -> None:
    """Store what is said of a series as *changed* has it; its address stays.

    Raises:
        BadInput: a text cannot be used, or another series has this name.
    """
    check_languages(changed.language, changed.others)
    _ = SeriesWording(name=changed.name, text=changed.text)  # a wording checks itself
    await series.update(tx, changed)


def _moment_of_edit(work: Work, now: datetime) -> datetime:
    """Return *now*, or a second after the last edit where the clock stands before that."""
    return max(now, (work.updated_at or work.published_at) + timedelta(seconds=1))


async def _artisan_of(tx: Tx, work: Work) -> Artisan:
    """Return whose work it is, refusing a withdrawn one."""
    if work.withdrawn_at is not None:
        raise Gone("this work was withdrawn")
    return await artisans.get(tx, work.artisan_id)


async def _tell(
    tx: Tx, uris: Uris, work: Work, artisan: Artisan, *, document: dict[str, object], now: datetime
) -> None:
    """Enqueue *document* for followers, for all who were told of the work before, and for all who reacted to it."""
    work_uri = uris.work(work.uid)
    inboxes = {
        *await followers.list_inboxes(tx, artisan.id),
        *await deliveries.list_reached(tx, work_uri),
        *await conversation.list_inboxes(tx, work.id),
    }
    await say(tx, artisan, document, subject_uri=work_uri, inbox_urls=sorted(inboxes), now=now, public=True)


async def _check_featured(tx: Tx, artisan: Artisan, draft: Draft, *, was_featured: bool) -> None:
    """Refuse to show one more work first than other servers display."""
    if draft.featured and not was_featured:
        chosen = await works.count_featured(tx, artisan.id)
        if chosen >= MOST_FEATURED:
            raise BadInput(
                f"{chosen} works are shown first already, and other servers display no more: "
                "revise one of them with --not-featured before"
            )
