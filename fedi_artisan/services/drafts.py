"""Drafts: a work while it is written; nothing that was typed is ever lost.

Their photographs: draft_photos.py. Publishing them: publication.py.
Each takes the transaction of its endpoint. Whoever has only a uid begins with `get`, which finds the artisan's own.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.drafts import (
    MOST_DRAFTS,
    MOST_GIVEN,
    DraftPhoto,
    KeptDraft,
    State,
    Typed,
    rebased,
    take_apart,
)
from fedi_artisan.domain.forms import read_terms
from fedi_artisan.domain.uris import new_uid
from fedi_artisan.domain.works import Availability, Edition, Work
from fedi_artisan.domain.written import written
from fedi_artisan.errors import BadInput, Gone, NotFound
from fedi_artisan.services import draft_photos
from fedi_artisan.services.recipes import want_stale
from fedi_artisan.storage import drafts, works
from fedi_artisan.storage import photos as photo_rows
from fedi_artisan.storage.db import Tx

# Where one of these is filled in, somebody has written.
_WORDS = (
    "title",
    "text",
    "materials",
    "techniques",
    "price",
    "tags",
    "series",
    "dimensions",
    "other_title",
    "other_text",
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of saving: the draft as it is now, and whether it is a copy beside the one that was meant.

    The page of a copy says so, and goes on with the uid and the version of the copy.
    """

    draft: KeptDraft
    is_copy: bool = False


async def begin(
    tx: Tx, artisan: Artisan, now: datetime, *, photos: Sequence[str] = (), typed: Mapping[str, str] | None = None
) -> KeptDraft:
    """Return a new draft with these *photos* (uids), in which stands what was *typed*.

    One that was begun just so and not touched since is returned instead of a second one.

    Raises:
        BadInput: there are enough drafts, too much was typed, or a photograph is not hers.
    """
    fields = take_apart(typed or {}).fields
    for untouched in await drafts.list_untouched(tx, artisan.id, fields):
        if [one.uid for one in untouched.photos] == list(dict.fromkeys(photos)):
            return untouched
    if await drafts.count_open(tx, artisan.id) >= MOST_DRAFTS:
        raise BadInput("You have very many drafts already. Publish or discard some of them first.")
    draft = await _insert(tx, artisan, fields, now)
    for uid in photos:
        await draft_photos.add(tx, draft, uid, now)
        draft = await get(tx, artisan, draft.uid)
    return draft


async def revise_work(tx: Tx, artisan: Artisan, work: Work, now: datetime) -> KeptDraft:
    """Return the open revision of a published work, which is begun where there is none.

    Raises:
        NotFound: it is not the artisan's.
        Gone: it was withdrawn.
    """
    _check_own(artisan, work)
    standing = await drafts.find_revision(tx, work.id)
    if standing is not None:
        return _upon(standing, work)
    begun = written(work.draft)
    return await _insert(tx, artisan, begun, now, work=work, begun=begun)


async def duplicate(tx: Tx, artisan: Artisan, work: Work, now: datetime) -> KeptDraft:
    """Return a new draft with the texts and facts of a work, but without what only one piece can have.

    These are photographs, its number in an edition, that it is sold, and its place among those that are shown first.

    Raises:
        NotFound: it is not the artisan's.
        Gone: it was withdrawn.
    """
    _check_own(artisan, work)
    said = work.draft
    sold = said.availability is Availability.SOLD
    edition = None if said.edition is None else Edition(None, said.edition.size)
    pattern = dataclasses.replace(
        said,
        photos=(),
        featured=False,
        availability=None if sold else said.availability,
        edition=edition,
    )
    return await begin(tx, artisan, now, typed=written(pattern))


