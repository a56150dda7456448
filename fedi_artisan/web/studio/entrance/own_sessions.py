"""The page of the devices that are signed in."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.errors import NotFound
from fedi_artisan.services import sessions as sessions_service
from fedi_artisan.storage import sessions
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.visit import Studio

PATH = "/studio/settings/sessions"
_LONGEST_NUMBER = 18


async def all_sessions(request: Request, studio: Studio) -> Response:
    """Return where she is signed in."""
    site = site_of(request)
    now = site.clock()
    async with site.db.read() as tx:
        mine = [one for one in await sessions.list_of(tx, studio.artisan.id) if one.holds(now)]
    return show(request, studio, "studio/own_sessions.html", mine=mine, done=request.query_params.get("done", ""))


async def end_one(request: Request, studio: Studio) -> Response:
    """Sign one of her devices out.

    Raises:
        NotFound: she is signed in on none of this number.
    """
    number = request.path_params["number"]
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER):
        raise NotFound("a device has a number")
    async with site_of(request).db.write() as tx:
        if not await sessions_service.end_one(tx, studio.artisan.id, int(number)):
            raise NotFound("nobody is signed in there any more")
    return see(f"{PATH}?done=one")


async def end_others(request: Request, studio: Studio) -> Response:
    """Sign all of her devices out but this one."""
    async with site_of(request).db.write() as tx:
        await sessions_service.end_all(tx, studio.artisan.id, but=studio.session)
    return see(f"{PATH}?done=others")
