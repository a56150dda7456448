"""Her published works: looked through, marked as sold, moved into a series, several at once."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.travels import Reach
from fedi_artisan.domain.works import Availability, Work
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services import drafts as drafts_service
from fedi_artisan.services import stock as stock_service
from fedi_artisan.storage import drafts, series, stock, travels
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.stock import Sought
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.paging import WORKS_PER_PAGE, leaf_of, number_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show

PATH = "/studio/works"
_LONGEST_WORDS = 200
# What is chosen for several works at once and means that they shall have none.
NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the list shows, and of what it keeps hold from page to page."""

    sought: Sought
    number: int

    def path(self, *, number: int = 1, **told: str) -> str:
        """Return the address of a page of this list, with what else is to be *told* there."""
        return f"{PATH}{self.query(number=number, **told)}"

    def query(self, *, number: int = 1, **told: str) -> str:
        """Return what of the address says which page it is; empty for the first one of all works."""
        parts = {
            "q": self.sought.words,
            "availability": self.sought.availability or "",
            "series": self.sought.series_uid or "",
            "page": str(number) if number > 1 else "",
        }
        query = urlencode({name: value for name, value in (parts | told).items() if value})
        return f"?{query}" if query else ""


async def works(request: Request, studio: Studio) -> Response:
    """Return the list of her works, with those that are still being written.

    Raises:
        NoSuchPage: the list is not that long.
    """
    return await _list(request, studio, _asked(request))


async def several(request: Request, studio: Studio) -> Response:
    """Change all works that were chosen: whether they can be had, or the series that they stand in.

    Raises:
        BadInput: this cannot be done with works.
    """
    site, asked = site_of(request), _asked(request)
    try:
        async with site.db.write() as tx:
            chosen = await stock.list_own(tx, studio.artisan.id, studio.fields.getlist("work"))
            await _change(tx, request, studio, chosen)
    except BadInput as error:
        return await _list(request, studio, asked, refused=error)
    return see(asked.path(number=asked.number, changed=str(len(chosen))))


async def _change(tx: Tx, request: Request, studio: Studio, chosen: list[Work]) -> None:
    """Do with the *chosen* works what the button says.

    Raises:
        BadInput: nothing was chosen, or this cannot be done with works.
    """
    site, fields = site_of(request), studio.fields
    if not chosen:
        raise BadInput("choose the works first, by the box before each")
    match fields.get("do"):
        case "availability":
            wanted = _availability(fields.get("to_availability", ""))
            await stock_service.set_availability(tx, site.uris, chosen, wanted, site.clock())
        case "series":
            name = fields.get("to_series_new", "").strip() or fields.get("to_series", "")
            if not name:
                raise BadInput("choose a series, or write the name of a new one")
            await stock_service.set_series(tx, site.uris, chosen, None if name == NONE else name, site.clock())
        case _:
            raise BadInput("this cannot be done with several works")


async def sold(request: Request, studio: Studio) -> Response:
    """Mark a work as sold in one tap, or take that back: then it is what it was, as far as the page still knows.

    Raises:
        NotFound: she has no such work.
    """
    site = site_of(request)
    async with site.db.write() as tx:
        work = await own_work(tx, studio, request.path_params["uid"])
        back = studio.fields.get("back_to")
        wanted = Availability.SOLD if back is None else _availability(back)
        await stock_service.set_availability(tx, site.uris, [work], wanted, site.clock())
    is_new = back is None and work.draft.availability is not Availability.SOLD
    was = f"{work.uid}:{work.draft.availability or NONE}" if is_new else ""
    path = _asked(request).path(number=_asked(request).number, was=was)
    return see(f"{path}#work-{work.uid}")


async def edit(request: Request, studio: Studio) -> Response:
    """Open the page on which a published work is changed.

    Raises:
        NotFound: she has no such work.
    """
    site = site_of(request)
    async with site.db.write() as tx:
        work = await own_work(tx, studio, request.path_params["uid"])
        draft = await drafts_service.revise_work(tx, studio.artisan, work, site.clock())
    return see(f"/studio/drafts/{draft.uid}")


async def duplicate(request: Request, studio: Studio) -> Response:
    """Begin a new work with the texts and facts of another one.

    Raises:
        NotFound: she has no such work.
    """
    site = site_of(request)
    async with site.db.write() as tx:
        work = await own_work(tx, studio, request.path_params["uid"])
        draft = await drafts_service.duplicate(tx, studio.artisan, work, site.clock())
    return see(f"/studio/drafts/{draft.uid}")


async def own_work(tx: Tx, studio: Studio, uid: str) -> Work:
    """Return a published work of hers.

    Raises:
        NotFound: she has none by this uid, or has withdrawn it.
    """
    found = await stock.list_own(tx, studio.artisan.id, [uid])
    if not found:
        raise NotFound("there is no such work")
    return found[0]


async def _list(request: Request, studio: Studio, asked: _Asked, *, refused: BadInput | None = None) -> Response:
    """Return the list as it is *asked* for; with why nothing was done, where something was *refused*."""
    site = site_of(request)
    async with site.db.read() as tx:
        found, total = await stock.list_sought(
            tx,
            studio.artisan.id,
            asked.sought,
            limit=WORKS_PER_PAGE + 1,
            offset=(asked.number - 1) * WORKS_PER_PAGE,
        )
        leaf = leaf_of(asked.number, found, WORKS_PER_PAGE)
        uris = {site.uris.work(work.uid): work.uid for work in leaf.items}
        reaches = {uris[uri]: reach for uri, reach in (await travels.list_reaches(tx, uris)).items()}
        open_drafts = await drafts.list_open(tx, studio.artisan.id)
        all_series = await series.list_shown(tx, studio.artisan.id)
    return show(
        request,
        studio,
        "studio/works.html",
        status=HTTPStatus.OK if refused is None else HTTPStatus.UNPROCESSABLE_ENTITY,
        asked=asked,
        leaf=leaf,
        total=total,
        reaches=reaches,
        nowhere=Reach(),
        drafts=open_drafts,
        all_series=[one.series for one in all_series],
        availabilities=list(Availability),
        refused=refused,
        chosen=studio.fields.getlist("work"),
        now=site.clock(),
        was=_was(request.query_params.get("was", "")),
        changed=_count(request.query_params.get("changed", "")),
    )


def _asked(request: Request) -> _Asked:
    """Return which part of her works is asked for; what cannot be understood is not asked for."""
    asked = request.query_params
    available = asked.get("availability", "")
    sought = Sought(
        words=asked.get("q", "")[:_LONGEST_WORDS],
        availability=Availability(available) if available in set(Availability) else None,
        series_uid=asked.get("series") or None,
    )
    return _Asked(sought=sought, number=number_of(request))


def _was(text: str) -> dict[str, str]:
    """Return what the work was that was just sold, by its uid."""
    uid, _, availability = text.partition(":")
    return {uid: availability} if availability in {NONE, *Availability} - {Availability.SOLD} else {}


def _availability(value: str) -> Availability | None:
    """Return what was chosen.

    Raises:
        BadInput: nothing was.
    """
    if value == NONE:
        return None
    if value not in set(Availability):
        raise BadInput("choose whether they can be had")
    return Availability(value)


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("999") else 0
