"""Photographs that come with a form: where no script sends them, and from the menu of a phone."""

import dataclasses
from contextlib import aclosing, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.drafts import KeptDraft
from fedi_artisan.errors import ArtisanError, Stalled, TooLarge
from fedi_artisan.language import told
from fedi_artisan.media.incoming import receive_stream
from fedi_artisan.services import draft_photos, drafts, settings
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.drafts import find as find_draft
from fedi_artisan.web.bodies import FORM, Fields, media_type
from fedi_artisan.web.context import site_of
from fedi_artisan.web.parts import Part
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.sending import read_files
from fedi_artisan.web.studio.showing import language_of, show
from fedi_artisan.web.studio.visit import MOST_FILES, Studio
from fedi_artisan.web.studio.writing.drafts import press_with


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file that was not taken in, and why, in her language."""

    name: str
    why: str
    status: int


@dataclass(slots=True, kw_only=True)
class Sent:
    """What came with one form: what was typed, the uids of photographs that are kept, and what was refused."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


async def read_sent(request: Request, studio: Studio, *, draft: KeptDraft | None, open_to_all: bool) -> Sent:
    """Keep each photograph of a form as it comes; what is refused keeps nobody else out.

    Args:
        request: whose body is read.
        studio: who sent it.
        draft: where they stand from then on; None leaves that to whoever asks.
        open_to_all: whether the form needs to carry nothing: the phone's own menu sends it, and knows no token.

    Raises:
        Forbidden: the form carries another token, or a file before it.
        WrongMediaType, BadInput, TooLarge, Stalled: it cannot be read to its end; what came whole is kept.
    """
    site, sent = site_of(request), Sent()
    most_bytes = MOST_FILES * (await settings.current(site.db, site.config)).limits.photo_bytes
    files, count = read_files(request, studio, sent.fields, most_bytes=most_bytes, open_to_all=open_to_all), 0
    async with aclosing(files):
        async for file in files:
            count += 1
            await _give_part(request, studio, file, sent, draft=draft, is_too_much=count > MOST_FILES)
    return sent


def not_all_came(request: Request, studio: Studio, draft: KeptDraft, sent: Sent) -> Response:
    """Return the page that says which photographs were not taken in, and why; all others are in the draft."""
    statuses = {one.status for one in sent.refused}
    status = statuses.pop() if len(statuses) == 1 else HTTPStatus.UNPROCESSABLE_ENTITY
    return show(
        request,
        studio,
        "studio/photos_refused.html",
        status=status,
        draft=draft,
        refused=sent.refused,
        kept=len(sent.kept),
        most_files=MOST_FILES,
    )


async def give_form(request: Request, studio: Studio) -> Response:
    """Take in what a form without scripts brings, save what was typed with it, and do what its button says.

    Where something was refused, she reads that first: nothing goes out without a photograph that she meant to show.

    Raises:
        Forbidden, NotFound, WrongMediaType, BadInput, TooLarge, Stalled: nothing of it, or no more, could be taken.
    """
    # What was typed in a draft that is gone is kept all the same.
    async with site_of(request).db.read() as tx:
        draft = await find_draft(tx, studio.artisan.id, request.path_params["uid"])
    # Who sends no photographs need not wait for those who do.
    with nullcontext() if media_type(request) == FORM else site_of(request).gate.entered():
        sent = await read_sent(request, studio, draft=draft, open_to_all=False)
    studio = dataclasses.replace(studio, fields=_told(sent))
    request.state.sent = studio.fields
    if "version" in studio.fields:
        came = await press_with(request, studio, sent.kept)
        if not sent.refused:
            return came
    draft = await draft_of(request, studio)
    if sent.refused:
        return not_all_came(request, studio, draft, sent)
    return see(f"/studio/drafts/{draft.uid}#photos")


def _told(sent: Sent) -> Fields:
    """Return what was typed; where a file was refused, without what was to be done with all of them."""
    return Fields([(name, text) for name, text in sent.fields if not (sent.refused and name == "do")])


async def _give_part(
    request: Request, studio: Studio, part: Part, sent: Sent, *, draft: KeptDraft | None, is_too_much: bool
) -> None:
    """Take in one file of a form, and note in *sent* what came of it.

    Raises:
        Stalled: it did not come to its end.
    """
    site, name = site_of(request), part.file or ""
    try:
        if is_too_much:
            raise TooLarge("up to {most} photographs can be sent at once. Send this one by itself.", most=MOST_FILES)
        config = await settings.current(site.db, site.config)
        with await receive_stream(config, name, part.chunks) as upload:
            given = await site.intake.give_upload(studio.artisan, upload, name)
        if draft is not None:
            async with site.db.write() as tx:
                given = await place(tx, studio, draft.uid, given, site.clock())
    except Stalled:
        raise
    except ArtisanError as error:
        sent.refused.append(_refusal(request, error, name))
    else:
        sent.kept.append(given)


async def place(tx: Tx, studio: Studio, draft_uid: str, photo_uid: str, now: datetime) -> str:
    """Let a photograph stand in a draft, as that is now: others come at the same moment."""
    draft = await drafts.get(tx, studio.artisan, draft_uid)
    return await draft_photos.add(tx, draft, photo_uid, now)


async def draft_of(request: Request, studio: Studio) -> KeptDraft:
    """Return the draft of the path.

    Raises:
        NotFound: there is none, or it is another's.
    """
    async with site_of(request).db.read() as tx:
        return await drafts.get(tx, studio.artisan, request.path_params["uid"])


def words_for(request: Request, error: ArtisanError) -> str:
    """Return what went wrong, in her language."""
    return told(error.sentence, error.values, language_of(request))


def _refusal(request: Request, error: ArtisanError, name: str) -> Refused:
    return Refused(name=name, why=words_for(request, error), status=error.status)
