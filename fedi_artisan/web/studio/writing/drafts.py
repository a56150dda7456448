"""A work while it is written: begun, saved, published, thrown away."""

import contextlib
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fedi_artisan.domain.drafts import FIELDS, PHOTO_FIELDS, Problem, State, problem_of
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services import draft_photos, drafts
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import language_of, show
from fedi_artisan.web.studio.writing.draft_deeds import PATH, Came, Press, do, pressed
from fedi_artisan.web.studio.writing.draft_page import look, sentences, show_page

_LONGEST_VERSION = 9


async def begin(request: Request, studio: Studio) -> Response:
    """Begin a new work, and go on to its page.

    Raises:
        BadInput: there are enough drafts.
    """
    site = site_of(request)
    async with site.db.write() as tx:
        draft = await drafts.begin(tx, studio.artisan, site.clock())
    return _to(f"{PATH}/{draft.uid}")


async def editor(request: Request, studio: Studio) -> Response:
    """Return the page on which a work is written.

    Raises:
        NotFound: there is no such draft.
    """
    async with site_of(request).db.read() as tx:
        kept = await drafts.get(tx, studio.artisan, request.path_params["uid"])
        if kept.state is State.PUBLISHED:
            return _to(f"{PATH}/{kept.uid}/done")
        draft = await look(tx, request, studio, kept)
    return show_page(request, studio, draft)


async def press(request: Request, studio: Studio) -> Response:
    """Keep what was typed, then do what the button says.

    Nothing more is done with a draft that was changed elsewhere meanwhile: what was typed is kept beside it, and the
    page of that says so. A script that saves by itself asks for JSON.

    Raises:
        NotFound: there is no such draft.
    """
    return await press_with(request, studio)


async def press_with(request: Request, studio: Studio, photos: Sequence[str] = ()) -> Response:
    """Do the same for a form that brought these *photos* (uids), which stand in the draft of the path already.

    Raises:
        NotFound: there is no such draft.
    """
    site, uid, typed = site_of(request), request.path_params["uid"], dict(studio.fields)
    # One moment for all of it, whatever the clock does in between.
    now = site.clock()
    try:
        async with site.db.write() as tx:
            saved = await drafts.save(tx, studio.artisan, uid, typed, version=version_in(studio.fields), now=now)
            came = Came(f"{PATH}/{saved.draft.uid}")
            if saved.draft.uid != uid:
                for photo in photos:
                    await draft_photos.add(tx, await drafts.get(tx, studio.artisan, saved.draft.uid), photo, now)
            else:
                name, about = pressed(studio.fields)
                told = Press(
                    request=request, studio=studio, draft=saved.draft, typed=typed, name=name, about=about, now=now
                )
                came = await do(tx, told)
    except BadInput as error:
        return await refused(request, studio, typed, problem_of(error, overlong(typed)))
    if came.problems:
        return await refused(request, studio, None, *came.problems)
    if _wants_json(request):
        draft = saved.draft
        return JSONResponse(
            {"uid": draft.uid, "version": draft.version, "is_other": draft.uid != uid, "at": f"{PATH}/{draft.uid}"}
        )
    return _to(f"{came.path}#photos" if photos and came.path == f"{PATH}/{saved.draft.uid}" else came.path)


async def discard(request: Request, studio: Studio) -> Response:
    """Ask whether a draft is to be thrown away, or throw it away; one that is gone already is gone.

    Raises:
        NotFound: there is nothing to ask about.
    """
    site, uid = site_of(request), request.path_params["uid"]
    if request.method == "POST":
        # Of a double click, the answer to the second press is the one that she sees.
        with contextlib.suppress(NotFound):
            async with site.db.write() as tx:
                await drafts.discard(tx, await drafts.get(tx, studio.artisan, uid))
        return _to("/studio/works")
    async with site.db.read() as tx:
        draft = await drafts.get(tx, studio.artisan, uid)
    return show(request, studio, "studio/discard.html", draft=draft)


async def refused(request: Request, studio: Studio, typed: Mapping[str, str] | None, *problems: Problem) -> Response:
    """Return the page again with what is wrong, and with what was *typed* where that could not be kept."""
    if _wants_json(request):
        told = sentences(problems, language_of(request))
        return JSONResponse({"problems": told}, HTTPStatus.UNPROCESSABLE_ENTITY)
    async with site_of(request).db.read() as tx:
        kept = await drafts.get(tx, studio.artisan, request.path_params["uid"])
        draft = await look(tx, request, studio, kept)
    return show_page(request, studio, draft, typed=typed, problems=problems, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def overlong(typed: Mapping[str, str]) -> str:
    """Return the name of a field in which more stands than is kept, or nothing."""
    most = {name: FIELDS.get(name) or PHOTO_FIELDS.get(name.partition("-")[0], len(typed[name])) for name in typed}
    return next((name for name, text in typed.items() if len(text) > most[name]), "")


def version_in(fields: Mapping[str, str]) -> int:
    """Return which version of the draft the form showed; one that says nothing showed none."""
    text = fields.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_VERSION else 0


def _wants_json(request: Request) -> bool:
    return request.headers.get("accept", "").startswith("application/json")


def _to(path: str) -> Response:
    return see(path)
