"""The page of somebody elsewhere: who it is, what was between the two, and what is kept of what was written there."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.people import Person
from fedi_artisan.domain.safety import Deed, handle_of
from fedi_artisan.domain.texts import say
from fedi_artisan.errors import BadInput, NoSuchPage, NotFound
from fedi_artisan.services import following as following_service
from fedi_artisan.services import safety
from fedi_artisan.services import timeline as timeline_service
from fedi_artisan.storage import acquaintances, following, moderation_log, timeline, unwelcome
from fedi_artisan.storage.db import Tx, from_ms, to_ms
from fedi_artisan.storage.unwelcome import Unwelcome
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.around import results
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.visit import Studio

PATH = f"{results.PEOPLE}/{{id:row}}"
PER_PAGE = 20
_LONGEST_MOMENT = 14
_TOLD = {
    "asked": say("Asked. As soon as the answer comes, new posts arrive here from then on."),
    "again": say("Asked once more."),
    "unfollowed": say("You do not follow this person any more."),
    "unblocked": say("Not blocked any more. What was there before does not come back by itself."),
    "unmuted": say("Not muted any more."),
}

_TOLD_OF = {
    "follow": "asked",
    "again": "again",
    "unfollow": "unfollowed",
    "unblock": "unblocked",
    "unmute": "unmuted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAway:
    """How she keeps somebody away: what was decided, whether it is more than not reading, and why."""

    decided: Unwelcome
    is_blocked: bool
    why: str


async def person(request: Request, studio: Studio) -> Response:
    """Return the page; after a POST, follow, leave or let in again, and lead back to it.

    Raises:
        NotFound: nobody known here has this row.
        NoSuchPage: what is asked for is no moment.
        BadInput: the form does not say what to do.
    """
    actor_id: int = request.path_params["id"]
    if request.method == "POST":
        return await _settle(request, studio, actor_id)
    before = _moment(request.query_params.get("before", ""))
    async with site_of(request).db.read() as tx:
        found = await acquaintances.find(tx, studio.artisan.id, actor_id)
        if found is None:
            raise NotFound("nobody by this number is known here")
        away = await _kept_away(tx, studio, found.person, site_of(request).clock())
        moment = None if before is None else from_ms(before)
        posts = await acquaintances.list_posts(tx, studio.artisan.id, actor_id, before=moment, limit=PER_PAGE + 1)
        entries = await timeline.list_entries(tx, studio.artisan.id, posts[:PER_PAGE])
        quoted = await timeline_service.list_quoted_works(tx, site_of(request).uris, posts[:PER_PAGE])
    here = f"{results.PEOPLE}/{actor_id}"
    older = to_ms(posts[PER_PAGE - 1].published_at) if len(posts) > PER_PAGE else None
    return show(
        request,
        studio,
        "studio/person.html",
        found=found,
        away=away,
        is_blocked=away is not None and away.is_blocked,
        entries=entries,
        quoted_works=quoted,
        here=here,
        back=here if before is None else f"{here}?{urlencode({'before': before})}",
        earlier=here if before is not None else None,
        older=None if older is None else f"{here}?{urlencode({'before': older})}",
        told=_TOLD.get(request.query_params.get("told", ""), ""),
    )


async def _kept_away(tx: Tx, studio: Studio, person: Person, now: datetime) -> KeptAway | None:
    """Return how she keeps somebody away; None where she does not."""
    artisan_id, handle = studio.artisan.id, handle_of(person.username, person.uri)
    blocked, muted = await unwelcome.find_kept_away(tx, artisan_id, person.uri, handle, now)
    decided, deed = (blocked, Deed.BLOCK) if blocked is not None else (muted, Deed.MUTE)
    if decided is None:
        return None
    why = await moderation_log.find_why(tx, artisan_id, deed, decided.whom)
    return KeptAway(decided=decided, is_blocked=deed is Deed.BLOCK, why=why)


async def _settle(request: Request, studio: Studio, actor_id: int) -> Response:
    """Follow somebody, or follow her no more, or let her in again; done already, it is as it was wanted."""
    site, deed = site_of(request), studio.fields.get("deed", "")
    if deed not in _TOLD_OF:
        raise BadInput("the form does not say what to do")
    async with site.db.write() as tx:
        found = await acquaintances.find(tx, studio.artisan.id, actor_id)
        if found is None:
            raise NotFound("nobody by this number is known here")
        uri, now = found.person.uri, site.clock()
        if deed == "unblock":
            await safety.unblock(tx, site.uris, studio.artisan, uri, now)
        elif deed == "unmute":
            await safety.unmute(tx, studio.artisan, uri, now)
        elif deed != "unfollow":
            if await unwelcome.find_block(tx, studio.artisan.id, uri) is not None:
                raise BadInput("You have blocked this person. Unblock her first.")
            await following_service.request_once(
                tx, site.uris, studio.artisan, actor_id, now=now, again=deed == "again"
            )
        elif await following.find(tx, studio.artisan.id, uri) is not None:
            await following_service.stop(tx, site.uris, studio.artisan, uri, now)
    return see(f"{results.PEOPLE}/{actor_id}?told={_TOLD_OF[deed]}")


def _moment(text: str) -> int | None:
    """Return a stored moment as an address carries it; None where there is none.

    Raises:
        NoSuchPage: it is none.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_MOMENT):
        raise NoSuchPage("this is no moment")
    return int(text)
