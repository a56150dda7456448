"""The pages on which an artisan writes pages of her own: about her, prices, a legal notice."""

import functools

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fedi_artisan.domain.pages import Page, PageDraft, PageWording, Place
from fedi_artisan.domain.uris import new_uid
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services import pages as pages_service
from fedi_artisan.storage import pages as rows
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import html
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.site import wordings
from fedi_artisan.web.studio.site.moving import moved
from fedi_artisan.web.studio.site.tongues import tongues
from fedi_artisan.web.studio.typed import Faults, Typed, given_back, judged, kept, key_of, second_language, typed_in

PATH = "/studio/pages"
FIELDS = (*wordings.FIELDS, "place")
_LONGEST_PROSE = 50_000


async def all_pages(request: Request, studio: Studio) -> Response:
    """Return the list of her pages, in the order of the menu."""
    async with site_of(request).db.read() as tx:
        listed = await rows.list_all(tx, studio.artisan.id)
    said = request.query_params.get("said", "")
    return show(request, studio, "studio/all_pages.html", listed=listed, said=said)


async def arrange(request: Request, studio: Studio) -> Response:
    """Put her pages into the order that the form tells, with the one moved whose button was pressed."""
    async with site_of(request).db.write() as tx:
        slugs = {page.uid: page.slug for page in await rows.list_all(tx, studio.artisan.id)}
        order = moved(list(slugs), studio.fields)
        await pages_service.arrange(tx, studio.artisan, [slugs[uid] for uid in order])
    return see(f"{PATH}?said=moved")


async def new(request: Request, studio: Studio) -> Response:
    """Return the form for a new page; after a POST write it."""
    site, values = site_of(request), typed_in(studio.fields, FIELDS)
    if request.method != "POST":
        values |= {"language": studio.artisan.language, "place": Place.MENU}
        return _page(request, studio, Typed(values=values, key=new_uid(site.clock())))
    faults, key = Faults(), key_of(studio.fields) or new_uid(site.clock())
    draft = _read(values, {}, faults, shown="")
    if draft is not None and "preview" not in studio.fields:
        with faults.at("title"), faults.storing():
            async with site.db.write() as tx:
                await pages_service.write(tx, studio.artisan, draft, site.clock(), uid=key)
            return see(f"{PATH}?said=written")
    return _page(request, studio, Typed(values=values, problems=faults.found, key=key))


async def edit(request: Request, studio: Studio) -> Response:
    """Return the form of a page; after a POST save it, or show how it will look.

    Raises:
        NotFound: there is no such page, or it is another's.
    """
    site = site_of(request)
    if request.method != "POST":
        async with site.db.read() as tx:
            found = await _find(tx, request, studio)
        form = kept(_values(found, request.query_params.get("other", "")))
        return _page(request, studio, form, found, saved="saved" in request.query_params)
    values, faults = typed_in(studio.fields, FIELDS), Faults()
    async with site.db.read() as tx:
        found = await _find(tx, request, studio)
    form, saves = given_back(values, studio.fields, faults), False
    with faults.storing():
        async with site.db.write() as tx:
            found = await _find(tx, request, studio)
            shown = second_language(values, studio.fields, functools.partial(_values, found))
            draft = _read(values, found.draft.others, faults, shown=shown)
            form = judged(values, _values(found, shown), studio.fields, faults)
            saves = "preview" not in studio.fields and draft is not None and not form.meanwhile
            if saves and draft is not None and draft != found.draft:
                await pages_service.rewrite(tx, found, draft, site.clock())
    if faults.found or not saves:
        return _page(request, studio, form, found)
    return see(f"{PATH}/{found.uid}?saved=yes")


async def remove(request: Request, studio: Studio) -> Response:
    """Ask whether a page shall really go; after a POST remove it.

    Raises:
        NotFound: there is no such page, or it is another's.
    """
    site = site_of(request)
    async with site.db.write() as tx:
        found = await _find(tx, request, studio)
        if request.method == "POST":
            await pages_service.remove(tx, found)
    if request.method == "POST":
        return see(f"{PATH}?said=removed")
    return show(request, studio, "studio/page_remove.html", page=found)


async def prose(_request: Request, studio: Studio) -> Response:
    """Return how a text in Markdown will look, for the script that shows it while she writes."""
    return HTMLResponse(html.page_html(studio.fields.get("text", "")[:_LONGEST_PROSE]))


async def _find(tx: Tx, request: Request, studio: Studio) -> Page:
    """Return the page of the path.

    Raises:
        NotFound: there is none, or it is another's.
    """
    found = await rows.find_by_uid(tx, request.path_params["uid"])
    if found is None or found.artisan_id != studio.artisan.id:
        raise NotFound("there is no such page")
    return found


def _values(found: Page, shown: str) -> dict[str, str]:
    """Return how a page reads in the form."""
    draft = found.draft
    others = {code: (one.title, one.text) for code, one in draft.others.items()}
    return wordings.written((draft.language, draft.title, draft.text), others, shown) | {"place": draft.place}


def _read(
    values: dict[str, str], others: wordings.Others[PageWording], faults: Faults, *, shown: str
) -> PageDraft | None:
    """Return the page as the form has it; None where there are faults."""
    said = wordings.read(values, others, _wording, faults, shown=shown)
    if values["place"] not in list(Place):
        faults.note("place", BadInput("choose one of these"))
    if said.own is None or faults.found:
        return None
    return PageDraft(
        title=said.own.title,
        text=said.own.text,
        language=said.language,
        others=said.others,
        place=Place(values["place"]),
    )


def _wording(title: str, text: str) -> PageWording:
    return PageWording(title=title, text=text)


def _page(request: Request, studio: Studio, form: Typed, found: Page | None = None, *, saved: bool = False) -> Response:
    """Return the page with the form of a page, or of a new one."""
    return show(
        request,
        studio,
        "studio/page.html",
        status=form.status,
        form=form,
        page=found,
        saved=saved,
        tongues=tongues(form.values["language"], form.values["other_language"]),
    )
