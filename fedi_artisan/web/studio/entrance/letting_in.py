"""What happens when it is known who somebody is: she is signed in, and goes on with what she was about to do."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedi_artisan.domain.sessions import form_token
from fedi_artisan.domain.tokens import hash_of, new_token
from fedi_artisan.services import sessions
from fedi_artisan.storage import credentials
from fedi_artisan.storage.db import Tx
from fedi_artisan.web.studio.entrance.cookies import Cookie, give, shown, take_away
from fedi_artisan.web.studio.entrance.devices import device_name
from fedi_artisan.web.studio.entrance.errands import Errand
from fedi_artisan.web.studio.showing import show


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a browser shows from now on: that she is signed in, and that this device is hers."""

    session: str
    device: str


async def open_visit(tx: Tx, request: Request, artisan_id: int, now: datetime) -> Opened:
    """Sign an artisan in.

    Whatever the browser showed before is good no more: nobody can have laid a cookie there in wait for her. The device
    gets a cookie of its own for each artisan.
    """
    await sessions.end_shown(tx, shown(request, Cookie.SESSION))
    session = await sessions.open_session(tx, artisan_id, device_name(request.headers.get("user-agent", "")), now)
    return Opened(session=session, device=await known_from_now_on(tx, request, artisan_id, now))


async def known_from_now_on(tx: Tx, request: Request, artisan_id: int, now: datetime) -> str:
    """Return the token by which this browser is known as the artisan's: the one it has, or a new one."""
    device = shown(request, Cookie.DEVICE)
    if not device or not await credentials.knows_device(tx, artisan_id, hash_of(device)):
        device = new_token()
    await credentials.put_device(tx, artisan_id, hash_of(device), now)
    return device


def go_on(request: Request, opened: Opened, errand: Errand) -> Response:
    """Return what comes after signing in: the page that she wanted, or the form that she sent, to send by one press."""
    response = onwards(request, opened.session, errand)
    give(request, response, Cookie.SESSION, opened.session)
    give(request, response, Cookie.DEVICE, opened.device)
    take_away(request, response, Cookie.ARRIVAL)
    return response


def onwards(request: Request, session_token: str, errand: Errand) -> Response:
    """Return the way on, in the session that is shown by this token."""
    if errand.sends:
        return kept_page(request, session_token, errand)
    return RedirectResponse(errand.path, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})


def kept_page(request: Request, session_token: str, errand: Errand, *, status: int = HTTPStatus.OK) -> Response:
    """Return the page from which an errand goes on by one press."""
    token = form_token(session_token)
    return show(request, None, "studio/go_on.html", status=status, errand=errand, form_token=token)
