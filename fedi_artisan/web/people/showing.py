"""How every page for people is answered: in the visitor's language, with what stands around it."""

from collections.abc import Collection
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.language import LANGUAGES
from fedi_artisan.web import negotiate
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.links import in_language, links_of
from fedi_artisan.web.people.pages import answer
from fedi_artisan.web.people.shell import Shell

# The pages on which a script of ours adds something.
_WITH_MODULES = frozenset({"work.html"})


def show(
    request: Request,
    template: str,
    *,
    shell: Shell,
    canonical: str | None = None,
    ai_refused: bool | None = None,
    document_uri: str | None = None,
    keeps: Collection[str] = (),
    texts_in: Collection[str] = (),
    status: int = HTTPStatus.OK,
    **values: object,
) -> Response:
    """Return the rendered page in the visitor's language, with what the layout needs.

    Args:
        request: what was asked; the answer to a form is nobody else's and is never kept.
        template: its name.
        shell: what stands around it.
        canonical: the one address of the page, or of the list that it is a page of; None where it is not to be found.
        ai_refused: whether machines are asked not to learn from it; None where there is nothing to learn.
        document_uri: the ActivityStreams id of what is shown, where it has one.
        keeps: of `links.PARAMETERS`, those that the page understands; with other values it is another page.
        texts_in: the languages in which what the page is about can be read, where it is about one thing.
        status: of the answer.
        values: what the template shows.

    Raises:
        UnknownLanguage: `?lang=` names none that anything here is written in.
    """
    spoken = negotiate.spoken(request, further=shell.tongues)
    links = links_of(request, keeps=keeps, further=shell.tongues)
    readable_in = (*LANGUAGES, *(code for code in texts_in if code not in LANGUAGES))
    whole = None if canonical is None else links.numbered(canonical)
    # A list in a language that only some of what is in it has is no page of its own.
    told_in = links.chosen if links.chosen in readable_in else None
    body = site_of(request).pages.render(
        template,
        language=spoken.interface,
        texts=spoken.texts,
        readable_in=readable_in,
        canonical=whole,
        address=None if whole is None else in_language(whole, told_in),
        ai_refused=ai_refused,
        document_uri=document_uri,
        artisan=shell.artisan,
        shell=shell,
        links=links,
        **values,
    )
    response = answer(
        request,
        body,
        language=spoken.interface,
        status=status,
        document_uri=document_uri,
        ai_refused=ai_refused,
        modules=template in _WITH_MODULES,
    )
    if request.method == "POST":
        response.headers["Cache-Control"] = "no-store"
        del response.headers["ETag"]
    return response
