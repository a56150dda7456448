"""How photographs come into a draft, one by one, from the script of its page; and how far each of them is."""

from http import HTTPStatus
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fedi_artisan.domain.drafts import DraftPhoto, KeptDraft
from fedi_artisan.errors import ArtisanError, Forbidden, NotFound, TooLarge, TooManyRequests
from fedi_artisan.media.incoming import receive_stream
from fedi_artisan.services import drafts, settings
from fedi_artisan.web.bodies import FORM, media_type
from fedi_artisan.web.context import site_of
from fedi_artisan.web.parts import FORM_WITH_FILES, LONGEST_FILE_NAME, arriving
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.visit import CARRIED_HEADER, Studio
from fedi_artisan.web.studio.writing.photo_forms import draft_of, give_form, place, words_for

_SMALL_PX = 640
_LONGEST_KEY = 80
_RETRY_AFTER_S = "2"


async def give(request: Request, studio: Studio) -> Response:
    """Take photographs into the draft of the path: one raw file from a script, or a form with several.

    A script is answered in JSON: what became of the photograph, or why nothing did.
    """
    if media_type(request) in {FORM, FORM_WITH_FILES}:
        return await give_form(request, studio)
    if CARRIED_HEADER not in request.headers:
        raise Forbidden("this form belongs to another visit; open the page again")
    name = _name(request)
    try:
        await _check_length(request, name)
        with site_of(request).gate.entered():
            placed = await _give_one(request, studio, name)
    except ArtisanError as error:
        return _refusal(request, error, name)
    return JSONResponse(_state(request, placed), HTTPStatus.CREATED)


async def states(request: Request, studio: Studio) -> Response:
    """Return how far each photograph of the draft is, and what forms carry now: in a new session it is something else.

    Raises:
        NotFound: there is no such draft.
    """
    draft = await draft_of(request, studio)
    return JSONResponse({"token": studio.token, "photos": [_state(request, one) for one in draft.photos]})


async def row(request: Request, studio: Studio) -> Response:
    """Return the row of one photograph, as it stands in the page of the draft.

    Raises:
        NotFound: there is no such draft, or no such photograph in it.
    """
    draft = await draft_of(request, studio)
    photo = _photo(draft, request.path_params["photo"])
    return show(request, studio, "studio/photo_row_alone.html", draft=draft, photo=photo)


async def _give_one(request: Request, studio: Studio, name: str) -> DraftPhoto:
    """Take in the body of the request as one photograph of the draft, and return how it stands there.

    Raises:
        NotFound: there is no such draft.
        BadPhoto, TooLarge, NoRoom, Stalled: it is not taken, and why.
        BadInput: the draft takes no more.
    """
    site = site_of(request)
    await draft_of(request, studio)
    idle_s = site.config.timeouts.request_body_s
    key = request.headers.get("x-key", "")[:_LONGEST_KEY] or None
    config = await settings.current(site.db, site.config)
    with await receive_stream(config, name, arriving(request, idle_s)) as upload:
        given = await site.intake.give_upload(studio.artisan, upload, name, key=key)
    uid = request.path_params["uid"]
    async with site.db.write() as tx:
        placed = await place(tx, studio, uid, given, site.clock())
        draft = await drafts.get(tx, studio.artisan, uid)
    return _photo(draft, placed)


def _photo(draft: KeptDraft, uid: str) -> DraftPhoto:
    """Return one photograph of a draft.

    Raises:
        NotFound: it was taken away meanwhile.
    """
    for one in draft.photos:
        if one.uid == uid:
            return one
    raise NotFound("this photograph is not here any more")


def _state(request: Request, photo: DraftPhoto) -> dict[str, str]:
    """Return how far a photograph is: "waiting", "made" with the address of a picture, "refused" with the error."""
    state = {"uid": photo.uid, "name": photo.name, "state": "made" if photo.shown else "waiting"}
    if photo.shown:
        state["url"] = site_of(request).uris.media_url(photo.photo.small(_SMALL_PX).file)
    elif photo.refusal is not None:
        state["state"] = "refused"
        state["error"] = words_for(request, photo.refusal)
    return state


def _name(request: Request) -> str:
    """Return the name of the file that a script sends; a header has only ASCII, so it comes percent-encoded."""
    return unquote(request.headers.get("x-name", ""))[:LONGEST_FILE_NAME] or "photo"


async def _check_length(request: Request, name: str) -> None:
    """Refuse what says itself that it is too large, before it is sent.

    Raises:
        TooLarge: it does.
    """
    site = site_of(request)
    most = (await settings.current(site.db, site.config)).limits.photo_bytes
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and (len(announced) > len(str(most)) or int(announced) > most):
        raise TooLarge(
            "this photograph is larger than {most:g} MB. Save it again, smaller.", of=name, most=most / 1_000_000
        )


def _refusal(request: Request, error: ArtisanError, name: str) -> Response:
    """Return why a photograph was not taken in."""
    headers = {"Retry-After": _RETRY_AFTER_S} if isinstance(error, TooManyRequests) else {}
    return JSONResponse({"name": name, "error": words_for(request, error)}, error.status, headers)
