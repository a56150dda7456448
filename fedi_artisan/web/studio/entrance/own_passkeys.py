"""The page of her passkeys: those there are, and how to make, name and remove one."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fedi_artisan.domain.passkeys import LASTS, LONGEST_NAME, place_of
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services import passkeys as passkeys_service
from fedi_artisan.storage import credentials, passkeys
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.entrance.devices import device_name
from fedi_artisan.web.studio.entrance.presenting import answer_to, place_here
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.visit import Studio

PATH = "/studio/settings/passkeys"
_PURPOSE = "passkey-new"


async def all_passkeys(request: Request, studio: Studio) -> Response:
    """Return the page; after a POST with a new passkey, the way back to it, or the page with what does not do."""
    if request.method != "POST":
        return await _page(request, studio)
    try:
        await _add(request, studio)
    except BadInput as error:
        return await _page(request, studio, status=HTTPStatus.UNPROCESSABLE_ENTITY, problem=error)
    return see(f"{PATH}?done=made")


async def passkey_asked(request: Request, studio: Studio) -> Response:
    """Return as JSON what a browser asks its devices for, so that they make a passkey.

    Raises:
        NotFound: there can be no passkeys here.
    """
    site, place = site_of(request), place_here(request)
    async with site.db.read() as tx:
        known = await passkeys.list_of(tx, studio.artisan.id)
    challenge = site.seals.seal(_PURPOSE, studio.token, "", LASTS)
    return JSONResponse(await passkeys_service.to_make(place, studio.artisan, known, challenge))


async def rename(request: Request, studio: Studio) -> Response:
    """Call a passkey otherwise.

    Raises:
        NotFound: she has none of this uid.
    """
    try:
        async with site_of(request).db.write() as tx:
            found = await passkeys_service.rename(
                tx, studio.artisan.id, request.path_params["uid"], studio.fields.get("name", "")
            )
    except BadInput as error:
        return await _page(request, studio, status=HTTPStatus.UNPROCESSABLE_ENTITY, problem=error)
    if not found:
        raise NotFound("there is no such passkey")
    return see(f"{PATH}?done=named")


async def remove(request: Request, studio: Studio) -> Response:
    """Remove a passkey, but never the last way in.

    Raises:
        NotFound: she has none of this uid.
    """
    try:
        async with site_of(request).db.write() as tx:
            found = await passkeys_service.remove(tx, studio.artisan.id, request.path_params["uid"])
    except BadInput as error:
        return await _page(request, studio, status=HTTPStatus.CONFLICT, problem=error)
    if not found:
        raise NotFound("there is no such passkey")
    return see(f"{PATH}?done=removed")


async def _add(request: Request, studio: Studio) -> None:
    """Add the passkey that a device has just made.

    Raises:
        BadInput: it cannot be used, or has no name.
    """
    site = site_of(request)
    place = place_of(site.config.origin)
    answer = answer_to(request, studio.fields.get("credential", ""), _PURPOSE, studio.token)
    if place is None or answer is None:
        raise BadInput("That took too long. Please try once more.")
    made = await passkeys_service.check_new(place, answer)
    async with site.db.write() as tx:
        await passkeys_service.add(tx, studio.artisan.id, made, studio.fields.get("name", ""), site.clock())
    site.seals.spend(answer.challenge)


async def _page(
    request: Request, studio: Studio, *, status: int = HTTPStatus.OK, problem: BadInput | None = None
) -> Response:
    site = site_of(request)
    async with site.db.read() as tx:
        mine = await passkeys.list_of(tx, studio.artisan.id)
        ways = await credentials.ways(tx, studio.artisan.id)
    return show(
        request,
        studio,
        "studio/own_passkeys.html",
        status=status,
        mine=mine,
        ways=ways,
        possible=place_of(site.config.origin) is not None,
        longest=LONGEST_NAME,
        this_device=device_name(request.headers.get("user-agent", "")),
        problem=problem,
        done=request.query_params.get("done", ""),
    )
