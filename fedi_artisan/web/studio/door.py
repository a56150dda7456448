"""The door of the studio: whoever wants in has to be signed in, and what she sends has to come from our own pages.

Nobody loses what she has typed at this door: a form that is sent when the session has ended, or by a page that is older
than the session, comes back within the page that asks, and goes on its way by one press.
"""

import asyncio
import contextlib
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.sessions import Session, form_token, is_form_token
from fedi_artisan.errors import ArtisanError, DiskFull, Forbidden, OutOfOrder, Stalled
from fedi_artisan.services import sessions as sessions_service
from fedi_artisan.storage import artisans, happenings
from fedi_artisan.web.bodies import FORM, Fields, media_type, read_form
from fedi_artisan.web.context import site_of
from fedi_artisan.web.parts import FORM_WITH_FILES, read_texts
from fedi_artisan.web.senders import from_here
from fedi_artisan.web.studio.entrance import cookies, errands
from fedi_artisan.web.studio.entrance.asking import proof_page, sign_in_page
from fedi_artisan.web.studio.entrance.cookies import Cookie
from fedi_artisan.web.studio.entrance.errands import Errand
from fedi_artisan.web.studio.entrance.letting_in import kept_page
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.visit import (
    CARRIED_FIELD,
    CARRIED_HEADER,
    LONGEST_FORM_BYTES,
    MOST_FIELDS,
    MOST_FILES,
    PROVE,
    SIGN_IN,
    Endpoint,
    Studio,
    asked_path,
    local_path,
)

__all__ = [
    "CARRIED_FIELD",
    "CARRIED_HEADER",
    "LONGEST_FORM_BYTES",
    "MOST_FIELDS",
    "Endpoint",
    "Studio",
    "check_token",
    "cookie_name",
    "enter",
    "inside",
    "local_path",
]

_LOOKING = frozenset({"GET", "HEAD"})


def inside(
    path: str,
    endpoint: Endpoint,
    methods: Sequence[str] = ("GET",),
    *,
    streams: bool = False,
    keeps_typed: bool = False,
    proved: bool = False,
) -> Route:
    """Return a route into the studio, which only who is signed in gets through.

    Args:
        path: below /studio.
        endpoint: answers her.
        methods: that it takes.
        streams: whether it reads the body of a POST itself, because that can be large. Then it must call `check_token`
            where `X-Token` was not sent.
        keeps_typed: whether it takes the form without its files as well, so that what was typed beside them is not lost
            when her session has ended.
        proved: whether she must have proved within the last minutes that it is she, because what is done there could
            lock her out or let others in.
    """

    @functools.wraps(endpoint)
    async def guarded(request: Request) -> Response:
        response = await _admit(request, endpoint, streams=streams, keeps_typed=keeps_typed, proved=proved)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return Route(path, guarded, methods=[*methods])


