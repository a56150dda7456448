"""Serving static files, which never change under their names."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.errors import NotFound
from fedi_artisan.web import negotiate
from fedi_artisan.web.answers.coding import Coding, tag_in, tags
from fedi_artisan.web.context import site_of
from fedi_artisan.web.media import FOR_EVER
from fedi_artisan.web.people.pages import known


async def static_file(request: Request) -> Response:
    """Return the static file with the hashed name of the path.

    Raises:
        NotFound: there is none, or its content has changed since.
    """
    asset = site_of(request).pages.assets.get(request.path_params["name"])
    if asset is None:
        raise NotFound("there is no such file")
    headers = FOR_EVER | {"Vary": "Accept-Encoding"}
    etag = f'"{asset.name}"'
    held = next((tag for tag in tags(etag) if known(request, tag)), None)
    if held is not None:
        return Response(status_code=304, headers=headers | {"ETag": held})
    if not asset.is_coded:
        await asyncio.to_thread(getattr, asset, "coded")
    wanted = negotiate.coding(request)
    coding = wanted if wanted in asset.coded else Coding.IDENTITY
    headers |= {"ETag": tag_in(coding, etag), "Content-Type": asset.media_type}
    if coding is not Coding.IDENTITY:
        headers["Content-Encoding"] = coding
    return Response(asset.coded[coding], headers=headers)
