"""The first page of the studio."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.house import Verdict, worst
from fedi_artisan.services import beginning
from fedi_artisan.storage import drafts, follow_requests, followers, happenings, held, reports, works
from fedi_artisan.storage.works import Reader
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.showing import show

_NEWEST = 3
_WANTS_A_LOOK = (Verdict.BROKEN, Verdict.LOOK)


async def home(request: Request, studio: Studio) -> Response:
    """Return what she sees when she comes in: what she was at, what has happened, and what is wrong."""
    site, artisan_id = site_of(request), studio.artisan.id
    async with site.db.read() as tx:
        on_the_bench = await drafts.list_open(tx, artisan_id)
        newest = await works.list_shown(tx, artisan_id, limit=_NEWEST, reader=Reader.ARTISAN)
        todo = await beginning.look(tx, studio.artisan)
        unsettled = await happenings.count_waiting(tx, artisan_id)
        aside, reported = await held.count(tx, artisan_id), await reports.count_open(tx, artisan_id)
        messages = await happenings.count_unread_messages(tx, artisan_id)
        follow, wait = await followers.count(tx, artisan_id), await follow_requests.count(tx, artisan_id)
    verdict = worst(await site.rounds.glance())
    return show(
        request,
        studio,
        "studio/home.html",
        todo=todo,
        drafts=on_the_bench,
        newest=newest,
        followers=follow,
        waiting=wait,
        unsettled=unsettled,
        held=aside,
        reported=reported,
        messages=messages,
        worst=verdict if verdict in _WANTS_A_LOOK else None,
        now=site.clock(),
    )
