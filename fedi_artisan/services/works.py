"""Works: publishing, revising, withdrawing; each tells everybody who should know."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.policies import is_closed
from fedi_artisan.domain.texts import check_languages
from fedi_artisan.domain.uris import Uris, new_uid
from fedi_artisan.domain.works import MOST_FEATURED, Audience, Draft, Series, SeriesWording, Work
from fedi_artisan.errors import BadInput, Gone
from fedi_artisan.services import pins
from fedi_artisan.services.outbox import say
from fedi_artisan.services.recipes import want_stale
from fedi_artisan.storage import artisans, conversation, deliveries, drafts, featured, followers, series, works
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import render

# Some servers count from there, and know nothing before.
_FIRST_DATE = datetime(1970, 1, 1, tzinfo=UTC)


async def publish(
    tx: Tx, uris: Uris, artisan: Artisan, draft: Draft, now: datetime, *, published_at: datetime | None = None
) -> Work:
    """Publish a work and enqueue it for all followers, unless it is for the web alone; return it.

    With *published_at*, a moment before *now*, that is its date, and no follower is told.

    Raises:
        BadInput: that date is none; it is to be shown first, but there are enough of those.
    """
    past = _past(published_at, draft, now)
    await _check_featured(tx, artisan, draft, was_featured=False)
    pinned = await featured.list_pins(tx, artisan.id)
    work = await works.insert(
        tx,
        uid=new_uid(now),
        artisan_id=artisan.id,
        draft=draft,
        series_uid=new_uid(now),
        now=now if past is None else past,
        told_at=now if past is None and draft.audience.sent else None,
    )
    work = await _settle(tx, work, artisan, now)
    if draft.audience.sent:
        await _say_new(tx, uris, work, artisan, now)
    await pins.tell_changes(tx, uris, artisan, pinned, now)
    await want_stale(tx, now, work_id=work.id)
    return work


async def revise(tx: Tx, uris: Uris, work: Work, draft: Draft, now: datetime) -> Work:
    """Replace what a work says, and tell followers and everybody who was told before; return it as it is now.

    The moment of the edit always rises, whatever the clock does: other servers ignore an edit that seems older.
    A work that was on the web alone, and is not any more, is new to others: they get it as such.

    Raises:
        Gone: the work was withdrawn.
        BadInput: it cannot have this audience any more; it is to be shown first, but there are enough of those.
    """
    artisan = await _artisan_of(tx, work)
    _check_audience(work.draft.audience, draft.audience)
    await _check_featured(tx, artisan, draft, was_featured=work.draft.featured)
    pinned, edited_at = await featured.list_pins(tx, artisan.id), _moment_of_edit(work, now)
    revised = await works.update(tx, work, draft, series_uid=new_uid(now), now=edited_at)
    becomes_known = draft.audience.sent and not work.draft.audience.sent
    if becomes_known:
        revised = await works.set_told(tx, revised, edited_at)
    revised = await _settle(tx, revised, artisan, now)
    if becomes_known:
        await _say_new(tx, uris, revised, artisan, now)
    elif draft.audience.sent:
        await _say_changed(tx, uris, revised, artisan, now)
    await pins.tell_changes(tx, uris, artisan, pinned, now)
    await want_stale(tx, now, work_id=work.id)
    return revised


async def tell_anew(tx: Tx, uris: Uris, work_id: int, now: datetime) -> None:
    """Tell of a work whose travelling pictures were replaced, once none of its photographs waits any more."""
    work = await works.find_untold(tx, work_id)
    if work is None:
        return
    artisan = await _artisan_of(tx, work)
    told = await works.touch(tx, work, _moment_of_edit(work, now))
    await _say_changed(tx, uris, told, artisan, now)


async def tell_permissions(tx: Tx, uris: Uris, work: Work, now: datetime) -> None:
    """Tell everybody who may know a work who may answer and quote it now.

    The work is as it was, and so is the moment of its last edit: others take that as no edit, and take over the rest.
    """
    await _say_changed(tx, uris, work, await _artisan_of(tx, work), now)


async def _settle(tx: Tx, work: Work, artisan: Artisan, now: datetime) -> Work:
    """Close a work that is too old to be answered, or open it; return it as it is now."""
    closed = is_closed(work.draft.policy.within(artisan.policy), work.open_since, now)
    return work if closed == work.closed else await works.set_closed(tx, work, closed=closed)


async def withdraw(tx: Tx, uris: Uris, work: Work, now: datetime) -> None:
    """Withdraw a work for good: a tombstone stays in its place, and everybody who was told hears of it.

    So do all followers, whose servers may have come across it by themselves. What was written to revise it goes
    with it.

    Raises:
        Gone: it was withdrawn before.
    """
    artisan = await _artisan_of(tx, work)
    await drafts.forget_work(tx, work.id)
    tombstone = await works.withdraw(tx, work, now)
    if not work.draft.audience.sent:
        return
    document = render.delete(tombstone, artisan, uris, activity_uri=uris.activity(new_uid(now)))
    inboxes = {*await followers.list_inboxes(tx, artisan.id), *await _list_told(tx, uris, work)}
    await _say(tx, uris, tombstone, artisan, document=document, inboxes=inboxes, now=now)


async def arrange(tx: Tx, artisan: Artisan, placed: Sequence[Work]) -> None:
    """Give the artisan's works their places by hand, in this order; those that are not named come before them.

    Raises:
        BadInput: one of them is another's, or was withdrawn.
    """
    for work in placed:
        if work.artisan_id != artisan.id or work.withdrawn_at is not None:
            raise BadInput("{slug} is not one of your works", slug=work.slug)
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


async def _say_new(tx: Tx, uris: Uris, work: Work, artisan: Artisan, now: datetime) -> None:
    """Enqueue a work for all followers; one of which they are not to be told is only written down as said."""
    document = render.create(work, artisan, uris, activity_uri=uris.activity(new_uid(now)))
    inboxes = [] if work.told_at is None else await followers.list_inboxes(tx, artisan.id)
    await _say(tx, uris, work, artisan, document=document, inboxes=inboxes, now=now)


async def _say_changed(tx: Tx, uris: Uris, work: Work, artisan: Artisan, now: datetime) -> None:
    """Enqueue what a work says now, for everybody who may know it.

    That are followers, unless they were not told of it, and all who were told before or reacted, unless it is for
    followers alone: who is none any more learns nothing new.
    """
    document = render.update(work, artisan, uris, activity_uri=uris.activity(new_uid(now)))
    inboxes = set() if work.told_at is None else {*await followers.list_inboxes(tx, artisan.id)}
    if work.draft.audience is not Audience.FOLLOWERS:
        inboxes |= await _list_told(tx, uris, work)
    await _say(tx, uris, work, artisan, document=document, inboxes=inboxes, now=now)


async def _list_told(tx: Tx, uris: Uris, work: Work) -> set[str]:
    """Return the inboxes of all who were told of a work before, and of all who reacted to it."""
    return {
        *await deliveries.list_reached(tx, uris.work(work.uid)),
        *await conversation.list_inboxes(tx, work.id),
    }


async def _say(
    tx: Tx,
    uris: Uris,
    work: Work,
    artisan: Artisan,
    *,
    document: dict[str, object],
    inboxes: Collection[str],
    now: datetime,
) -> None:
    """Enqueue *document*, which is about a work; anybody may read it at its id who may read the work."""
    public, subject_uri = work.draft.audience.documented, uris.work(work.uid)
    await say(tx, artisan, document, subject_uri=subject_uri, inbox_urls=sorted(inboxes), now=now, public=public)


def _past(published_at: datetime | None, draft: Draft, now: datetime) -> datetime | None:
    """Return the date that was given, if it is before *now*; None where a work is published now.

    Raises:
        BadInput: it is still to come, too long ago, or nobody would ever see the work.
    """
    if published_at is None or published_at == now:
        return None
    if published_at > now:
        raise BadInput("this date is still to come; give one that is past, or none to publish it now")
    if published_at < _FIRST_DATE:
        raise BadInput("dates begin with 1970; when a work was made is said by its year")
    if draft.audience is Audience.FOLLOWERS:
        raise BadInput(
            "followers are not told of a work with a past date, so nobody would see one that is for them alone; "
            "publish it without a date, or for others as well"
        )
    return published_at


def _check_audience(was: Audience, wanted: Audience) -> None:
    """Refuse an audience that a published work cannot have any more.

    Raises:
        BadInput: with why, and what to do instead.
    """
    if was.can_become(wanted):
        return
    if was is Audience.FOLLOWERS:
        raise BadInput(
            "who sees this work cannot be changed so: elsewhere it is known as for followers alone, and stays so. "
            "Withdraw it, and publish a copy for whom you like"
        )
    raise BadInput(
        "who sees this work cannot be changed so: it has been sent already, and whoever has it may show it to anybody. "
        "Withdraw it, and publish a copy for whom you like"
    )


async def _check_featured(tx: Tx, artisan: Artisan, draft: Draft, *, was_featured: bool) -> None:
    """Refuse to show one more work first than other servers display."""
    if draft.featured and not was_featured:
        chosen = await featured.count(tx, artisan.id)
        if chosen >= MOST_FEATURED:
            raise BadInput(
                "{count} works are shown first already, and no more are shown elsewhere: take one of them off that "
                "list before",
                count=chosen,
            )
