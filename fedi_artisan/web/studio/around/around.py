"""The page of what those whom she follows publish, the newest first, with what to do about each at hand."""

import re
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.timeline import Moment
from fedi_artisan.errors import NoSuchPage
from fedi_artisan.services import timeline as timeline_service
from fedi_artisan.storage import following, happenings, timeline
from fedi_artisan.storage.db import from_ms, to_ms
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.showing import show

PATH = "/studio/around"
PER_PAGE = 20
PICTURES = "pictures"
# A stored moment, far in the future at most, and a row.
_PLACE = re.compile(r"(\d{1,14})-([1-9]\d{0,17})", re.ASCII)


async def around(request: Request, studio: Studio) -> Response:
    """Return a part of the timeline: the newest, or what stands below a place in it; all of it, or what has pictures.

    Raises:
        NoSuchPage: what is asked for is no such place.
    """
    given = request.query_params
    pictures, before = given.get("show") == PICTURES, _place(given.get("before", ""))
    async with site_of(request).db.read() as tx:
        stretch = await timeline.list_timeline(tx, studio.artisan.id, before=before, pictures=pictures, limit=PER_PAGE)
        quoted = await timeline_service.list_quoted_works(
            tx, site_of(request).uris, (entry.post for entry in stretch.entries)
        )
        follows = await following.count(tx, studio.artisan.id)
        unread = await happenings.count_unread_messages(tx, studio.artisan.id)
    return show(
        request,
        studio,
        "studio/around.html",
        stretch=stretch,
        quoted_works=quoted,
        pictures=pictures,
        is_first=before is None,
        follows=follows,
        unread=unread,
        here=_to(pictures=pictures, before=before),
        older=None if stretch.older is None else _to(pictures=pictures, before=stretch.older),
    )


def _place(text: str) -> Moment | None:
    """Return a place in the timeline as an address carries it; None where there is none.

    Raises:
        NoSuchPage: it is none.
    """
    if not text:
        return None
    found = _PLACE.fullmatch(text)
    if found is None:
        raise NoSuchPage("this is no place in the timeline")
    return Moment(at=from_ms(int(found[1])), post_id=int(found[2]))


def _to(*, pictures: bool, before: Moment | None) -> str:
    """Return where a part of the timeline is."""
    place = "" if before is None else f"{to_ms(before.at)}-{before.post_id}"
    given = {"show": PICTURES if pictures else "", "before": place}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{PATH}?{query}" if query else PATH