def cookie_name(config: Config) -> str:
    """Return the name of the cookie that shows who is signed in."""
    return cookies.name_of(config, Cookie.SESSION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """Who is signed in, with the *token* of her session, and how much she has not read."""

    artisan: Artisan
    session: Session
    token: str
    unread: int

    def studio(self, fields: Fields) -> Studio:
        """Return what an endpoint is given of her, with the form that she sent."""
        return Studio(
            artisan=self.artisan,
            session=self.session,
            token=form_token(self.token),
            fields=fields,
            unread=self.unread,
        )


async def enter(request: Request) -> Entered | None:
    """Return who is signed in; None for everybody else."""
    site = site_of(request)
    token = cookies.shown(request, Cookie.SESSION)
    if not token:
        return None
    now = site.clock()
    async with site.db.read() as tx:
        session = await sessions_service.find(tx, token, now)
        if session is None:
            return None
        artisan = await artisans.get(tx, session.artisan_id)
        unread = await happenings.count_unread(tx, artisan.id)
    if sessions_service.is_to_be_noted(session, now):
        # On a full disk, or one that fails, she has to come in all the more: there it is said what to do.
        with contextlib.suppress(DiskFull, OutOfOrder):
            async with site.db.write() as tx:
                await sessions_service.note(tx, session, now)
    return Entered(artisan=artisan, session=session, token=token, unread=unread)


def check_token(studio: Studio, given: str) -> None:
    """Refuse a form that carries another token than those of this session.

    Raises:
        Forbidden: it does.
    """
    if given != studio.token:
        raise Forbidden("this form belongs to another visit; open the page again")


async def _admit(request: Request, endpoint: Endpoint, *, streams: bool, keeps_typed: bool, proved: bool) -> Response:
    """Return the endpoint's answer, or what stands in the way to it.

    Raises:
        Forbidden: a form was filled in elsewhere.
        TooLarge, BadJson, BadInput, WrongMediaType: it cannot be read.
    """
    sends = request.method not in _LOOKING
    if sends and not from_here(request):
        raise Forbidden("this form was filled in on another site")
    entered = await enter(request)
    if entered is None:
        return await _ask_who_it_is(request, keeps_typed=keeps_typed)
    session, token = entered.session, entered.token
    request.state.studio_language = entered.artisan.studio_language
    fields = await _fields(request, streams=streams) if sends else Fields()
    studio = entered.studio(fields)
    if sends:
        refusal = _stale(request, fields, token, streams=streams)
        if refusal is not None:
            return refusal
        if fields:
            request.state.sent = fields  # an excuse gives it back
    if proved and not session.is_proved(site_of(request).clock()):
        return await _ask_for_proof(request, studio)
    return await endpoint(request, studio)


async def _fields(request: Request, *, streams: bool) -> Fields:
    """Return what was filled in; nothing where the endpoint reads it, or where a script sends something else."""
    if streams or (CARRIED_HEADER in request.headers and media_type(request) != FORM):
        return Fields()
    within_s = site_of(request).config.timeouts.request_body_s
    return await read_form(request, within_s, longest=LONGEST_FORM_BYTES, most=MOST_FIELDS)


def _stale(request: Request, fields: Fields, token: str, *, streams: bool) -> Response | None:
    """Return the answer to a form that carries another token than those of this session; None where it does not.

    A page of ours that was open while she signed in anew carries the former one. The form goes on by one press, on a
    page that no other site can frame or press for her.
    """
    given = request.headers.get(CARRIED_HEADER, "" if streams else fields.get(CARRIED_FIELD, ""))
    if streams and not given:
        return None  # the endpoint checks what it reads
    if is_form_token(given, token):
        return None
    if _is_script(request):
        return JSONResponse({"error": "this page is older than your visit; open it again"}, HTTPStatus.FORBIDDEN)
    # The page that asks for a proof keeps another form. Who has proved it on another page meanwhile goes on with that.
    proving = request.scope["path"] == PROVE
    errand = errands.read(fields) if proving else errands.of_sending(request, fields)
    return kept_page(request, token, errand, status=HTTPStatus.FORBIDDEN)


async def _ask_who_it_is(request: Request, *, keeps_typed: bool) -> Response:
    """Return what strangers get: the page where one signs in, with what they have sent; for a script, where it is."""
    if _is_script(request):
        return JSONResponse({"error": "sign in first", "sign_in": SIGN_IN}, HTTPStatus.UNAUTHORIZED)
    if request.method in _LOOKING:
        return _redirect(SIGN_IN, asked_path(request))
    return await sign_in_page(request, await _sent(request, keeps_typed=keeps_typed), status=HTTPStatus.UNAUTHORIZED)


async def _ask_for_proof(request: Request, studio: Studio) -> Response:
    """Return the page that asks whether it is really she, as above."""
    if _is_script(request):
        return JSONResponse({"error": "prove first that it is you", "sign_in": PROVE}, HTTPStatus.UNAUTHORIZED)
    if request.method in _LOOKING:
        return _redirect(PROVE, asked_path(request))
    errand = errands.of_sending(request, studio.fields)
    return await proof_page(request, studio, errand, status=HTTPStatus.UNAUTHORIZED)


async def _sent(request: Request, *, keeps_typed: bool) -> Errand:
    """Return what a stranger has sent, so that it is not lost; of what cannot be kept, the page it came from.

    Of a form with photographs that is what was typed beside them: nobody keeps the files of strangers. Nothing is done
    with it but that it is saved, so that no work goes out without them.
    """
    try:
        if keeps_typed and media_type(request) == FORM_WITH_FILES:
            typed = await _typed_beside_files(request)
            return errands.of_sending(request, Fields([pair for pair in typed.multi_items() if pair[0] != "do"]))
        return errands.of_sending(request, await _fields(request, streams=False))
    except ArtisanError:
        return errands.of_page_before(request)


async def _typed_beside_files(request: Request) -> Fields:
    """Return what was typed in a form with files; nobody knows who sends it, so it has no longer than other forms.

    Raises:
        ArtisanError: it cannot be read, or not in time.
    """
    config = site_of(request).config
    try:
        async with asyncio.timeout(config.timeouts.request_body_s):
            return await read_texts(
                request,
                idle_s=config.timeouts.request_body_s,
                most_bytes=MOST_FILES * config.limits.photo_bytes,
                longest=LONGEST_FORM_BYTES,
                most_parts=MOST_FIELDS,
            )
    except TimeoutError:
        raise Stalled("this stopped on its way here; send it again") from None


def _is_script(request: Request) -> bool:
    return CARRIED_HEADER in request.headers


def _redirect(where: str, errand_path: str) -> Response:
    return see(f"{where}?{urlencode({'next': errand_path})}")
