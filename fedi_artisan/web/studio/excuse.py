"""What she is told when something fails in the studio: in its own words, with a way back and what she had typed."""

import logging
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.errors import ArtisanError, BadInput, NoRoom, OutOfOrder, TooLarge
from fedi_artisan.web.bodies import Fields
from fedi_artisan.web.studio.door import Entered, Studio, enter
from fedi_artisan.web.studio.entrance import errands
from fedi_artisan.web.studio.entrance.errands import Errand
from fedi_artisan.web.studio.showing import show

log = logging.getLogger(__name__)

# After these the same form may well go through; what else is refused would be refused again.
_PASSING = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.INSUFFICIENT_STORAGE,
    }
)


async def excuse(request: Request, status: int, error: ArtisanError | None) -> Response | None:
    """Return the page that tells her what failed; None for a stranger.

    A form that may go through another time comes back within it, and is sent again by one press.
    """
    try:
        entered = await enter(request)
    except Exception:  # a boundary: an excuse that fails would be no excuse
        log.exception("nobody can say who is in the studio")
        return None
    return None if entered is None else _page(request, status, error, entered)


def _page(request: Request, status: int, error: ArtisanError | None, entered: Entered) -> Response:
    request.state.studio_language = entered.artisan.studio_language
    studio = entered.studio(Fields())
    return show(
        request,
        studio,
        "studio/error.html",
        status=status,
        http_status=status,
        error=error if isinstance(error, (BadInput, NoRoom, OutOfOrder, TooLarge)) else None,
        errand=_errand(request, studio) if status in _PASSING else None,
    )


def _errand(request: Request, studio: Studio) -> Errand | None:
    """Return the form that was sent, to be sent again; None where there is none, or something secret was in it."""
    sent: Fields | None = getattr(request.state, "sent", None)
    errand = None if sent is None or not studio.token else errands.of_sending(request, sent)
    return errand if errand is not None and errand.sends else None