async def get(tx: Tx, artisan: Artisan, uid: str) -> KeptDraft:
    """Return a draft of this artisan; a revision upon the work as it is now.

    Raises:
        NotFound: there is none, or it is another's.
    """
    draft = await drafts.find(tx, artisan.id, uid)
    if draft is None:
        raise NotFound("this draft is not here any more")
    if draft.work_uid is None or draft.state is State.PUBLISHED:
        return draft
    return _upon(draft, await works.get(tx, draft.work_uid))


async def list_open(tx: Tx, artisan: Artisan) -> list[KeptDraft]:
    """Return the artisan's drafts that are not published, the one saved last first."""
    return await drafts.list_open(tx, artisan.id)


async def save(tx: Tx, artisan: Artisan, uid: str, typed: Mapping[str, str], *, version: int, now: datetime) -> Saved:
    """Keep what was typed: the whole form, by the names of its fields; a field that did not come is empty.

    Photographs that the form does not know of stay, with their words, behind those that it names in `photos`. If the
    draft was changed elsewhere since the *version* that the form shows, both are kept: what comes now as a copy beside
    it. The same form twice is saved once. What comes late, once the draft is published, becomes a revision of the work;
    once it was thrown away, a draft of its own.

    Raises:
        NotFound: the draft is somebody else's.
        BadInput: too much was typed.
    """
    told = take_apart(typed)
    if not await drafts.exists(tx, uid) and any(told.fields.get(name) for name in _WORDS):
        return await _save_anew(tx, artisan, uid, told, now)
    draft = await get(tx, artisan, uid)
    if _says(draft, told):
        return Saved(draft)
    if draft.state is State.PUBLISHED:
        return await _save_late(tx, artisan, draft, told, now)
    if version == draft.version:
        return Saved(await _store(tx, artisan, draft, told, now))
    return await _save_beside(tx, artisan, draft, told, now)


async def discard(tx: Tx, draft: KeptDraft) -> None:
    """Throw a draft away; its photographs that stand nowhere else follow after a week. A published work stays."""
    if draft.state is not State.PUBLISHED:
        await drafts.remove(tx, draft.id)


async def _insert(
    tx: Tx,
    artisan: Artisan,
    fields: Mapping[str, str],
    now: datetime,
    *,
    work: Work | None = None,
    begun: Mapping[str, str] | None = None,
    copy_of: str | None = None,
) -> KeptDraft:
    """Store a new draft and return it; one of a *work* with the photographs that the work shows."""
    uid = new_uid(now)
    told = _apart(fields)
    draft_id = await drafts.insert(
        tx,
        uid=uid,
        artisan_id=artisan.id,
        work_id=None if work is None else work.id,
        copy_of=copy_of,
        fields=told.fields,
        begun=begun,
        terms=read_terms(told.fields),
        now=now,
    )
    await drafts.put_photos(tx, draft_id, [(photo, told.words.get(photo, {})) for photo in told.order])
    return await get(tx, artisan, uid)


def _apart(fields: Mapping[str, str]) -> Typed:
    """Return what was stored, or is written of a work, taken apart; it may be longer than what can be typed."""
    return take_apart(fields, bounded=False)


async def _store(tx: Tx, artisan: Artisan, draft: KeptDraft, told: Typed, now: datetime) -> KeptDraft:
    """Keep what was *told* as the next version of the draft and return it."""
    terms = read_terms(told.fields)
    await drafts.update(tx, draft.id, told.fields, terms, now)
    await drafts.put_photos(tx, draft.id, _ordered(draft, told))
    if terms != read_terms(draft.fields):
        await want_stale(tx, now, draft_id=draft.id)
    return await get(tx, artisan, draft.uid)


async def _save_beside(tx: Tx, artisan: Artisan, draft: KeptDraft, told: Typed, now: datetime) -> Saved:
    """Keep what was *told* as a copy beside the draft, unless there is just such a copy."""
    for standing in await drafts.list_copies(tx, draft.uid):
        if _says(standing, told):
            return Saved(standing, is_copy=True)
    work = None if draft.work_uid is None else await works.get(tx, draft.work_uid)
    copy = await _insert(tx, artisan, told.fields, now, work=work, begun=draft.begun, copy_of=draft.uid)
    await drafts.put_photos(tx, copy.id, _ordered(draft, told))
    return Saved(await get(tx, artisan, copy.uid), is_copy=True)


