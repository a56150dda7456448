"""The list of those whom she follows: looked through, left, brought along from elsewhere, and taken along."""

from contextlib import aclosing
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.follow_lists import read_list, write_list
from fedi_artisan.domain.sought import Account
from fedi_artisan.domain.texts import say
from fedi_artisan.errors import BadInput
from fedi_artisan.services import following as following_service
from fedi_artisan.storage import following, wanted_follows
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.paging import leaf_of, number_of, read_number
from fedi_artisan.web.studio.around import results
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.sending import read_files
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.visit import Studio

PATH = results.PEOPLE
IMPORT = f"{PATH}/import"
EXPORT = f"{PATH}/following_accounts.csv"
PER_PAGE = 50
LONGEST_SEARCH = 200
MOST_FAILED = 100
MOST_LINES = 50
_LONGEST_NUMBER = 7
_LARGEST_LIST_BYTES = 1_000_000
_TOLD = {
    "again": say("Asked once more."),
    "unfollowed": say("You do not follow this person any more."),
    "brought": say("Your list has come. One after the other is looked for and asked; you need not wait here."),
    "forgotten": say("Forgotten. Whoever was not found can still be looked for by hand."),
}


async def followed(request: Request, studio: Studio) -> Response:
    """Return whom she follows: all, or those whom she looks for; after a POST, leave one of them, or ask once more.

    Raises:
        NoSuchPage: there are not that many.
        BadInput: the form does not say what to do, and with whom.
    """
    if request.method == "POST":
        return await _leave(request, studio)
    number = number_of(request)
    search = request.query_params.get("q", "")[:LONGEST_SEARCH].strip()
    artisan_id = studio.artisan.id
    async with site_of(request).db.read() as tx:
        found, count = await following.find_listed(
            tx, artisan_id, search, limit=PER_PAGE + 1, offset=(number - 1) * PER_PAGE
        )
        _, total = await following.find_listed(tx, artisan_id, "", limit=0, offset=0) if search else ([], count)
        standing = await wanted_follows.find_standing(tx, artisan_id, most=MOST_FAILED)
    return show(
        request,
        studio,
        "studio/followed.html",
        leaf=leaf_of(number, found, PER_PAGE),
        count=count,
        total=total,
        search=search,
        standing=standing,
        told=_TOLD.get(request.query_params.get("told", ""), ""),
        left_out=_lines(request.query_params.get("lines", "")),
        left_out_more=request.query_params.get("more", "") == "yes",
        longest_search=LONGEST_SEARCH,
        to=lambda page: _to(search, page),
    )


async def _leave(request: Request, studio: Studio) -> Response:
    """Follow somebody no more, ask once more, or forget who was not found, and lead back to the list."""
    fields, site = studio.fields, site_of(request)
    back = _to(fields.get("q", "")[:LONGEST_SEARCH], read_number(fields.get("page", "")))
    actor_uri, deed = fields.get("actor", ""), fields.get("deed", "")
    async with site.db.write() as tx:
        if deed == "forget":
            await wanted_follows.delete_failed(tx, studio.artisan.id)
            told = "forgotten"
        elif deed == "unfollow" and actor_uri:
            if await following.find(tx, studio.artisan.id, actor_uri) is not None:
                await following_service.stop(tx, site.uris, studio.artisan, actor_uri, site.clock())
            told = "unfollowed"
        elif deed == "again" and actor_uri:
            asked = await following.find(tx, studio.artisan.id, actor_uri)
            if asked is not None:
                await following_service.request_once(
                    tx, site.uris, studio.artisan, asked.actor_id, now=site.clock(), again=True
                )
            told = "again"
        else:
            raise BadInput("the form does not say what to do")
    return see(f"{back}{'&' if '?' in back else '?'}{urlencode({'told': told})}")


async def bring(request: Request, studio: Studio) -> Response:
    """Return the page on which she brings a list along; after a POST, keep whom it names, to be looked for in turn.

    Raises:
        Forbidden, WrongMediaType, Stalled, TooLarge, BadInput: the form cannot be read to its end.
    """
    if request.method != "POST":
        return show(request, studio, "studio/bring.html", trouble=None)
    site, text = site_of(request), ""
    async with aclosing(read_files(request, studio, [], most_bytes=_LARGEST_LIST_BYTES)) as files:
        async for file in files:
            if file.name == "list":
                text = await file.text(_LARGEST_LIST_BYTES)
    try:
        found = read_list(text)
    except BadInput as error:
        return show(request, studio, "studio/bring.html", status=error.status, trouble=error)
    async with site.db.write() as tx:
        await wanted_follows.put(tx, studio.artisan.id, found.accounts, site.clock())
    lines = found.unreadable
    given = {"lines": ",".join(map(str, lines[:MOST_LINES])), "more": "yes" if len(lines) > MOST_LINES else ""}
    return see(f"{PATH}?{urlencode({'told': 'brought'} | {name: value for name, value in given.items() if value})}")


def _lines(text: str) -> list[int]:
    """Return the numbers of lines as an address carries them; what is none is left out."""
    numbers = text.split(",")[:MOST_LINES]
    return [int(one) for one in numbers if one.isascii() and one.isdigit() and len(one) <= _LONGEST_NUMBER]


async def export(request: Request, studio: Studio) -> Response:
    """Return the list of those whom she follows, as other servers take it in."""
    async with site_of(request).db.read() as tx:
        everybody, _ = await following.find_listed(tx, studio.artisan.id, "", limit=-1, offset=0)
    accounts = [Account(one.person.username, one.person.host) for one in everybody if one.state != "rejected"]
    headers = {
        "Content-Disposition": "attachment; filename=following_accounts.csv",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(write_list(accounts), media_type="text/csv", headers=headers)


def _to(search: str, page: int) -> str:
    """Return where a page of those whom she looks for is."""
    given = {"q": search, "page": page if page > 1 else ""}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{PATH}?{query}" if query else PATH
