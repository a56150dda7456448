"""The pages for visitors: each is a query and a template."""

from collections.abc import Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.works import Series, Work
from fedi_artisan.errors import Gone, NotFound
from fedi_artisan.storage import artisans, conversation, works
from fedi_artisan.web import negotiate, schema_org
from fedi_artisan.web.context import site_of
from fedi_artisan.web.links import links_of
from fedi_artisan.web.pages import answer
from fedi_artisan.web.reservation import refused_by_any

WORKS_PER_PAGE = 60
WORKS_IN_INTRODUCTION = 6
REPLIES_BELOW_WORK = 100


async def home(request: Request) -> Response:
    """Return the one artisan's portfolio, or a page that introduces each of several."""
    site = site_of(request)
    async with site.db.read() as tx:
        everybody = await artisans.list_all(tx)
        if len(everybody) != 1:
            shown = [(maker, await works.list_shown(tx, maker.id, limit=WORKS_IN_INTRODUCTION)) for maker in everybody]
    if len(everybody) == 1:
        return await _portfolio(request, everybody[0], alone=True)
    refused = refused_by_any(everybody)
    return _page(request, "house.html", canonical=f"{site.uris.origin}/", ai_refused=refused, makers=shown)


async def profile(request: Request) -> Response:
    """Return an artisan's portfolio.

    Raises:
        NotFound: nobody here has this name.
    """
    async with site_of(request).db.read() as tx:
        artisan = await artisans.find_by_username(tx, request.path_params["username"])
        alone = len(await artisans.list_all(tx)) == 1
    if artisan is None:
        raise NotFound("there is nobody of this name here")
    return await _portfolio(request, artisan, alone=alone)


async def work(request: Request) -> Response:
    """Return the page of a work.

    Raises:
        NotFound: there was never such a work.
        Gone: it was withdrawn.
    """
    site = site_of(request)
    async with site.db.read() as tx:
        found = await works.find_by_slug(tx, request.path_params["slug"])
        if found is None:
            raise NotFound("there is no such work")
        if found.withdrawn_at is not None:
            raise Gone("this work was withdrawn")
        artisan = await artisans.get(tx, found.artisan_id)
        alone = len(await artisans.list_all(tx)) == 1
        replies = await conversation.list_shown(tx, found.id, REPLIES_BELOW_WORK)
    terms = found.draft.terms.within(artisan.terms)
    return _page(
        request,
        "work.html",
        canonical=site.uris.work_url(found.slug),
        ai_refused=terms.ai_refused,
        document_uri=site.uris.work(found.uid),
        artisan=artisan,
        home_path=_home_path(artisan, alone=alone),
        work=found,
        terms=terms,
        replies=replies,
        structured=schema_org.of_work(found, artisan, site.uris),
    )


async def tag(request: Request) -> Response:
    """Return the works of everybody here that have a tag.

    Raises:
        NotFound: none has it.
    """
    site = site_of(request)
    asked = request.path_params["tag"]
    async with site.db.read() as tx:
        found = await works.list_tagged(tx, asked, limit=WORKS_PER_PAGE)
        everybody = await artisans.list_all(tx)
    if not found:
        raise NotFound("no work here has this tag")
    name = next((name for name in found[0].draft.tags if name.casefold() == asked.casefold()), asked)
    canonical = site.uris.tag_url(quote(name, safe=""))
    # Anybody here may use the tag tomorrow, so the page is of all of them.
    refused = refused_by_any(everybody)
    return _collection(request, "tag.html", found, everybody, canonical=canonical, ai_refused=refused, about=name)


async def series(request: Request) -> Response:
    """Return the works of a series.

    Raises:
        NotFound: there is no such series, or nothing of it is shown.
    """
    site = site_of(request)
    async with site.db.read() as tx:
        found = await works.find_series(tx, slug=request.path_params["slug"])
        if found is None:
            raise NotFound("there is no such series")
        members = await works.list_in_series(tx, found[0].uid, limit=WORKS_PER_PAGE)
        everybody = await artisans.list_all(tx)
    if not members:
        raise NotFound("nothing of this series is shown")
    canonical = site.uris.series_url(quote(found[0].slug))
    refused = refused_by_any(maker for maker in everybody if maker.id == found[1])
    return _collection(
        request, "series.html", members, everybody, canonical=canonical, ai_refused=refused, about=found[0]
    )


