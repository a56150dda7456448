"""Permissions to quote, which other servers read to see whether a quote is permitted still (FEP-044f)."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.errors import NotFound
from fedi_artisan.storage import artisans, quotes
from fedi_artisan.vocab import render
from fedi_artisan.web.context import site_of
from fedi_artisan.web.documents import document


async def stamp(request: Request) -> Response:
    """Return a permission to quote, or 410 once it was taken back, or what is quoted was.

    Raises:
        NotFound: it was never given.
    """
    site = site_of(request)
    async with site.db.read() as tx:
        found = await quotes.find(tx, request.path_params["uid"])
        if found is None:
            raise NotFound("there is no such permission")
        artisan = await artisans.get(tx, found.artisan_id)
    if found.gone:
        return document(request, render.revoked_stamp(found.uid, site.uris), status=HTTPStatus.GONE)
    content = render.stamp(
        artisan, site.uris, uid=found.uid, instrument_uri=found.instrument_uri, target_uri=found.target_uri
    )
    return document(request, content)
