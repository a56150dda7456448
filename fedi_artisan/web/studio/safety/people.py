"""Whom she blocks, and whom she does not want to read."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.texts import say
from fedi_artisan.errors import BadInput
from fedi_artisan.services import safety
from fedi_artisan.storage import unwelcome
from fedi_artisan.storage.db import Tx
from fedi_artisan.web.context import Site, site_of
from fedi_artisan.web.people.paging import leaf_of, number_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.safety.showing import SAFETY, page, to
from fedi_artisan.web.studio.seeing import see

PATH = f"{SAFETY}/people"
PER_PAGE = 100
LONGEST_WHY = 500
SPANS: dict[str, timedelta | None] = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "": None,
}
_TOLD = {
    "block": say("Blocked: nothing comes from there any more, and nothing goes there."),
    "unblock": say("Not blocked any more. What was there before does not come back by itself."),
    "mute": say("Muted: you do not read it any more. Nobody is told."),
    "unmute": say("Not muted any more."),
    "same": say("So it was already."),
}


async def people(request: Request, studio: Studio) -> Response:
    """Return whom she blocks and mutes, and take in whom else, or whom no more."""
    if request.method != "POST":
        return await _page(request, studio, told=_TOLD.get(request.query_params.get("told", ""), ""))
    deed = _DEEDS.get(studio.fields.get("deed", ""))
    if deed is None:
        raise BadInput("the form does not say what to do")
    site = site_of(request)
    try:
        async with site.db.write() as tx:
            done = await deed(tx, site, studio, studio.fields.get("whom", "").strip(), site.clock())
    except BadInput as error:
        return await _page(request, studio, refused=error)
    return see(to(PATH, told=studio.fields["deed"] if done else "same"))


async def _page(request: Request, studio: Studio, *, refused: BadInput | None = None, told: str = "") -> Response:
    number, artisan_id = number_of(request), studio.artisan.id
    async with site_of(request).db.read() as tx:
        blocked = await unwelcome.list_blocked(tx, artisan_id, limit=PER_PAGE + 1, offset=(number - 1) * PER_PAGE)
        muted = await unwelcome.list_muted(tx, artisan_id, limit=PER_PAGE) if number == 1 else []
        counts = await unwelcome.count(tx, artisan_id)
    return page(
        request,
        studio,
        "safety_people.html",
        refused=refused,
        told=told,
        leaf=leaf_of(number, blocked, PER_PAGE),
        muted=muted,
        counts=counts,
        whom=request.query_params.get("whom", "")[:LONGEST_WHY],
        longest_why=LONGEST_WHY,
        to=lambda where: to(PATH, page=where if where > 1 else ""),
    )


async def _block(tx: Tx, site: Site, studio: Studio, whom: str, now: datetime) -> bool:
    why = studio.fields.get("why", "")[:LONGEST_WHY].strip()
    return await safety.block(tx, site.uris, studio.artisan, whom, now, why=why)


async def _unblock(tx: Tx, site: Site, studio: Studio, whom: str, now: datetime) -> bool:
    return await safety.unblock(tx, site.uris, studio.artisan, whom, now)


async def _mute(tx: Tx, site: Site, studio: Studio, whom: str, now: datetime) -> bool:
    span = SPANS.get(studio.fields.get("span", ""))
    why = studio.fields.get("why", "")[:LONGEST_WHY].strip()
    until = None if span is None else now + span
    return await safety.mute(tx, site.uris, studio.artisan, whom, now, until=until, why=why)


async def _unmute(tx: Tx, site: Site, studio: Studio, whom: str, now: datetime) -> bool:
    del site
    return await safety.unmute(tx, studio.artisan, whom, now)


_DEEDS: dict[str, Callable[[Tx, Site, Studio, str, datetime], Awaitable[bool]]] = {
    "block": _block,
    "unblock": _unblock,
    "mute": _mute,
    "unmute": _unmute,
}