async def _save_late(tx: Tx, artisan: Artisan, draft: KeptDraft, told: Typed, now: datetime) -> Saved:
    """Keep what was *told* of a draft that is published meanwhile: as a revision of the work, or as a new draft."""
    work = None if draft.published_uid is None else await works.find(tx, draft.published_uid)
    if work is None or work.withdrawn_at is not None:
        return await _save_beside(tx, artisan, dataclasses.replace(draft, work_uid=None, photos=()), told, now)
    revision = await revise_work(tx, artisan, work, now)
    if _says(revision, told):
        return Saved(revision, is_copy=True)
    if revision.version == 1:
        return Saved(await _store(tx, artisan, revision, told, now), is_copy=True)
    return await _save_beside(tx, artisan, revision, told, now)


async def _save_anew(tx: Tx, artisan: Artisan, gone_uid: str, told: Typed, now: datetime) -> Saved:
    """Keep what was *told* of a draft that is gone as another one, with those photographs that are still here."""
    for standing in await drafts.list_copies(tx, gone_uid):
        if standing.artisan_id == artisan.id and dict(standing.fields) == dict(told.fields):
            return Saved(standing, is_copy=True)
    if await drafts.count_open(tx, artisan.id) >= MOST_DRAFTS:
        raise BadInput("You have very many drafts already. Publish or discard some of them first.")
    anew = await _insert(tx, artisan, told.fields, now, copy_of=gone_uid)
    given = list(dict.fromkeys(told.order))[:MOST_GIVEN]
    here = [uid for uid in given if await photo_rows.find_place(tx, artisan.id, uid) is not None]
    placed = [(await draft_photos.add(tx, anew, uid, now), told.words.get(uid, {})) for uid in here]
    await draft_photos.put(tx, anew, placed)
    return Saved(await get(tx, artisan, anew.uid), is_copy=True)


def _upon(draft: KeptDraft, work: Work) -> KeptDraft:
    """Return a revision as it is upon the work as that is now."""
    now = written(work.draft)
    told = _apart(rebased(draft.typed, draft.begun, now))
    before = draft.begun.get("photos", "").split(",")
    standing = {one.uid for one in draft.photos}
    added = [DraftPhoto(photo=one) for one in work.draft.photos if one.uid not in standing and one.uid not in before]
    whole = {one.uid: dataclasses.replace(one, words=told.words.get(one.uid, {})) for one in (*draft.photos, *added)}
    order = [uid for uid in told.order if uid in whole]
    ordered = [whole[uid] for uid in dict.fromkeys([*order, *whole])]
    return dataclasses.replace(draft, fields=told.fields, photos=tuple(ordered))


def _says(draft: KeptDraft, told: Typed) -> bool:
    """Whether the draft says already what was *told*."""
    return dict(draft.fields) == dict(told.fields) and draft_photos.placed(draft) == _ordered(draft, told)


def _ordered(draft: KeptDraft, told: Typed) -> list[tuple[str, dict[str, str]]]:
    """Return the photographs of a draft in the order and with the words *told*; others behind, as they are."""
    standing = dict(draft_photos.placed(draft))
    order = [uid for uid in dict.fromkeys(told.order) if uid in standing]
    order += [uid for uid in standing if uid not in order]
    return [(uid, dict(told.words.get(uid, standing[uid]))) for uid in order]


def _check_own(artisan: Artisan, work: Work) -> None:
    if work.artisan_id != artisan.id:
        raise NotFound("there is no such work")
    if work.withdrawn_at is not None:
        raise Gone("this work was withdrawn")
