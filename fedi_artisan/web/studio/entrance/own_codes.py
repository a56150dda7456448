"""The page of the codes from an app: setting them up, ending them, and codes on paper for when the phone is lost."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.services import codes as codes_service
from fedi_artisan.storage import credentials
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.qr import code_of
from fedi_artisan.web.studio.entrance import attempts
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.visit import Studio

PATH = "/studio/settings/codes"


async def codes(request: Request, studio: Studio) -> Response:
    """Return the page as things stand: no codes, being set up, or asked for."""
    return await _page(request, studio)


async def begin(request: Request, studio: Studio) -> Response:
    """Begin to set codes up."""
    site = site_of(request)
    async with site.db.write() as tx:
        await codes_service.begin(tx, studio.artisan.id, site.clock())
    return see(PATH)


async def confirm(request: Request, studio: Studio) -> Response:
    """Have codes asked for from now on, and show those for the paper, once; where the code is wrong, the page again."""
    site = site_of(request)
    wait_s = attempts.wait_for_code(request, studio.artisan.id, f"session-{studio.session.id}")
    if wait_s > 0:
        return await _page(request, studio, status=HTTPStatus.TOO_MANY_REQUESTS, trouble="wait", wait_s=wait_s)
    async with site.db.write() as tx:
        fresh = await codes_service.confirm(tx, studio.artisan.id, studio.fields.get("code", ""), site.clock())
    if fresh is None:
        return await _page(request, studio, status=HTTPStatus.UNPROCESSABLE_ENTITY, trouble="wrong")
    return show(request, studio, "studio/paper_codes.html", fresh=fresh, first=True)


async def renew(request: Request, studio: Studio) -> Response:
    """Show new codes for the paper, once; those before are good no more."""
    site = site_of(request)
    async with site.db.write() as tx:
        if (await credentials.ways(tx, studio.artisan.id)).codes_since is None:
            return see(PATH)
        fresh = await codes_service.renew_recovery(tx, studio.artisan.id)
    return show(request, studio, "studio/paper_codes.html", fresh=fresh, first=False)


async def end(request: Request, studio: Studio) -> Response:
    """Ask for no codes any more."""
    async with site_of(request).db.write() as tx:
        await credentials.delete_codes(tx, studio.artisan.id)
    return see(f"{PATH}?done=ended")


async def _page(
    request: Request, studio: Studio, *, status: int = HTTPStatus.OK, trouble: str = "", wait_s: float = 0.0
) -> Response:
    site = site_of(request)
    async with site.db.read() as tx:
        ways = await credentials.ways(tx, studio.artisan.id)
        stored = await credentials.find_codes(tx, studio.artisan.id)
    begun = stored if stored is not None and stored.confirmed_at is None else None
    address = (
        ""
        if begun is None
        else codes_service.address(begun.secret, username=studio.artisan.username, host=site.config.host)
    )
    response = show(
        request,
        studio,
        "studio/own_codes.html",
        status=status,
        ways=ways,
        secret="" if begun is None else begun.secret,
        address=address,
        square=code_of(address) if address else None,
        trouble=trouble,
        wait_minutes=attempts.minutes(wait_s),
        ended=request.query_params.get("done") == "ended",
    )
    return attempts.patient(response, wait_s)
