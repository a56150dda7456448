"""What came of pressing Publish: the work is out, or waits for its photographs or for its moment."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fedi_artisan.domain.drafts import State
from fedi_artisan.language import translation
from fedi_artisan.services import drafts
from fedi_artisan.storage import deliveries, works
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import language_of, show
from fedi_artisan.web.studio.writing.draft_deeds import PATH

# Browsers without scripts ask again after so long; a script asks by itself, and says so in the address (`watches`).
AGAIN_AFTER_S = 3
WATCHES = "watches"


async def outcome(request: Request, studio: Studio) -> Response:
    """Return what came of publishing a draft; a script that waits for its photographs asks for JSON.

    Raises:
        NotFound: there is no such draft (any more).
    """
    site = site_of(request)
    async with site.db.read() as tx:
        draft = await drafts.get(tx, studio.artisan, request.path_params["uid"])
        work = None if draft.published_uid is None else await works.get(tx, draft.published_uid)
        servers = 0 if work is None else await deliveries.count_servers(tx, site.uris.work(work.uid))
    unmade = sum(one.pending for one in draft.photos)
    told = _told(unmade, language_of(request))
    if request.headers.get("accept", "").startswith("application/json"):
        return JSONResponse({"state": draft.state.value, "unmade": unmade, "told": told})
    if draft.state is State.OPEN:
        return see(f"{PATH}/{draft.uid}")
    response = show(
        request, studio, "studio/outcome.html", draft=draft, work=work, servers=servers, told=told, now=site.clock()
    )
    if work is None and draft.is_pending and WATCHES not in request.query_params:
        response.headers["Refresh"] = str(AGAIN_AFTER_S)
    return response


def _told(unmade: int, language: str) -> str:
    """Return how many photographs are still being made, in *language*."""
    say = translation(language)
    if not unmade:
        return say.gettext("Everything is ready.")
    return say.ngettext(
        "One photograph is still being made. The work goes out by itself as soon as it is ready; "
        "you can put the phone away.",
        "{count} photographs are still being made. The work goes out by itself as soon as they are ready; "
        "you can put the phone away.",
        unmade,
    ).format(count=unmade)
