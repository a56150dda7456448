"""The page behind a link that lets an artisan in once: there she chooses a password, or makes a passkey."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.credentials import Invitation, Purpose, Ways
from fedi_artisan.domain.passkeys import LASTS, place_of
from fedi_artisan.domain.passwords import check_password
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services import codes, invitations
from fedi_artisan.services import passkeys as passkeys_service
from fedi_artisan.services.credentials import accept_with_passkey, accept_with_password
from fedi_artisan.storage import artisans, credentials, passkeys
from fedi_artisan.storage.db import Tx
from fedi_artisan.web.bodies import Fields
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.entrance import attempts
from fedi_artisan.web.studio.entrance.errands import Errand
from fedi_artisan.web.studio.entrance.letting_in import Opened, go_on, open_visit
from fedi_artisan.web.studio.entrance.presenting import answer_to
from fedi_artisan.web.studio.entrance.sign_in import read_entrance_form
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.visit import HOME

SETUP = "/studio/setup/1"
_PASSKEY = "welcome"


async def welcome(request: Request) -> Response:
    """Return the page on which she chooses; after a POST, the way in, or the page again with what does not do.

    Opening it uses nothing up: programs look at links as well, on their way through the post.
    """
    token = request.path_params["token"]
    found = await _find(request, token)
    if found is None:
        return show(request, None, "studio/link_ended.html", status=HTTPStatus.GONE)
    invitation, artisan, ways = found
    if request.method != "POST":
        return _page(request, invitation, artisan, ways)
    fields = await read_entrance_form(request)
    wait_s = 0.0
    if _needs_code(invitation, ways):
        wait_s = attempts.wait_for_code(request, artisan.id, None)
    if wait_s > 0:
        return _page(
            request, invitation, artisan, ways, status=HTTPStatus.TOO_MANY_REQUESTS, wrong="wait", wait_s=wait_s
        )
    try:
        opened = await (_by_passkey if fields.get("credential") else _by_password)(request, fields, artisan)
    except BadInput as error:
        return _page(request, invitation, artisan, ways, status=HTTPStatus.UNPROCESSABLE_ENTITY, problem=error)
    if opened is None:
        return _page(request, invitation, artisan, ways, status=HTTPStatus.UNPROCESSABLE_ENTITY, wrong="code")
    return go_on(request, opened, Errand(path=SETUP if invitation.purpose is Purpose.SETUP else HOME))


async def passkey_asked(request: Request) -> Response:
    """Return as JSON what a browser asks its devices for, so that they make a passkey.

    Raises:
        NotFound: the link was used or has ended, or there can be no passkeys here.
    """
    site, token = site_of(request), request.path_params["token"]
    place, found = place_of(site.config.origin), await _find(request, token)
    if place is None or found is None:
        raise NotFound("this link was used already, or has ended")
    _, artisan, _ = found
    async with site.db.read() as tx:
        known = await passkeys.list_of(tx, artisan.id)
    challenge = site.seals.seal(_PASSKEY, token, "", LASTS)
    asked = await passkeys_service.to_make(place, artisan, known, challenge)
    return JSONResponse(asked, headers={"Cache-Control": "no-store"})


def own_words(config: Config, artisan: Artisan) -> list[str]:
    """Return what everybody knows of an artisan, so that no password can be made of it."""
    return [artisan.name, artisan.username, config.host]


async def _by_password(request: Request, fields: Fields, artisan: Artisan) -> Opened | None:
    """Have her come in by a password from now on, and let her in; None where the code is wrong.

    Raises:
        BadInput: it cannot be one.
    """
    site = site_of(request)
    password = check_password(fields.get("password", ""), own_words(site.config, artisan))
    kept = await site.passwords.hash(password)
    now = site.clock()
    async with site.db.write() as tx:
        invitation = await _still(tx, request)
        if not await _code_is_right(tx, request, invitation, fields):
            return None
        await accept_with_password(tx, invitation, kept, now)
        return await open_visit(tx, request, artisan.id, now)


async def _by_passkey(request: Request, fields: Fields, artisan: Artisan) -> Opened | None:
    """Have her come in by a passkey from now on, as above."""
    site = site_of(request)
    place = place_of(site.config.origin)
    answer = answer_to(request, fields["credential"], _PASSKEY, request.path_params["token"])
    if place is None or answer is None:
        raise BadInput("That took too long. Please try once more.")
    made = await passkeys_service.check_new(place, answer)
    now = site.clock()
    async with site.db.write() as tx:
        invitation = await _still(tx, request)
        if not await _code_is_right(tx, request, invitation, fields):
            return None
        await accept_with_passkey(tx, invitation, made, fields.get("name", ""), now)
        opened = await open_visit(tx, request, artisan.id, now)
    site.seals.spend(answer.challenge)
    return opened


async def _find(request: Request, token: str) -> tuple[Invitation, Artisan, Ways] | None:
    """Return what a link is for, whom it is for, and how she comes in by now; None where it was used or has ended."""
    site = site_of(request)
    async with site.db.read() as tx:
        invitation = await invitations.find(tx, token, site.clock())
        if invitation is None:
            return None
        artisan = await artisans.get(tx, invitation.artisan_id)
        return invitation, artisan, await credentials.ways(tx, artisan.id)


async def _still(tx: Tx, request: Request) -> Invitation:
    """Return the link's invitation, at the very moment at which it is used.

    Raises:
        BadInput: somebody used it a moment ago.
    """
    invitation = await invitations.find(tx, request.path_params["token"], site_of(request).clock())
    if invitation is None:
        raise BadInput("This link was used a moment ago. It lets in once.")
    return invitation


async def _code_is_right(tx: Tx, request: Request, invitation: Invitation, fields: Fields) -> bool:
    """Whether a code was given, where codes are asked for; a link does not take their place."""
    if not _needs_code(invitation, await credentials.ways(tx, invitation.artisan_id)):
        return True
    return await codes.take(tx, invitation.artisan_id, attempts.code_in(fields), site_of(request).clock())


def _needs_code(invitation: Invitation, ways: Ways) -> bool:
    return ways.codes_since is not None and not invitation.forgets_codes


def _page(
    request: Request,
    invitation: Invitation,
    artisan: Artisan,
    ways: Ways,
    *,
    status: int = HTTPStatus.OK,
    problem: BadInput | None = None,
    wrong: str = "",
    wait_s: float = 0.0,
) -> Response:
    """Return the page; *problem* is about the password or the passkey, *wrong* says that the code is, or to wait."""
    place = place_of(site_of(request).config.origin)
    response = show(
        request,
        None,
        "studio/welcome.html",
        status=status,
        invitation=invitation,
        her=artisan,
        needs_code=_needs_code(invitation, ways),
        passkeys=place is not None,
        problem=problem,
        wrong=wrong,
        wait_minutes=attempts.minutes(wait_s),
    )
    return attempts.patient(response, wait_s)