async def _portfolio(request: Request, artisan: Artisan, *, alone: bool) -> Response:
    """Return the page of an artisan with her newest works, or those older than the work `?before=`.

    Raises:
        NotFound: there are no older works.
    """
    site = site_of(request)
    before = links_of(request).before
    async with site.db.read() as tx:
        shown = await works.list_shown(tx, artisan.id, limit=WORKS_PER_PAGE + 1, before=before)
    if before and not shown:
        raise NotFound("there are no older works")
    home_path = _home_path(artisan, alone=alone)
    page, more = shown[:WORKS_PER_PAGE], shown[WORKS_PER_PAGE:]
    return _page(
        request,
        "portfolio.html",
        canonical=f"{site.uris.origin}{home_path}" + (f"?before={quote(before)}" if before else ""),
        ai_refused=artisan.terms.ai_refused,
        document_uri=site.uris.actor(artisan.uid),
        artisan=artisan,
        home_path=home_path,
        works=page,
        older_before=page[-1].uid if more else None,
        opening=None if before else _opening(artisan, page),
    )


def _opening(artisan: Artisan, shown: Sequence[Work]) -> tuple[Photo, Work | None] | None:
    """Return the photograph that a portfolio opens with, and the work it belongs to; None where there is none.

    It is the artisan's own header picture; else the last photograph, often a detail, of a featured work or of her
    newest one with several photographs: so it never stands twice on the page.
    """
    if artisan.image is not None:
        return artisan.image, None
    several = [work for work in shown if len(work.draft.photos) > 1]
    chosen = next((work for work in several if work.draft.featured), several[0] if several else None)
    return None if chosen is None else (chosen.draft.photos[-1], chosen)


def _collection(
    request: Request,
    template: str,
    shown: Sequence[Work],
    everybody: Sequence[Artisan],
    *,
    canonical: str,
    ai_refused: bool,
    about: str | Series,
) -> Response:
    """Return a page of works that share the tag or series *about*, with their makers' names if these are several."""
    makers = {maker.id: maker for maker in everybody}
    own = {work.artisan_id for work in shown}
    artisan = makers[shown[0].artisan_id] if len(own) == 1 else None
    home_path = "/" if artisan is None else _home_path(artisan, alone=len(everybody) == 1)
    return _page(
        request,
        template,
        canonical=canonical,
        ai_refused=ai_refused,
        artisan=artisan,
        home_path=home_path,
        works=shown,
        makers=makers if artisan is None else {},
        about=about,
    )


def _page(
    request: Request,
    template: str,
    *,
    canonical: str,
    ai_refused: bool,
    document_uri: str | None = None,
    artisan: Artisan | None = None,
    home_path: str = "/",
    **values: object,
) -> Response:
    """Return the rendered page in the visitor's language, with what the layout needs.

    Args:
        request: what was asked.
        template: its name.
        canonical: the page's one address, without a language.
        ai_refused: whether machines are asked not to learn from it.
        document_uri: the ActivityStreams id of what is shown, where it has one.
        artisan: whose page it is, where it is one artisan's.
        home_path: where her works are.
        values: what the template shows.
    """
    language = negotiate.language(request)
    body = site_of(request).pages.render(
        template,
        language=language,
        canonical=canonical,
        ai_refused=ai_refused,
        document_uri=document_uri,
        artisan=artisan,
        home_path=home_path,
        links=links_of(request),
        **values,
    )
    return answer(request, body, language=language, document_uri=document_uri, ai_refused=ai_refused)


def _home_path(artisan: Artisan, *, alone: bool) -> str:
    """Return the path of an artisan's portfolio: the whole site where she is alone."""
    return "/" if alone else f"/@{artisan.username}"
