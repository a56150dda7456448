"""Pictures in other people's posts, as copies of our own."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio

PATH = "/studio/pictures/{post:row}/{number:row}"
_KEPT_S = 3600


async def glimpse(request: Request, studio: Studio) -> Response:
    """Lead to our copy of a picture in a post, which is made when it is first asked for.

    Raises:
        NotFound: there is no such picture, or it cannot be shown now.
    """
    site, place = site_of(request), request.path_params
    file = await site.glimpses.find(studio.artisan.id, place["post"], place["number"])
    headers = {"Cache-Control": f"private, max-age={_KEPT_S}"}
    return RedirectResponse(site.uris.media_url(file), status_code=302, headers=headers)
