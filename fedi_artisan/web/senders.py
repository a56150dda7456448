"""Where a form was sent from."""

from starlette.requests import Request

from fedi_artisan.domain.uris import same_origin
from fedi_artisan.web.context import site_of


def from_here(request: Request) -> bool:
    """Whether a form was sent by a page of ours: no other site may have its visitors' browsers ask for it.

    Every browser in use says one of the three; who says nothing is no browser, or an old one that kept quiet.

    Source: Fetch Metadata Request Headers 2.3; RFC 6454 7.
    """
    origin = site_of(request).config.origin
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    sender = request.headers.get("origin", request.headers.get("referer"))
    return sender is None or same_origin(sender, origin)
