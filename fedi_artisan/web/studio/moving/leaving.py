"""Moving away: looked at twice, and proved, because her followers go along; and coming back."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.errors import BadInput
from fedi_artisan.services import moving as moving_service
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.moving.arriving import LONGEST_ADDRESS, PATH
from fedi_artisan.web.studio.moving.asking import account
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show

AWAY = f"{PATH}/away"


async def away(request: Request, studio: Studio) -> Response:
    """Return the form that asks where she goes; after a POST, the question whether she really does, or why not yet."""
    if request.method != "POST":
        return await _form(request, studio)
    try:
        target = await _target(request, studio)
    except BadInput as error:
        return await _form(request, studio, error)
    async with site_of(request).db.read() as tx:
        _, followers = await moving_service.departure(tx, studio.artisan)
    target_account = moving_service.account_of(target)
    return show(request, studio, "studio/moving_question.html", target=target_account, followers=followers)


async def go(request: Request, studio: Studio) -> Response:
    """Move, if all is still as it was when she was asked; else the form again with why not."""
    site = site_of(request)
    try:
        target = await _target(request, studio)
        async with site.db.write() as tx:
            await moving_service.move(tx, site.uris, studio.artisan, target, site.clock())
    except BadInput as error:
        return await _form(request, studio, error)
    return see(f"{PATH}?told=moved")


async def come_back(request: Request, studio: Studio) -> Response:
    """Take it back that she has moved."""
    site = site_of(request)
    async with site.db.write() as tx:
        done = await moving_service.take_back(tx, site.uris, studio.artisan, site.clock())
    return see(f"{PATH}?told={'back' if done else 'gone'}")


async def _target(request: Request, studio: Studio) -> RemoteActor:
    """Return the account that she goes to, which her followers can follow.

    Raises:
        BadInput: they cannot, or there is none.
    """
    site = site_of(request)
    target = await account(request, studio.fields.get("target", ""))
    async with site.db.read() as tx:
        await moving_service.check_target(tx, site.uris, studio.artisan, target, site.clock())
    return target


async def _form(request: Request, studio: Studio, problem: BadInput | None = None) -> Response:
    site = site_of(request)
    async with site.db.read() as tx:
        last, _ = await moving_service.departure(tx, studio.artisan)
    return show(
        request,
        studio,
        "studio/moving_away.html",
        status=HTTPStatus.OK if problem is None else HTTPStatus.UNPROCESSABLE_ENTITY,
        problem=problem,
        given=studio.fields.get("target", "")[:LONGEST_ADDRESS],
        last=None if last is None or last.again_at <= site.clock() else last,
        longest=LONGEST_ADDRESS,
    )
