"""The first page of safety: what waits for her, and where all the rest is."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.safety import Severity
from fedi_artisan.domain.texts import say
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services import safety
from fedi_artisan.storage import held, lists, reports, rules, servers, unwanted_words, unwelcome
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.paging import leaf_of, number_of, read_number
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.safety.showing import SAFETY, to
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show

PER_PAGE = 20
_TOLD = {
    "shown": say("Let through: it stands where it belongs now."),
    "removed": say("Removed here; it stays where it was written."),
    "blocked": say("Blocked, and removed here with all else from there."),
    "gone": say("This was decided already, or taken back."),
}


async def hub(request: Request, studio: Studio) -> Response:
    """Return what waits for her, and how all rules stand.

    Raises:
        NoSuchPage: there is not that much.
    """
    number, artisan_id = number_of(request), studio.artisan.id
    async with site_of(request).db.read() as tx:
        found = await held.list_waiting(tx, artisan_id, limit=PER_PAGE + 1, offset=(number - 1) * PER_PAGE)
        waiting = await held.count(tx, artisan_id)
        blocked, muted = await unwelcome.count(tx, artisan_id)
        ruled = await servers.count(tx)
        words = await unwanted_words.count(tx, artisan_id)
        standing = await rules.read(tx)
        followed = await lists.list_all(tx)
        open_reports = await reports.count_open(tx, artisan_id)
    return show(
        request,
        studio,
        "studio/safety.html",
        leaf=leaf_of(number, found, PER_PAGE),
        waiting=waiting,
        blocked=blocked,
        muted=muted,
        kept_out=ruled[Severity.BLOCKED],
        quiet=ruled[Severity.SILENCED],
        listed=ruled[Severity.ALLOWED],
        only_listed=standing.only_listed,
        words=words,
        lists=len(followed),
        fresh_lists=sum(one.found_at is not None and one.applied_at is None for one in followed),
        open_reports=open_reports,
        told=_TOLD.get(request.query_params.get("told", ""), ""),
        to=lambda page: to(SAFETY, page=page if page > 1 else ""),
    )


async def decide(request: Request, studio: Studio) -> Response:
    """Let one thing through that waits, or remove it, or block who wrote it, and lead back.

    Raises:
        BadInput: the form does not say what to do with what.
    """
    site, uri, deed = site_of(request), studio.fields.get("post", ""), studio.fields.get("deed", "")
    page = read_number(studio.fields.get("page", ""))
    if deed not in {"show", "remove", "block"} or not uri:
        raise BadInput("the form does not say what to do")
    try:
        async with site.db.write() as tx:
            if deed == "show":
                await safety.show(tx, studio.artisan, uri, site.clock())
            elif deed == "remove":
                await safety.remove(tx, studio.artisan, uri, site.clock())
            else:
                await safety.block_author(tx, site.uris, studio.artisan, uri, site.clock())
    except NotFound:
        return see(to(SAFETY, told="gone"))
    told = {"show": "shown", "remove": "removed", "block": "blocked"}[deed]
    return see(to(SAFETY, told=told, page=page if deed == "block" and page > 1 else ""))
