"""The pages on which an artisan gathers works in series, and says what each is about."""

import dataclasses
import functools

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.uris import new_uid
from fedi_artisan.domain.works import Series, SeriesWording, Work
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services import series as series_service
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import series as rows
from fedi_artisan.storage import works
from fedi_artisan.storage.db import Tx
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.site import wordings
from fedi_artisan.web.studio.site.tongues import tongues
from fedi_artisan.web.studio.typed import Faults, Typed, given_back, judged, kept, key_of, second_language, typed_in

PATH = "/studio/series"
_ALL = -1


async def all_series(request: Request, studio: Studio) -> Response:
    """Return the list of her series."""
    async with site_of(request).db.read() as tx:
        listed = await rows.list_all(tx, studio.artisan.id)
    return show(request, studio, "studio/all_series.html", listed=listed, said=request.query_params.get("said", ""))


async def new(request: Request, studio: Studio) -> Response:
    """Return the form for a new series; after a POST begin it, and go on to its works."""
    site, values = site_of(request), typed_in(studio.fields, wordings.FIELDS)
    if request.method != "POST":
        values |= {"language": studio.artisan.language}
        return await _page(request, studio, Typed(values=values, key=new_uid(site.clock())), None)
    faults, key = Faults(), key_of(studio.fields) or new_uid(site.clock())
    said = wordings.read(values, {}, _wording, faults, shown="")
    if said.own is not None and not faults.found:
        with faults.at("title"), faults.storing():
            async with site.db.write() as tx:
                begun = await series_service.create(
                    tx, studio.artisan, said.own, language=said.language, others=said.others, uid=key
                )
            return see(f"{PATH}/{begun.uid}/works")
    return await _page(request, studio, Typed(values=values, problems=faults.found, key=key), None)


async def edit(request: Request, studio: Studio) -> Response:
    """Return the form of a series; after a POST save what it says.

    Raises:
        NotFound: there is no such series, or it is another's.
    """
    site = site_of(request)
    if request.method != "POST":
        async with site.db.read() as tx:
            found = await _find(tx, request, studio)
        form = kept(_values(found, request.query_params.get("other", "")))
        return await _page(request, studio, form, found, saved="saved" in request.query_params)
    values, faults = typed_in(studio.fields, wordings.FIELDS), Faults()
    async with site.db.read() as tx:
        found = await _find(tx, request, studio)
    form = given_back(values, studio.fields, faults)
    with faults.at("title"), faults.storing():
        async with site.db.write() as tx:
            found = await _find(tx, request, studio)
            shown = second_language(values, studio.fields, functools.partial(_values, found))
            said = wordings.read(values, found.others, _wording, faults, shown=shown)
            form = judged(values, _values(found, shown), studio.fields, faults)
            if said.own is not None and not (form.problems or form.meanwhile):
                changed = dataclasses.replace(
                    found, name=said.own.name, text=said.own.text, language=said.language, others=said.others
                )
                await works_service.describe_series(tx, changed)
    if form.problems or form.meanwhile:
        return await _page(request, studio, form, found)
    return see(f"{PATH}/{found.uid}?saved=yes")


async def members(request: Request, studio: Studio) -> Response:
    """Return all works, to choose those of a series; after a POST keep the choice.

    Raises:
        NotFound: there is no such series, or it is another's; or a work that was chosen is.
    """
    site = site_of(request)
    if request.method == "POST":
        fields = studio.fields
        async with site.db.write() as tx:
            found = await _find(tx, request, studio)
            chosen, seen = set(fields.getlist("work")), set(fields.get("seen", "").split(","))
            await series_service.choose_works(tx, site.uris, studio.artisan, found, chosen, seen=seen, now=site.clock())
        return see(f"{PATH}/{found.uid}?saved=yes")
    async with site.db.read() as tx:
        found = await _find(tx, request, studio)
        everything = await works.list_shown(tx, studio.artisan.id, limit=_ALL, reader=works.Reader.ARTISAN)
    # Those that are in it come first, as one looks for them there.
    everything.sort(key=lambda work: not _is_in(work, found))
    return show(request, studio, "studio/series_works.html", series=found, works=everything)


async def remove(request: Request, studio: Studio) -> Response:
    """Remove a series that is empty; the page of one that is not says so.

    Raises:
        NotFound: there is no such series, or it is another's.
    """
    try:
        async with site_of(request).db.write() as tx:
            found = await _find(tx, request, studio)
            await series_service.remove(tx, found)
    except BadInput as error:
        return await _page(request, studio, kept(_values(found, "")), found, refusal=error)
    return see(f"{PATH}?said=removed")


async def _find(tx: Tx, request: Request, studio: Studio) -> Series:
    """Return the series of the path.

    Raises:
        NotFound: there is none, or it is another's.
    """
    found = await rows.find(tx, uid=request.path_params["uid"])
    if found is None or found[1] != studio.artisan.id:
        raise NotFound("there is no such series")
    return found[0]


def _wording(name: str, text: str) -> SeriesWording:
    return SeriesWording(name=name, text=text)


def _values(found: Series, shown: str) -> dict[str, str]:
    """Return how a series reads in the form."""
    others = {code: (one.name, one.text) for code, one in found.others.items()}
    return wordings.written((found.language, found.name, found.text), others, shown)


def _is_in(work: Work, found: Series) -> bool:
    return work.series is not None and work.series.uid == found.uid


async def _page(
    request: Request,
    studio: Studio,
    form: Typed,
    found: Series | None,
    *,
    saved: bool = False,
    refusal: BadInput | None = None,
) -> Response:
    """Return the page of a series, or that of a new one."""
    async with site_of(request).db.read() as tx:
        count = 0 if found is None else await rows.count_works(tx, found.uid)
    return show(
        request,
        studio,
        "studio/series.html",
        status=form.status if refusal is None else 409,
        form=form,
        series=found,
        count=count,
        saved=saved,
        refusal=refusal,
        tongues=tongues(form.values["language"], form.values["other_language"]),
    )
