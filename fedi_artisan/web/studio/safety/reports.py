"""What others report of her, and what she reports of others."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.safety import LONGEST_REPORT, handle_of
from fedi_artisan.domain.texts import say
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services import safety
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import actors, posts, reports
from fedi_artisan.storage.db import Tx
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.paging import leaf_of, number_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.safety.showing import SAFETY, page, to
from fedi_artisan.web.studio.seeing import see

PATH = f"{SAFETY}/reports"
NEW = f"{PATH}/new"
PER_PAGE = 50
MOST_POSTS = 20
_LONGEST_ROW = 18
_TOLD = {
    "settled": say("Done with."),
    "sent": say("Reported to those who keep the other server. Your name is not told."),
    "sent-blocked": say(
        "Reported to those who keep the other server, and blocked. Your name is not told in the report."
    ),
    "gone": say("So it was already."),
}


async def all_reports(request: Request, studio: Studio) -> Response:
    """Return the reports of and by her, those first that she has not dealt with; or take in that she has."""
    site, number = site_of(request), number_of(request)
    if request.method == "POST":
        text = studio.fields.get("report", "")
        row = int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_ROW else 0
        try:
            async with site.db.write() as tx:
                await safety.settle(tx, studio.artisan, row, site.clock())
        except NotFound:
            return see(to(PATH, told="gone"))
        return see(to(PATH, told="settled"))
    async with site.db.read() as tx:
        found = await reports.list_all(tx, studio.artisan.id, limit=PER_PAGE + 1, offset=(number - 1) * PER_PAGE)
        about = await _about(tx, request, {uri for one in found for uri in one.about})
    return page(
        request,
        studio,
        "safety_reports.html",
        told=_TOLD.get(request.query_params.get("told", ""), ""),
        leaf=leaf_of(number, found, PER_PAGE),
        about=about,
        to=lambda where: to(PATH, page=where if where > 1 else ""),
    )


async def _about(tx: Tx, request: Request, uris: set[str]) -> dict[str, str]:
    """Return what is called how, as far as that is known here."""
    site = site_of(request)
    called: dict[str, str] = {}
    for uri in uris:
        if site.uris.is_ours(uri):
            called[uri] = await safety.called_of_ours(tx, site.uris, uri)
        elif (actor := await actors.find(tx, uri)) is not None:
            called[uri] = f"@{handle_of(actor.actor.username, actor.actor.uri)}"
    return called


async def new(request: Request, studio: Studio) -> Response:
    """Return the form that reports somebody, with the last that she said here, or send it.

    Raises:
        NotFound: nobody is known here by that id.
    """
    site, fields, refused = site_of(request), studio.fields, None
    uri = fields.get("whom", "") or request.query_params.get("whom", "")
    async with site.db.read() as tx:
        stored = await actors.find(tx, uri)
        if stored is None:
            raise NotFound("nobody is known here by this address")
        said = await posts.list_of_actor(tx, studio.artisan.id, stored.id, limit=MOST_POSTS)
    known = Known(stored.id, stored.actor)
    if request.method == "POST":
        chosen = {*fields.getlist("post")}
        also_block = fields.get("block") == "yes"
        try:
            async with site.db.write() as tx:
                post_uris = [one.uri for one in said if one.uri in chosen]
                words = fields.get("words", "")
                now = site.clock()
                await safety.report(tx, site.uris, studio.artisan, known, post_uris=post_uris, words=words, now=now)
                if also_block:
                    await safety.block(tx, site.uris, studio.artisan, known.actor.uri, now, why=words)
            return see(to(PATH, told="sent-blocked" if also_block else "sent"))
        except BadInput as error:
            refused = error
    return page(
        request,
        studio,
        "safety_report.html",
        refused=refused,
        whom=known.actor,
        handle=handle_of(known.actor.username, known.actor.uri),
        said=said,
        chosen={*fields.getlist("post")} | {request.query_params.get("post", "")},
        longest=LONGEST_REPORT,
    )
