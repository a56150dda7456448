"""Lists of servers that others keep, and what has changed in one: it holds when she agrees."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.texts import say
from fedi_artisan.domain.uris import LONGEST_URI
from fedi_artisan.errors import ArtisanError, BadInput, NotFound
from fedi_artisan.services import safety
from fedi_artisan.storage import lists
from fedi_artisan.storage.lists import Subscription
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.safety.showing import SAFETY, page, to
from fedi_artisan.web.studio.seeing import see

PATH = f"{SAFETY}/lists"
MOST_SHOWN = 500
_LONGEST_ROW = 18
_TOLD = {
    "agreed": say("So it is from now on."),
    "dropped": say("This list is not followed any more. The servers that it brought stay as they are treated."),
}


async def all_lists(request: Request, studio: Studio) -> Response:
    """Return the lists that are followed; or follow another one, and lead to what it says."""
    site, refused = site_of(request), None
    if request.method == "POST":
        try:
            async with site.db.write() as tx:
                row = await safety.subscribe(
                    tx, studio.fields.get("url", ""), site.clock(), plain_http=site.config.plain_http
                )
                subscription = await lists.find(tx, row)
            if subscription is not None:
                await site.block_lists.look_at(subscription)
            return see(f"{PATH}/{row}")
        except BadInput as error:
            refused = error
    async with site.db.read() as tx:
        listed = await lists.list_all(tx)
    told = _TOLD.get(request.query_params.get("told", ""), "")
    return page(
        request,
        studio,
        "safety_lists.html",
        refused=refused,
        told=told,
        lists=listed,
        longest=LONGEST_URI,
        troubles={one.id: _trouble(one) for one in listed},
    )


async def one_list(request: Request, studio: Studio) -> Response:
    """Return what a list would change; or do it, look at it anew, or follow it no more.

    Raises:
        NotFound: it is not followed any more.
    """
    site, row = site_of(request), _row(request)
    refused = None
    if request.method == "POST":
        try:
            return await _decide(request, studio, row)
        except BadInput as error:
            refused = error
    async with site.db.read() as tx:
        review = await safety.review(tx, site.uris, row)
    return page(
        request,
        studio,
        "safety_list.html",
        refused=refused,
        review=review,
        trouble=_trouble(review.subscription),
        seen=safety.seen_of(review),
        changes=review.changes[:MOST_SHOWN],
        more=max(0, len(review.changes) - MOST_SHOWN),
    )


async def _decide(request: Request, studio: Studio, row: int) -> Response:
    """Do with a list what the button says.

    Raises:
        BadInput: it has changed since, or there would be too many rules.
        NotFound: it is not followed any more.
    """
    site, fields = site_of(request), studio.fields
    if fields.get("deed") == "look":
        async with site.db.read() as tx:
            subscription = await lists.find(tx, row)
        if subscription is not None:
            await site.block_lists.look_at(subscription)
        return see(f"{PATH}/{row}")
    async with site.db.write() as tx:
        if fields.get("deed") == "drop":
            await safety.unsubscribe(tx, studio.artisan, row, site.clock())
            return see(to(PATH, told="dropped"))
        seen, but = fields.get("seen", ""), fields.getlist("but")
        await safety.agree(tx, site.uris, studio.artisan, row, now=site.clock(), seen=seen, but=but)
    await safety.clear(site.db, site.clock())
    return see(to(PATH, told="agreed"))


def _trouble(one: Subscription) -> ArtisanError | None:
    """Return why a list could not be read when it was last looked at."""
    return ArtisanError.from_kept(one.trouble) if one.trouble else None


def _row(request: Request) -> int:
    text = request.path_params["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ROW):
        raise NotFound("this list is not followed any more")
    return int(text)
