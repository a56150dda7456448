"""The first page: of the one artisan here, of each of several, and the one that introduces them all."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.appearance import Home
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.works import MOST_FEATURED, Work
from fedi_artisan.storage import artisans, works
from fedi_artisan.storage import series as series_rows
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.series import ShownSeries
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.paging import WORKS_PER_PAGE, Leaf, leaf_of, number_of
from fedi_artisan.web.people.shell import shell_of
from fedi_artisan.web.people.showing import show
from fedi_artisan.web.programs import discovery, frames
from fedi_artisan.web.programs.reservation import refused_by_any

WORKS_IN_INTRODUCTION = 6


async def home(request: Request) -> Response:
    """Return the one artisan's portfolio, or a page that introduces each of several."""
    site = site_of(request)
    async with site.db.read() as tx:
        everybody = await artisans.list_all(tx)
        if len(everybody) != 1:
            shown = [
                (maker, await works.list_shown(tx, maker.id, limit=WORKS_IN_INTRODUCTION, order=maker.appearance.order))
                for maker in everybody
            ]
            shell = await shell_of(tx, None)
    if len(everybody) == 1:
        return await portfolio(request, everybody[0])
    return show(
        request,
        "house.html",
        canonical=f"{site.uris.origin}/",
        ai_refused=refused_by_any(everybody),
        document_uri=site.uris.instance_actor,
        shell=shell,
        makers=shown,
        **discovery.of_house(request, shell, everybody),
    )


async def profile(request: Request) -> Response:
    """Return an artisan's portfolio.

    Raises:
        NotFound: nobody here has this name.
    """
    async with site_of(request).db.read() as tx:
        artisan = await artisans.get_by_username(tx, request.path_params["username"])
    return await portfolio(request, artisan)


async def portfolio(request: Request, artisan: Artisan, *, is_tried: bool = False) -> Response:
    """Return the page of an artisan: her words and what she chose to show first, or a further page of her works.

    Where it *is tried*, she looks at it in a frame of her studio, and its links open windows of their own.

    Raises:
        NoSuchPage: there are not that many works.
    """
    site, number = site_of(request), number_of(request)
    async with site.db.read() as tx:
        shell = await shell_of(tx, artisan)
        covers = await series_rows.list_shown(tx, artisan.id) if shell.has_series else []
        leaf = await _leaf_of_home(tx, artisan, number, covers)
        cover = await frames.cover(tx, artisan)
        total = await works.count_shown(tx, artisan.id)
        has_available = await works.has_available(tx, artisan.id)
    return show(
        request,
        "portfolio.html",
        canonical=f"{site.uris.origin}{shell.home_path}",
        ai_refused=artisan.terms.ai_refused,
        document_uri=site.uris.actor(artisan.uid),
        shell=shell,
        keeps=("page",),
        texts_in=artisan.languages,
        works=leaf.items,
        leaf=leaf,
        list_path=shell.home_path,
        covers=covers,
        total=total,
        has_available=has_available,
        opening=_opening(artisan, leaf.items) if number == 1 else None,
        place="home",
        cover=cover,
        is_tried=is_tried,
        **discovery.of_portfolio(request, shell, artisan, leaf.items, first=number == 1),
    )


async def _leaf_of_home(tx: Tx, artisan: Artisan, number: int, covers: Sequence[ShownSeries]) -> Leaf[Work]:
    """Return the works on a page of the portfolio: all, page by page, or what the artisan chose; none beside series.

    Raises:
        NoSuchPage: there are not that many works.
    """
    look = artisan.appearance
    if look.home is Home.FEATURED:
        chosen = await works.list_featured(tx, artisan.id, limit=MOST_FEATURED)
        return leaf_of(number, chosen if number == 1 else [], MOST_FEATURED)
    if look.home is Home.SERIES and covers:
        return leaf_of(number, [], WORKS_PER_PAGE)
    offset = (number - 1) * WORKS_PER_PAGE
    found = await works.list_shown(tx, artisan.id, limit=WORKS_PER_PAGE + 1, offset=offset, order=look.order)
    return leaf_of(number, found, WORKS_PER_PAGE)


def _opening(artisan: Artisan, shown: Sequence[Work]) -> tuple[Photo, Work | None] | None:
    """Return the photograph that a portfolio opens with, and the work it belongs to; None where there is none.

    It is the artisan's own header picture; else the last photograph, often a detail, of a featured work or of her
    newest one with several photographs: so it never stands twice on the page.
    """
    if artisan.image is not None:
        return artisan.image, None
    several = [work for work in shown if len(work.draft.photos) > 1]
    chosen = next((work for work in several if work.draft.featured), several[0] if several else None)
    return None if chosen is None else (chosen.draft.photos[-1], chosen)
