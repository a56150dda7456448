"""How a work will look before it is out: to visitors of its page, and among what people elsewhere read."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.errors import NotFound
from fedi_artisan.language import LANGUAGES
from fedi_artisan.services import drafts
from fedi_artisan.web import negotiate
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.links import links_of
from fedi_artisan.web.people.shell import shell_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.showing import dressed, show
from fedi_artisan.web.studio.writing import prospects
from fedi_artisan.web.studio.writing.draft_page import look, untitled, values


async def fresh(request: Request, studio: Studio) -> Response:
    """Return those parts of the draft's page that change with what is typed, each with its name in `data-part`.

    Raises:
        NotFound: there is no such draft.
    """
    async with site_of(request).db.read() as tx:
        kept = await drafts.get(tx, studio.artisan, request.path_params["uid"])
        draft = await look(tx, request, studio, kept)
    return show(request, studio, "studio/fresh.html", **values(request, draft))


async def preview(request: Request, studio: Studio) -> Response:
    """Return the page of the work as visitors will see it, in the language that `?lang=` asks for.

    Raises:
        NotFound: there is no such draft, or nothing in it that could be shown.
        UnknownLanguage: nothing here is written in it.
    """
    site = site_of(request)
    async with site.db.read() as tx:
        kept = await drafts.get(tx, studio.artisan, request.path_params["uid"])
        prospect = await prospects.find(tx, studio.artisan, kept, site.clock(), untitled=untitled(request))
        shell = await shell_of(tx, studio.artisan)
    work = prospect.work
    if work is None:
        raise NotFound("there is nothing to be shown yet")
    further = (*shell.tongues, *work.draft.languages)
    spoken = negotiate.spoken(request, further=further)
    body = site.pages.render(
        "studio/preview.html",
        language=spoken.interface,
        texts=spoken.texts,
        readable_in=(*LANGUAGES, *(code for code in work.draft.languages if code not in LANGUAGES)),
        canonical=None,
        address=site.uris.work_url(work.slug),
        ai_refused=None,
        document_uri=None,
        artisan=studio.artisan,
        shell=shell,
        links=links_of(request, further=further),
        kept=kept,
        work=work,
        terms=work.draft.terms.within(studio.artisan.terms),
        before=None,
        after=None,
        replies=(),
        answers=0,
        embed_code="",
    )
    return dressed(request, Response(body, media_type="text/html"), language=spoken.interface)
