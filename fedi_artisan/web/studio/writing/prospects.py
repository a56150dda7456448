"""The work that a draft would become, as far as what is typed can be read: for all that shows it before it is out."""

import dataclasses
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.drafts import DraftPhoto, KeptDraft, Problem
from fedi_artisan.domain.photos import Photo, PictureType, Rendition, Role
from fedi_artisan.domain.slugs import slug_of
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Draft, Series, Work
from fedi_artisan.services import publication
from fedi_artisan.storage import series, works
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import render

_LINK = re.compile("<a [^>]*>")
# What is wrong is left out, and what is left is read again: rarely more than once.
_MOST_READINGS = 4
# Stands where a picture is yet to be made, so that a note can be written; nobody asks for it.
_UNMADE = Rendition(role=Role.POST, type=PictureType.JPEG, width_px=4, height_px=3, size_bytes=0, file="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What would be published.

    Args:
        work: as it would be; None where so little can be read that nothing can be shown.
        problems: what of it could not be read, and is left out.
    """

    work: Work | None
    problems: tuple[Problem, ...] = ()

    def content(self, artisan: Artisan, uris: Uris, language: str) -> str:
        """Return what other servers would show of it, as HTML: in *language* if it is written in that.

        Its links lead nowhere yet, so they are only words.
        """
        if self.work is None:
            return ""
        photos = tuple(_with_picture(photo) for photo in self.work.draft.photos)
        draft = dataclasses.replace(self.work.draft, photos=photos)
        note = render.note(dataclasses.replace(self.work, draft=draft), artisan, uris)
        contents: dict[str, str] = note["contentMap"]
        content = contents.get(language, contents[self.work.draft.language])
        return _LINK.sub('<span class="mention">', content).replace("</a>", "</span>")


async def find(tx: Tx, artisan: Artisan, draft: KeptDraft, now: datetime, *, untitled: str) -> Prospect:
    """Return what a draft would become; a work without a name is called *untitled*."""
    reading = await publication.read(tx, artisan, draft, now)
    problems, readable = reading.problems, draft
    for _ in range(_MOST_READINGS):
        if reading.draft is not None:
            return Prospect(work=await _work(tx, artisan, draft, reading.draft, now), problems=problems)
        readable = _without(readable, {one.field for one in reading.problems}, untitled)
        reading = await publication.read(tx, artisan, readable, now)
    return Prospect(work=None, problems=problems)


def _without(draft: KeptDraft, wrong: Collection[str], untitled: str) -> KeptDraft:
    """Return the draft without what stands in these fields."""
    fields = {name: text for name, text in draft.fields.items() if name not in wrong}
    if "other_title" in wrong or "other_language" in wrong:
        fields = {name: text for name, text in fields.items() if not name.startswith("other_")}
    if not fields.get("title"):
        fields["title"] = untitled
    photos = [_without_words(one, wrong) for one in draft.photos if f"photo-{one.uid}" not in wrong]
    return dataclasses.replace(draft, fields=fields, photos=tuple(photos))


def _without_words(one: DraftPhoto, wrong: Collection[str]) -> DraftPhoto:
    """Return a photograph without the words in these fields, nor any in a language that cannot be read."""
    unread = "other_language" in wrong
    words = {
        name: text
        for name, text in one.words.items()
        if f"{name}-{one.uid}" not in wrong and not (unread and name.startswith("other_"))
    }
    return dataclasses.replace(one, words=words)


async def _work(tx: Tx, artisan: Artisan, kept: KeptDraft, draft: Draft, now: datetime) -> Work:
    """Return the work that is revised as it would be, or the new one."""
    draft = dataclasses.replace(draft, photos=tuple(_with_size(photo) for photo in draft.photos))
    belongs = None if draft.series is None else await series.find_named(tx, artisan.id, draft.series)
    if belongs is None and draft.series is not None:
        belongs = Series(uid="", slug=slug_of(draft.series), name=draft.series, language=draft.language)
    if kept.work_uid is not None:
        return dataclasses.replace(await works.get(tx, kept.work_uid), draft=draft, series=belongs)
    return Work(
        id=0,
        uid=kept.uid,
        slug=slug_of(draft.title),
        artisan_id=artisan.id,
        draft=draft,
        series=belongs,
        published_at=now,
    )


def _with_size(photo: Photo) -> Photo:
    """Return a photograph that takes room on a page, even where nobody knows yet how large it is."""
    if photo.width_px and photo.height_px:
        return photo
    return dataclasses.replace(photo, width_px=_UNMADE.width_px, height_px=_UNMADE.height_px)


def _with_picture(photo: Photo) -> Photo:
    return photo if photo.find(Role.POST) else dataclasses.replace(photo, renditions=(_UNMADE,))
