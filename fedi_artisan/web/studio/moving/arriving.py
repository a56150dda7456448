"""The page of moving: the accounts that she comes from, and where she has gone."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.texts import say
from fedi_artisan.errors import BadInput
from fedi_artisan.services import moving as moving_service
from fedi_artisan.storage import moving
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.moving.asking import account
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show

PATH = "/studio/moving"
LONGEST_ADDRESS = 500

_TOLD = {
    "named": say("Noted. Now tell the other account where you are: the second step."),
    "looked": say("Looked again; here is how it stands."),
    "off": say("Taken off. It is not named as yours any more."),
    "moved": say("You have moved. Your followers are told, one place after the other."),
    "back": say("You are here again. Whoever still follows you is told."),
    "gone": say("This was settled already; here is how it stands."),
}


async def page(request: Request, studio: Studio) -> Response:
    """Return the page."""
    return await _page(request, studio)


async def name(request: Request, studio: Studio) -> Response:
    """Note an account that she comes from, or look at it again; with why that cannot be, the page once more."""
    site, given = site_of(request), studio.fields.get("account", "")
    try:
        found = await account(request, given)
        async with site.db.write() as tx:
            await moving_service.add_account(tx, site.uris, studio.artisan, found, site.clock())
    except BadInput as error:
        return await _page(request, studio, status=HTTPStatus.UNPROCESSABLE_ENTITY, given=given, problem=error)
    return _back("looked" if "again" in studio.fields else "named")


async def take_off(request: Request, studio: Studio) -> Response:
    """Forget an account that she named."""
    site = site_of(request)
    async with site.db.write() as tx:
        uri = studio.fields.get("account", "")
        done = await moving_service.remove_account(tx, site.uris, studio.artisan, uri, site.clock())
    return _back("off" if done else "gone")


def _back(told: str) -> Response:
    return see(f"{PATH}?told={told}")


async def _page(
    request: Request, studio: Studio, *, status: int = HTTPStatus.OK, given: str = "", problem: BadInput | None = None
) -> Response:
    async with site_of(request).db.read() as tx:
        accounts = await moving.list_accounts(tx, studio.artisan.id)
        last, followers = await moving_service.departure(tx, studio.artisan)
    gone = last if last is not None and last.ended_at is None else None
    return show(
        request,
        studio,
        "studio/moving.html",
        status=status,
        accounts=accounts,
        gone=gone,
        followers=followers,
        along=0 if gone is None else max(0, gone.followers - followers),
        given=given[:LONGEST_ADDRESS],
        problem=problem,
        told=_TOLD.get(request.query_params.get("told", ""), ""),
        longest=LONGEST_ADDRESS,
    )
