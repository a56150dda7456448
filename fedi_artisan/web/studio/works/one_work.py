"""One published work: where it has travelled, what can be done with it, and how it is withdrawn."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.travels import Reach
from fedi_artisan.errors import NotFound
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import travels, works
from fedi_artisan.web.context import Site, site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.works.all_works import PATH, own_work


async def one_work(request: Request, studio: Studio) -> Response:
    """Return the page about one of her works: each place that was told of it, and how that went.

    Raises:
        NotFound: she has no such work.
    """
    site = site_of(request)
    async with site.db.read() as tx:
        work = await own_work(tx, studio, request.path_params["uid"])
        uri = site.uris.work(work.uid)
        legs = await travels.list_legs(tx, uri)
        reach = (await travels.list_reaches(tx, [uri])).get(uri, Reach())
    return show(
        request,
        studio,
        "studio/work.html",
        work=work,
        legs=legs,
        reach=reach,
        now=site.clock(),
        tried=request.query_params.get("tried") == "yes",
    )


async def again(request: Request, studio: Studio) -> Response:
    """Have a work sent at once to all who have not got it.

    Raises:
        NotFound: she has no such work.
    """
    site = site_of(request)
    async with site.db.write() as tx:
        work = await own_work(tx, studio, request.path_params["uid"])
        await travels.retry(tx, site.uris.work(work.uid), site.clock())
    return see(f"{PATH}/{work.uid}?tried=yes")


async def withdraw(request: Request, studio: Studio) -> Response:
    """Ask once whether a work is to be withdrawn, and say what that can and cannot do; or withdraw it.

    Raises:
        NotFound: she has no such work.
    """
    site = site_of(request)
    uid = request.path_params["uid"]
    if request.method == "GET":
        async with site.db.read() as tx:
            work = await own_work(tx, studio, uid)
            uri = site.uris.work(work.uid)
            reach = (await travels.list_reaches(tx, [uri])).get(uri, Reach())
        return show(request, studio, "studio/withdraw.html", work=work, reach=reach)
    try:
        await _withdraw(site, studio, uid)
    except NotFound:
        if not await _is_withdrawn(site, studio, uid):
            raise
        # The second press of a double click: its answer is the one that she sees.
    return see(PATH)


async def _withdraw(site: Site, studio: Studio, uid: str) -> None:
    """Withdraw a work, and remove its files.

    Raises:
        NotFound: she has no such work (any more).
    """
    async with site.db.read() as tx:
        work = await own_work(tx, studio, uid)
    files = await site.files.list_files(work.id)
    async with site.db.write() as tx:
        await works_service.withdraw(tx, site.uris, await own_work(tx, studio, uid), site.clock())
    await site.files.collect(files)


async def _is_withdrawn(site: Site, studio: Studio, uid: str) -> bool:
    """Whether she had such a work."""
    async with site.db.read() as tx:
        work = await works.find(tx, uid)
    return work is not None and work.artisan_id == studio.artisan.id and work.withdrawn_at is not None
