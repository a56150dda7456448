"""The page from which everything of her site can be changed, with a line of how each thing is now."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.pages import Place
from fedi_artisan.storage import artisans, featured, pages, series, works
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.showing import show

PATH = "/studio/site"


async def hub(request: Request, studio: Studio) -> Response:
    """Return the page."""
    artisan = studio.artisan
    async with site_of(request).db.read() as tx:
        written = await pages.list_all(tx, artisan.id)
        gathered = await series.list_all(tx, artisan.id)
        total = await works.count_shown(tx, artisan.id)
        first = await featured.list_uids(tx, artisan.id)
        alone = await artisans.count(tx) == 1
    return show(
        request,
        studio,
        "studio/site.html",
        pages=written,
        in_menu=[page for page in written if page.draft.place is Place.MENU],
        series=gathered,
        total=total,
        featured=len(first),
        home_path="/" if alone else f"/@{artisan.username}",
    )
