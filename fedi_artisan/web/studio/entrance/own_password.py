"""The page on which she chooses another password."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.passwords import check_password
from fedi_artisan.errors import BadInput
from fedi_artisan.services import sessions
from fedi_artisan.services.credentials import change_password
from fedi_artisan.storage import credentials
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.entrance.cookies import Cookie, give
from fedi_artisan.web.studio.entrance.letting_in import known_from_now_on
from fedi_artisan.web.studio.entrance.welcome import own_words
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.visit import Studio

PATH = "/studio/settings/password"


async def password(request: Request, studio: Studio) -> Response:
    """Return the page; after a POST, the way back to it, or the page again with what does not do."""
    if request.method != "POST":
        return await _page(request, studio, changed="changed" in request.query_params)
    site = site_of(request)
    try:
        fresh = check_password(studio.fields.get("password", ""), own_words(site.config, studio.artisan))
    except BadInput as error:
        return await _page(request, studio, status=HTTPStatus.UNPROCESSABLE_ENTITY, problem=error)
    kept = await site.passwords.hash(fresh)
    now = site.clock()
    async with site.db.write() as tx:
        await change_password(tx, studio.session, kept, now)
        token = await sessions.renew(tx, studio.session, now)
        device = await known_from_now_on(tx, request, studio.artisan.id, now)
    response = see(f"{PATH}?changed")
    give(request, response, Cookie.SESSION, token)
    give(request, response, Cookie.DEVICE, device)
    return response


async def _page(
    request: Request,
    studio: Studio,
    *,
    status: int = HTTPStatus.OK,
    problem: BadInput | None = None,
    changed: bool = False,
) -> Response:
    async with site_of(request).db.read() as tx:
        ways = await credentials.ways(tx, studio.artisan.id)
    return show(request, studio, "studio/own_password.html", status=status, ways=ways, problem=problem, changed=changed)
