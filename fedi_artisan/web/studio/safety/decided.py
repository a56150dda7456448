"""What she decided about others, and anybody for the whole house, by whom and why; most of it can be taken back."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.safety import Deed
from fedi_artisan.domain.texts import say
from fedi_artisan.errors import NotFound
from fedi_artisan.services import safety
from fedi_artisan.storage import moderation_log
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.paging import leaf_of, number_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.safety.showing import SAFETY, page, to
from fedi_artisan.web.studio.seeing import see

PATH = f"{SAFETY}/log"
PER_PAGE = 50
_LONGEST_ROW = 18
_TOLD = {"undone": say("Taken back."), "gone": say("This was taken back already.")}
_SERVERS = frozenset({Deed.BLOCK_SERVER, Deed.SILENCE_SERVER, Deed.ALLOW_SERVER})
UNDOABLE = frozenset({Deed.BLOCK, Deed.MUTE, *_SERVERS})


async def log(request: Request, studio: Studio) -> Response:
    """Return what was decided, the last first; or take one decision back."""
    if request.method == "POST":
        return await _take_back(request, studio)
    number = number_of(request)
    async with site_of(request).db.read() as tx:
        found = await moderation_log.list_all(tx, studio.artisan.id, limit=PER_PAGE + 1, offset=(number - 1) * PER_PAGE)
    return page(
        request,
        studio,
        "safety_log.html",
        told=_TOLD.get(request.query_params.get("told", ""), ""),
        leaf=leaf_of(number, found, PER_PAGE),
        undoable=UNDOABLE,
        to=lambda where: to(PATH, page=where if where > 1 else ""),
    )


async def _take_back(request: Request, studio: Studio) -> Response:
    """Take one decision back: her own, or one about a server."""
    site, text = site_of(request), studio.fields.get("entry", "")
    row = int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_ROW else 0
    async with site.db.write() as tx:
        entry = await moderation_log.find(tx, studio.artisan.id, row)
        if entry is None or entry.deed not in UNDOABLE:
            raise NotFound("this cannot be taken back")
        done = False
        if entry.deed is Deed.BLOCK:
            done = await safety.unblock(tx, site.uris, studio.artisan, entry.subject, site.clock())
        elif entry.deed is Deed.MUTE:
            done = await safety.unmute(tx, studio.artisan, entry.subject, site.clock())
        elif entry.undone_at is None:
            done = await safety.free_server(tx, studio.artisan, entry.subject, site.clock()) is not None
    return see(to(PATH, told="undone" if done else "gone"))
