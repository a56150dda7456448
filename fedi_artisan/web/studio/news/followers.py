"""The page of those who follow, and of those who ask to."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.texts import say
from fedi_artisan.errors import BadInput
from fedi_artisan.services import followers as followers_service
from fedi_artisan.storage import follow_requests, followers
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.paging import leaf_of, number_of, read_number
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show

PATH = "/studio/followers"
PER_PAGE = 50
MOST_WAITING = 50
LONGEST_SEARCH = 200

_DEEDS = {
    "accept": (followers_service.accept, "accepted"),
    "decline": (followers_service.decline, "declined"),
    "remove": (followers_service.remove, "removed"),
}
_TOLD = {
    "accepted": say("Accepted: your new works will arrive there from now on."),
    "declined": say("Declined. Whoever asked is told, and may ask again."),
    "removed": say("Removed: your works will not arrive there any more."),
    "gone": say("This was settled already, or taken back; here is how it stands."),
}


async def followers_page(request: Request, studio: Studio) -> Response:
    """Return who asks to follow, and who follows: all, or those whom she looks for.

    Raises:
        NoSuchPage: there are not that many.
    """
    number = number_of(request)
    search = request.query_params.get("q", "")[:LONGEST_SEARCH].strip()
    artisan_id = studio.artisan.id
    async with site_of(request).db.read() as tx:
        found, count = await followers.find_listed(
            tx, artisan_id, search, limit=PER_PAGE + 1, offset=(number - 1) * PER_PAGE
        )
        total = count if not search else await followers.count(tx, artisan_id)
        waiting = await follow_requests.list_waiting(tx, artisan_id, limit=MOST_WAITING)
        all_waiting = await follow_requests.count(tx, artisan_id)
    return show(
        request,
        studio,
        "studio/followers.html",
        leaf=leaf_of(number, found, PER_PAGE),
        count=count,
        total=total,
        search=search,
        waiting=waiting,
        more_waiting=all_waiting - len(waiting),
        told=_TOLD.get(request.query_params.get("told", ""), ""),
        longest_search=LONGEST_SEARCH,
        to=lambda page: _to(search, page),
    )


async def settle(request: Request, studio: Studio) -> Response:
    """Accept or decline who asks to follow, or remove who follows, and lead back to the list.

    Raises:
        BadInput: the form does not say what to do with whom.
        NoSuchPage: nor to which page.
    """
    fields, site = studio.fields, site_of(request)
    deed, told = _DEEDS.get(fields.get("deed", ""), (None, ""))
    actor_uri = fields.get("actor", "")
    if deed is None or not actor_uri:
        raise BadInput("the form does not say what to do")
    back = _to(fields.get("q", "")[:LONGEST_SEARCH], read_number(fields.get("page", "")))
    async with site.db.write() as tx:
        done = await deed(tx, site.uris, studio.artisan, actor_uri, site.clock())
    told = urlencode({"told": told if done else "gone"})
    return see(f"{back}{'&' if '?' in back else '?'}{told}")


def _to(search: str, page: int) -> str:
    """Return where a page of those whom she looks for is."""
    given = {"q": search, "page": page if page > 1 else ""}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{PATH}?{query}" if query else PATH
