"""Serving static files, which never change under their names."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.errors import NotFound
from fedi_artisan.web.context import site_of
from fedi_artisan.web.media import FOR_EVER
from fedi_artisan.web.pages import known


async def static_file(request: Request) -> Response:
    """Return the static file with the hashed name of the path.

    Raises:
        NotFound: there is none, or its content has changed since.
    """
    asset = site_of(request).pages.assets.get(request.path_params["name"])
    if asset is None:
        raise NotFound("there is no such file")
    headers = FOR_EVER | {"ETag": f'"{asset.name}"', "Content-Type": asset.media_type}
    if known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(asset.content, headers=headers)
