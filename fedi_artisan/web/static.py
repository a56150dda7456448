"""Serving what never changes under its name: static files and photographs."""

import asyncio
import os

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from fedi_artisan.errors import NotFound
from fedi_artisan.media import store
from fedi_artisan.web.context import site_of
from fedi_artisan.web.pages import known

# A photograph opened by itself is a picture and nothing else, whatever its bytes may pretend (WIRE 10.2 #19);
# other servers and their apps may show it.
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


async def static_file(request: Request) -> Response:
    """Return the static file with the hashed name of the path.

    Raises:
        NotFound: there is none, or its content has changed since.
    """
    asset = site_of(request).pages.assets.get(request.path_params["name"])
    if asset is None:
        raise NotFound("there is no such file")
    headers = _HEADERS | {"ETag": f'"{asset.name}"', "Content-Type": asset.media_type}
    if known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(asset.content, headers=headers)


async def media(request: Request) -> Response:
    """Return the photograph with the name of the path.

    Raises:
        NotFound: there is none.
    """
    name = request.path_params["name"]
    path = store.path_of(site_of(request).config, name)
    headers = _HEADERS | {"ETag": f'"{name}"'}
    try:
        stat = await asyncio.to_thread(os.stat, path)
    except FileNotFoundError:
        raise NotFound("there is no such photograph") from None
    if known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, headers=headers, media_type="image/jpeg", stat_result=stat)
