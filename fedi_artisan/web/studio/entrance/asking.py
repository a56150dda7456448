"""The pages that ask who somebody is, or that it is really she."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.passkeys import place_of
from fedi_artisan.domain.tokens import new_token
from fedi_artisan.storage import artisans, credentials
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.entrance.attempts import minutes, patient
from fedi_artisan.web.studio.entrance.cookies import Cookie, give, shown
from fedi_artisan.web.studio.entrance.errands import Errand
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.visit import Studio


async def sign_in_page(
    request: Request,
    errand: Errand,
    *,
    status: int = HTTPStatus.OK,
    trouble: str = "",
    username: str = "",
    wait_s: float = 0.0,
) -> Response:
    """Return the page on which one signs in.

    Args:
        request: what was asked.
        errand: what goes on after that.
        status: of the answer.
        trouble: which of the template's sentences stands above: "wrong", "wait", "late", "passkey", "out".
        username: as it was given.
        wait_s: after how long she may try again, where she has to wait.
    """
    site = site_of(request)
    async with site.db.read() as tx:
        everybody = await artisans.list_all(tx)
        uninvited = await credentials.without_any(tx)
        has_passkeys = await credentials.has_passkeys(tx)
    response = show(
        request,
        None,
        "studio/sign_in.html",
        status=status,
        errand=errand,
        trouble=trouble,
        username=username if len(everybody) > 1 else everybody[0].username if everybody else "",
        several=len(everybody) > 1,
        nobody_yet=len(uninvited) == len(everybody),
        passkeys=has_passkeys and place_of(site.config.origin) is not None,
        wait_minutes=minutes(wait_s),
    )
    return patient(with_arrival(request, response), wait_s)


def code_page(
    request: Request,
    errand: Errand,
    halfway: str,
    *,
    status: int = HTTPStatus.OK,
    trouble: str = "",
    wait_s: float = 0.0,
) -> Response:
    """Return the page that asks for a code, of whoever knew the password; *halfway* says so."""
    response = show(
        request,
        None,
        "studio/code.html",
        status=status,
        errand=errand,
        halfway=halfway,
        trouble=trouble,
        wait_minutes=minutes(wait_s),
    )
    return patient(response, wait_s)


async def proof_page(
    request: Request,
    studio: Studio,
    errand: Errand,
    *,
    status: int = HTTPStatus.OK,
    trouble: str = "",
    wait_s: float = 0.0,
) -> Response:
    """Return the page that asks whoever is signed in whether it is really she; *trouble* as above."""
    site = site_of(request)
    async with site.db.read() as tx:
        ways = await credentials.ways(tx, studio.artisan.id)
    response = show(
        request,
        studio,
        "studio/prove.html",
        status=status,
        errand=errand,
        trouble=trouble,
        ways=ways,
        passkeys=ways.passkeys > 0 and place_of(site.config.origin) is not None,
        wait_minutes=minutes(wait_s),
    )
    return patient(response, wait_s)


def with_arrival(request: Request, response: Response) -> Response:
    """Return *response* with the cookie of whoever is about to come in: what she is asked, nobody else can answer."""
    if not shown(request, Cookie.ARRIVAL):
        give(request, response, Cookie.ARRIVAL, new_token())
    return response
