"""ActivityStreams documents of what works stand on: series, tags, and the pages that artisans write beside them.

Each is at its own id below `/ap/`, and is what another server gets that asks for the page.
"""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.pages import Page
from fedi_artisan.domain.works import Series
from fedi_artisan.errors import NotFound
from fedi_artisan.storage import artisans, pages, works
from fedi_artisan.storage import series as series_rows
from fedi_artisan.storage.choices import find_tag
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.works import Reader
from fedi_artisan.vocab import render
from fedi_artisan.web.context import site_of
from fedi_artisan.web.documents import document

MOST_TOGETHER = 200


async def series(request: Request) -> Response:
    """Return the works of a series, by their ids.

    Raises:
        NotFound: there is no such series, or nobody can find anything of it.
    """
    async with site_of(request).db.read() as tx:
        return await _series(request, tx, await series_rows.find(tx, uid=request.path_params["uid"]))


async def series_of_page(request: Request) -> Response:
    """Return the series whose page this is, to a server that asked the page.

    Raises:
        NotFound: there is no such series.
    """
    async with site_of(request).db.read() as tx:
        return await _series(request, tx, await series_rows.find(tx, slug=request.path_params["slug"]))


async def _series(request: Request, tx: Tx, found: tuple[Series, int] | None) -> Response:
    if found is None:
        raise NotFound("there is no such series")
    one, artisan_id = found
    artisan, uris = await artisans.get(tx, artisan_id), site_of(request).uris
    members = await works.list_in_series(
        tx, one.uid, limit=MOST_TOGETHER, order=artisan.appearance.order, reader=Reader.SERVER
    )
    if not members and not await works.list_in_series(tx, one.uid, limit=1):
        raise NotFound("there is no such series")
    items = [uris.work(work.uid) for work in members]
    return document(request, render.series(one, artisan, uris, items=items))


async def tag(request: Request) -> Response:
    """Return the works with a tag, by their ids; the same at its id and at its page.

    Raises:
        NoSuchWorks: none has it.
    """
    asked = request.path_params["tag"]
    async with site_of(request).db.read() as tx:
        name = (await find_tag(tx, asked, Reader.SERVER)).name
        tagged = await works.list_tagged(tx, asked, limit=MOST_TOGETHER, reader=Reader.SERVER)
    uris = site_of(request).uris
    return document(request, render.tag(name, uris, items=[uris.work(work.uid) for work in tagged]))


async def page(request: Request) -> Response:
    """Return a page that an artisan wrote.

    Raises:
        NotFound: there is none.
    """
    async with site_of(request).db.read() as tx:
        return await _page(request, tx, await pages.find_by_uid(tx, request.path_params["uid"]))


async def page_of_page(request: Request) -> Response:
    """Return the document of a written page, to a server that asked the page itself.

    Raises:
        NotFound: there is none.
    """
    async with site_of(request).db.read() as tx:
        return await _page(request, tx, await pages.find_by_slug(tx, request.path_params["slug"]))


async def _page(request: Request, tx: Tx, found: Page | None) -> Response:
    if found is None:
        raise NotFound("there is no such page")
    artisan = await artisans.get(tx, found.artisan_id)
    content = render.page(found, artisan, site_of(request).uris)
    return document(request, content, ai_refused=artisan.terms.ai_refused)
