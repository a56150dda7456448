"""Proving once more that it is she, before something is done that could lock her out or let others in."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fedi_artisan.domain.passkeys import LASTS
from fedi_artisan.services import passkeys as passkeys_service
from fedi_artisan.services import sessions
from fedi_artisan.storage import credentials, passkeys
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.entrance import attempts, errands
from fedi_artisan.web.studio.entrance.asking import proof_page
from fedi_artisan.web.studio.entrance.cookies import Cookie, give
from fedi_artisan.web.studio.entrance.errands import Errand
from fedi_artisan.web.studio.entrance.letting_in import onwards
from fedi_artisan.web.studio.entrance.presenting import place_here, presented
from fedi_artisan.web.studio.visit import Studio, local_path

_PASSKEY = "passkey-proof"


async def prove(request: Request, studio: Studio) -> Response:
    """Return the page that asks; after a POST with password or passkey, the way on, or the page again with why not."""
    if request.method != "POST":
        return await proof_page(request, studio, Errand(path=local_path(request.query_params.get("next", ""))))
    errand = errands.read(studio.fields)
    if studio.fields.get("credential"):
        return await _by_passkey(request, studio, errand)
    return await _by_password(request, studio, errand)


async def passkey_asked(request: Request, studio: Studio) -> Response:
    """Return as JSON what a browser asks its devices for.

    Raises:
        NotFound: there can be no passkeys here.
    """
    place = place_here(request)
    challenge = site_of(request).seals.seal(_PASSKEY, studio.token, "", LASTS)
    return JSONResponse(await passkeys_service.to_show(place, challenge))


async def _by_password(request: Request, studio: Studio, errand: Errand) -> Response:
    site = site_of(request)
    wait_s = attempts.wait_for_proof(request, studio.session)
    if wait_s > 0:
        return await proof_page(
            request, studio, errand, status=HTTPStatus.TOO_MANY_REQUESTS, trouble="wait", wait_s=wait_s
        )
    async with site.db.read() as tx:
        kept = await credentials.find_password(tx, studio.artisan.id)
    if not await site.passwords.matches(kept, studio.fields.get("password", "")):
        return await proof_page(request, studio, errand, status=HTTPStatus.UNAUTHORIZED, trouble="wrong")
    async with site.db.write() as tx:
        token = await sessions.renew(tx, studio.session, site.clock())
    return _go_on(request, token, errand)


async def _by_passkey(request: Request, studio: Studio, errand: Errand) -> Response:
    site, now = site_of(request), site_of(request).clock()
    found = await presented(request, studio.fields["credential"], _PASSKEY, studio.token, artisan_id=studio.artisan.id)
    token = None
    if found is not None:
        async with site.db.write() as tx:
            if await passkeys.note_use(tx, found[0].id, found[1], now):
                token = await sessions.renew(tx, studio.session, now)
    if token is None:
        return await proof_page(request, studio, errand, status=HTTPStatus.UNAUTHORIZED, trouble="passkey")
    return _go_on(request, token, errand)


def _go_on(request: Request, session_token: str, errand: Errand) -> Response:
    """Return the way on; the session is shown by another token from now on."""
    response = onwards(request, session_token, errand)
    give(request, response, Cookie.SESSION, session_token)
    return response
