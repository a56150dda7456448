"""The list with which an artisan begins, as it stands on the first page of the studio and at the end of the set-up."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.beginning import Beginning, Item
from fedi_artisan.errors import NotFound
from fedi_artisan.services import beginning as beginning_service
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio, local_path
from fedi_artisan.web.studio.seeing import see

PATH = "/studio/beginning"


async def look(request: Request, studio: Studio) -> Beginning:
    """Return how far she is."""
    async with site_of(request).db.read() as tx:
        return await beginning_service.look(tx, studio.artisan)


async def change(request: Request, studio: Studio) -> Response:
    """Tick one thing off, take the tick away, or dismiss the whole list; then lead back to where it was pressed.

    Raises:
        NotFound: there is no such thing on the list.
    """
    fields, item = studio.fields, studio.fields.get("item", "")
    async with site_of(request).db.write() as tx:
        if fields.get("do") == "dismiss":
            await beginning_service.dismiss(tx, studio.artisan)
        elif item not in list(Item):
            raise NotFound("there is no such thing on the list")
        elif fields.get("do") == "untick":
            await beginning_service.untick(tx, studio.artisan, Item(item))
        else:
            await beginning_service.tick(tx, studio.artisan, Item(item))
    return see(local_path(fields.get("back", "")))
