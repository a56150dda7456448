"""The photographs of a draft: which stand in it, and where. The draft itself: drafts.py.

Each takes the transaction of its endpoint, and a draft that was found to be the artisan's own.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from fedi_artisan.domain.drafts import MOST_GIVEN, KeptDraft, State
from fedi_artisan.domain.forms import read_terms
from fedi_artisan.domain.terms import OwnTerms
from fedi_artisan.domain.uris import new_uid
from fedi_artisan.domain.written import shown_other, written_words
from fedi_artisan.errors import BadInput
from fedi_artisan.services.recipes import want_stale
from fedi_artisan.storage import drafts, works
from fedi_artisan.storage import photos as photo_rows
from fedi_artisan.storage.db import Tx


async def add(tx: Tx, draft: KeptDraft, photo_uid: str, now: datetime) -> str:
    """Let a photograph of the artisan stand last in the draft, and return the uid by which it stands there.

    One that stands there already stays in its place; one that another work shows gets a twin.

    Raises:
        BadInput: there are enough, the photograph is not hers, or the draft is published.
    """
    _check_open(draft)
    if photo_uid in {one.uid for one in draft.photos}:
        return photo_uid
    if len(draft.photos) >= MOST_GIVEN:
        raise BadInput("There are very many photographs in this draft already. Remove some of them first.")
    found = await photo_rows.find_place(tx, draft.artisan_id, photo_uid)
    if found is None:
        raise BadInput("This photograph is not here any more. Give it again.")
    revised = None if draft.work_uid is None else await works.get(tx, draft.work_uid)
    words: dict[str, str] = {}
    if revised is not None and found[1] == revised.id:
        again = next(photo for photo in revised.draft.photos if photo.uid == photo_uid)
        words = written_words(again, revised.draft.language, shown_other(revised.draft))
    elif found[1] is not None:
        twin = new_uid(now)
        await photo_rows.copy(tx, photo_uid, twin=twin, now=now)
        photo_uid = twin
    await put(tx, draft, [*placed(draft), (photo_uid, words)])
    if read_terms(draft.fields) != OwnTerms():
        await want_stale(tx, now, draft_id=draft.id)
    return photo_uid


async def remove(tx: Tx, draft: KeptDraft, photo_uid: str) -> None:
    """Take a photograph out of the draft; a published work shows it until the revision is published."""
    _check_open(draft)
    await put(tx, draft, [one for one in placed(draft) if one[0] != photo_uid])


async def move(tx: Tx, draft: KeptDraft, photo_uid: str, *, to: int) -> None:
    """Let a photograph stand at the place *to*, counted from 0; beyond the last place it is the last."""
    _check_open(draft)
    rest = [one for one in placed(draft) if one[0] != photo_uid]
    moved = [one for one in placed(draft) if one[0] == photo_uid]
    place = max(to, 0)
    await put(tx, draft, [*rest[:place], *moved, *rest[place:]])


def placed(draft: KeptDraft) -> list[tuple[str, dict[str, str]]]:
    """Return the photographs of a draft with their words."""
    return [(one.uid, dict(one.words)) for one in draft.photos]


async def put(tx: Tx, draft: KeptDraft, photos: Sequence[tuple[str, Mapping[str, str]]]) -> None:
    """Let the draft have these photographs, in this order and with these words."""
    await drafts.put_photos(tx, draft.id, photos)
    await drafts.settle(tx, draft.id)


def _check_open(draft: KeptDraft) -> None:
    if draft.state is State.PUBLISHED:
        raise BadInput("This is published already. Revise the work instead.")
