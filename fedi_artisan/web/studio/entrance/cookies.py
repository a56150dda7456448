"""The cookies of the studio: who is signed in, on which device somebody came in before, and who is about to come in."""

from datetime import timedelta
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.config import Config
from fedi_artisan.domain.sessions import AT_MOST
from fedi_artisan.web.context import site_of


class Cookie(StrEnum):
    """What a cookie is for."""

    SESSION = "studio"
    DEVICE = "studio-device"
    ARRIVAL = "studio-arrival"

    @property
    def lasts(self) -> timedelta:
        """How long a browser keeps it; more than 400 days none does."""
        return {
            Cookie.SESSION: AT_MOST,
            Cookie.DEVICE: timedelta(days=400),
            Cookie.ARRIVAL: timedelta(hours=1),
        }[self]


def name_of(config: Config, cookie: Cookie) -> str:
    """Return what a cookie is called.

    With `__Host-` browsers take it from https only and give it to this host only; on loopback there is no https.

    Source: RFC 6265bis 4.1.3.2.
    """
    return cookie.value if config.plain_http else f"__Host-{cookie.value}"


def shown(request: Request, cookie: Cookie) -> str:
    """Return what the browser shows; the empty text where it shows nothing."""
    return request.cookies.get(name_of(site_of(request).config, cookie), "")


def give(request: Request, response: Response, cookie: Cookie, token: str) -> None:
    """Have the browser keep a *token*."""
    config = site_of(request).config
    response.set_cookie(
        name_of(config, cookie),
        token,
        max_age=int(cookie.lasts.total_seconds()),
        path="/",
        secure=not config.plain_http,
        httponly=True,
        samesite="lax",
    )


def take_away(request: Request, response: Response, cookie: Cookie) -> None:
    """Have the browser forget a cookie."""
    config = site_of(request).config
    response.delete_cookie(
        name_of(config, cookie), path="/", secure=not config.plain_http, httponly=True, samesite="lax"
    )
