"""The page on which an artisan puts her works in order, and chooses what strangers see first."""

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.appearance import Order
from fedi_artisan.domain.posts import Post
from fedi_artisan.domain.works import MOST_FEATURED, Work
from fedi_artisan.errors import BadInput
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import featured as featured_service
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import artisans, featured, own_posts, works
from fedi_artisan.storage.db import Tx
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.site.moving import moved

PATH = "/studio/order"
# Of a journal, what is new enough that somebody may want to show it first.
MOST_ENTRIES = 10
_ALL = -1


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows: the works in their order, and the entries that can be shown first."""

    works: list[Work]
    entries: list[Post]


async def order(request: Request, studio: Studio) -> Response:
    """Return all works in their order; after a POST keep the order that the form tells, and what comes first."""
    site, fields = site_of(request), studio.fields
    if request.method != "POST":
        async with site.db.read() as tx:
            by = studio.artisan.appearance.order
            standing = await works.list_shown(tx, studio.artisan.id, limit=_ALL, order=by)
            chosen = await featured.list_uids(tx, studio.artisan.id)
            entries = await own_posts.list_pinnable(tx, studio.artisan.id, MOST_ENTRIES)
        return _page(request, studio, Shown(standing, entries), by=by, chosen=chosen)
    by = Order.HAND if "move" in fields or fields.get("by") == Order.HAND else Order.DATE
    wanted = set(fields.getlist("featured"))
    try:
        async with site.db.write() as tx:
            standing = await _put(tx, studio, by)
            await featured_service.choose(tx, site.uris, studio.artisan, wanted, site.clock())
    except BadInput as error:
        async with site.db.read() as tx:
            standing = await _as_typed(tx, studio)
            entries = await own_posts.list_pinnable(tx, studio.artisan.id, MOST_ENTRIES)
        return _page(request, studio, Shown(standing, entries), by=by, chosen=wanted, refusal=error)
    return see(f"{PATH}?saved={by}")


async def _put(tx: Tx, studio: Studio, by: Order) -> list[Work]:
    """Keep in which order works stand, and return them so."""
    standing = await _as_typed(tx, studio)
    if by is Order.HAND:
        await works_service.arrange(tx, studio.artisan, standing)
    artisan = await artisans.get(tx, studio.artisan.id)
    if artisan.appearance.order is not by:
        await artisans_service.set_appearance(tx, artisan, dataclasses.replace(artisan.appearance, order=by))
    return standing


async def _as_typed(tx: Tx, studio: Studio) -> list[Work]:
    """Return all works in the order that the form tells; what was withdrawn meanwhile is left out."""
    hand = await works.list_shown(tx, studio.artisan.id, limit=_ALL, order=Order.HAND)
    by_uid = {work.uid: work for work in hand}
    return [by_uid[uid] for uid in moved(list(by_uid), studio.fields)]


def _page(
    request: Request,
    studio: Studio,
    shown: Shown,
    *,
    by: Order,
    chosen: Collection[str],
    refusal: BadInput | None = None,
) -> Response:
    """Return the page with the works as they stand."""
    both: list[Work | Post] = [*shown.works, *shown.entries]
    first = sorted((one for one in both if one.uid in chosen), key=lambda one: one.published_at, reverse=True)
    return show(
        request,
        studio,
        "studio/order.html",
        status=200 if refusal is None else 422,
        works=shown.works,
        entries=shown.entries,
        first=first,
        by=by,
        chosen=chosen,
        most=MOST_FEATURED,
        refusal=refusal,
        saved=request.query_params.get("saved", ""),
    )
