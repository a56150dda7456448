"""The page on which a work is written: what it shows beside what was typed."""

import dataclasses
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.drafts import PHOTO_FIELDS, KeptDraft, Problem, State
from fedi_artisan.domain.terms import Licence
from fedi_artisan.domain.works import Audience, Availability
from fedi_artisan.language import LANGUAGES, own_name, told, translation
from fedi_artisan.services import settings
from fedi_artisan.storage import drafts, habits
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import facts
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.settings import conversation
from fedi_artisan.web.studio.showing import language_of, show
from fedi_artisan.web.studio.writing import prospects

# What texts are most often translated into from here; any other code can be typed.
_FURTHER_LANGUAGES = ("de", "es", "it", "nl", "pt", "ja")
# What is most often said first.
_AVAILABILITIES = sorted(Availability, key=lambda one: one in {Availability.SOLD, Availability.NOT_FOR_SALE})
_DAY_LENGTH = len("2025-06-14")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the page needs to know of the database.

    That is the draft, her habits, the work that it would become, how many bytes a photograph may have, and whether the
    draft that it is a copy of is still there.
    """

    kept: KeptDraft
    habits: habits.Habits
    prospect: prospects.Prospect
    most_bytes: int
    has_other: bool


async def look(tx: Tx, request: Request, studio: Studio, kept: KeptDraft) -> Draft:
    """Return what the page of a draft needs to know."""
    now = site_of(request).clock()
    return Draft(
        kept=kept,
        habits=await habits.find(tx, studio.artisan.id),
        prospect=await prospects.find(tx, studio.artisan, kept, now, untitled=untitled(request)),
        most_bytes=(await settings.as_set(tx, site_of(request).config)).limits.photo_bytes,
        has_other=kept.copy_of is not None and await drafts.exists(tx, kept.copy_of),
    )


def untitled(request: Request) -> str:
    """Return how a work without a name is called for now."""
    return translation(language_of(request)).gettext("Untitled")


def show_page(
    request: Request,
    studio: Studio,
    draft: Draft,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
    status: int = HTTPStatus.OK,
) -> Response:
    """Return the page.

    Args:
        request: what was asked.
        studio: who is in.
        draft: what it is of.
        typed: what stands in its fields, where that could not be kept; else what the draft has.
        problems: what is wrong with them; else what kept it from being published by itself.
        status: of the answer.
    """
    kept, language = draft.kept, language_of(request)
    shown = kept if typed is None else _with_words(kept, typed)
    wrong = list(problems) or list(kept.troubles)
    return show(
        request,
        studio,
        "studio/draft.html",
        status=status,
        **{**values(request, draft), "draft": shown, "typed": shown.typed if typed is None else typed},
        problems=sentences(wrong, language),
        first_wrong=next((one.field for one in wrong if one.field), ""),
        habits=draft.habits,
        availabilities=[(one.value, facts.availability(one, language)) for one in _AVAILABILITIES],
        licence_choices=[(one.value, one.words or _all_reserved(language)) for one in Licence],
        barred=_barred(kept),
        tongues=_tongues(studio, shown),
        usual=studio.artisan.terms,
        conversation=conversation.choices_of_work(studio.artisan.policy, language),
        days=conversation.days_of_work(studio.artisan.policy, shown.fields.get("closes", ""), language),
        most_bytes=draft.most_bytes,
        has_other=draft.has_other,
        is_waiting=kept.state is State.WAITING,
    )


def values(request: Request, draft: Draft) -> dict[str, Any]:
    """Return what those parts of the page show that are fetched again after each save."""
    return {
        "draft": draft.kept,
        "typed": draft.kept.typed,
        "prospect": draft.prospect,
        "price_read": _price_read(draft, language_of(request)),
        "year_of_photos": _year(draft.kept),
        "now": site_of(request).clock(),
    }


def _price_read(draft: Draft, language: str) -> str:
    """Return how a price that was typed without a currency is understood; nothing where there is no such price."""
    typed, work = draft.kept.fields.get("price", ""), draft.prospect.work
    if work is None or work.draft.price is None or typed.strip(" 0123456789.,'’\N{NO-BREAK SPACE}"):
        return ""
    return facts.price(work.draft.price, language)


def sentences(problems: Sequence[Problem], language: str) -> dict[str, str]:
    """Return the problems by field, each as a sentence in *language*; of several with one field the first."""
    return {one.field: told(one.sentence, one.values, language) for one in reversed(problems)}


def _all_reserved(language: str) -> str:
    return translation(language).gettext("All rights reserved")


def _with_words(kept: KeptDraft, typed: Mapping[str, str]) -> KeptDraft:
    """Return the draft with the words beside its photographs as they were typed."""
    photos = tuple(
        dataclasses.replace(one, words={name: typed.get(f"{name}-{one.uid}", "") for name in PHOTO_FIELDS})
        for one in kept.photos
    )
    return dataclasses.replace(kept, photos=photos)


def _barred(kept: KeptDraft) -> set[str]:
    """Return whom a published work cannot have as its audience any more, because of those who were told of it."""
    if kept.work_uid is None:
        return set()
    was = Audience(kept.begun.get("audience") or Audience.EVERYONE)
    return {other.value for other in Audience if not was.can_become(other)}


def _tongues(studio: Studio, draft: KeptDraft) -> list[tuple[str, str]]:
    """Return the languages that can be chosen, with their own names: hers first, then those of the house."""
    said = (draft.fields.get("language", ""), draft.fields.get("other_language", ""))
    codes = dict.fromkeys((studio.artisan.language, *LANGUAGES, *said, *_FURTHER_LANGUAGES))
    return [(code, own_name(code)) for code in codes if code]


def _year(draft: KeptDraft) -> str:
    """Return the year in which the photographs were taken, if all that tell it tell the same, and no year is given."""
    told = {one.photo.facts.taken_at[:4] for one in draft.photos if len(one.photo.facts.taken_at) >= _DAY_LENGTH}
    return told.pop() if len(told) == 1 and not draft.fields.get("year") else ""
