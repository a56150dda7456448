"""What is answered when something fails: a page for people, a line of JSON for servers.

The handlers are coroutines because Starlette would send plain functions through a thread, at every refusal.
"""

import logging
import math
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from fedi_artisan.domain.texts import say
from fedi_artisan.errors import (
    ArtisanError,
    BadInput,
    NoSuchPage,
    NoSuchWorks,
    RemoteUnavailable,
    UnknownLanguage,
    of_system,
)
from fedi_artisan.language import told
from fedi_artisan.storage import artisans
from fedi_artisan.web import negotiate
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.links import PARAMETERS, links_of
from fedi_artisan.web.people.pages import answer
from fedi_artisan.web.people.shell import BARE, Shell, shell_of
from fedi_artisan.web.studio.visit import HOME

log = logging.getLogger(__name__)

_RETRY_AFTER_S: dict[int, int] = {HTTPStatus.TOO_MANY_REQUESTS: 300, HTTPStatus.SERVICE_UNAVAILABLE: 60}
_LONGEST_RETRY_AFTER_S = 86_400
_LINE = say("Something went wrong here; it is no fault of yours. Please try again in a little while.")
_ALWAYS_DOCUMENTS = ("/ap/", "/.well-known/", "/nodeinfo", "/oembed")


async def on_error(request: Request, error: Exception) -> Response:
    """Return the answer to a named failure, or to a refusal of the router (404, 405)."""
    if isinstance(error, HTTPException):
        return await _answer(request, error.status_code, error.detail, headers=dict(error.headers or {}))
    if isinstance(error, ArtisanError):
        return await _answer(request, error.status, str(error), error=error, headers=_patience(error))
    return await on_crash(request, error)


async def on_system(request: Request, error: Exception) -> Response:
    """Return the answer where the system refuses something: the disk is full or fails, or too much is open."""
    failure = of_system(error) if isinstance(error, OSError) else None
    if failure is None:
        raise error
    log.warning("%s %s: %s", request.method, request.scope["path"], error)
    return await on_error(request, failure)


async def on_crash(request: Request, _error: Exception) -> Response:
    """Return the answer to a fault of our own; what it was stands in the log and nowhere else."""
    return await _answer(request, 500, "something went wrong here")


def _patience(error: ArtisanError) -> dict[str, str]:
    """Return how long to wait before trying again, where that may help."""
    usual_s = _RETRY_AFTER_S.get(error.status)
    if usual_s is None:
        return {}
    asked_s = error.retry_after_s if isinstance(error, RemoteUnavailable) else None
    return {"Retry-After": str(math.ceil(min(max(asked_s or usual_s, 1), _LONGEST_RETRY_AFTER_S)))}


async def _answer(
    request: Request,
    status: int,
    reason: str,
    *,
    error: ArtisanError | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return *status* as a page where a person may be looking, else as JSON with the *reason*.

    Args:
        request: what was asked.
        status: of the answer.
        reason: a sentence in English.
        error: the named failure; the page says more of those that a person can do something about.
        headers: to send as well.
    """
    if not _is_for_people(request):
        response: Response = JSONResponse({"error": reason}, status_code=status)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Vary"] = negotiate.VARY
        response.headers["X-Content-Type-Options"] = "nosniff"
        if "signature" in request.headers:
            # Somebody else, signed otherwise or not at all, may be answered otherwise (WIRE 10.2 #54).
            headers = {"Cache-Control": "private, no-store", "Vary": f"{negotiate.VARY}, Signature"} | (headers or {})
    else:
        try:
            response = await _page(request, status, error)
        except OSError as failure:
            # The files of which pages are made cannot be opened either.
            log.warning("an excuse goes out in one line: %s", failure)
            response = _line(request, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers or {})
    return response


async def _page(request: Request, status: int, error: ArtisanError | None) -> Response:
    """Return the answer as a page: of the studio for whoever is in there, else one of the portfolio."""
    if f"{request.scope['path']}/".startswith(f"{HOME}/"):
        # Loaded with the rest of the studio, when somebody first goes there.
        from fedi_artisan.web.studio.excuse import excuse  # noqa: PLC0415

        told_inside = await excuse(request, status, error)
        if told_inside is not None:
            return told_inside
    language = negotiate.language_of_excuse(request)
    shell = await _shell(request) if status < HTTPStatus.INTERNAL_SERVER_ERROR else BARE
    said = told(error.sentence, error.values, language) if isinstance(error, (BadInput, NoSuchWorks)) else ""
    body = site_of(request).pages.render(
        "error.html",
        language=language,
        status=status,
        reason=said,
        spoken_here=error.known if isinstance(error, UnknownLanguage) else (),
        beyond_the_end=isinstance(error, NoSuchPage),
        links=links_of(request, keeps=PARAMETERS),
        artisan=shell.artisan,
        shell=shell,
        canonical=None,
        document_uri=None,
        ai_refused=None,
    )
    return answer(request, body, language=language, status=status)


def _line(request: Request, status: int) -> Response:
    """Return the answer in one line of plain text, for which nothing has to be opened."""
    language = negotiate.language_of_excuse(request)
    try:
        line = told(_LINE, {}, language)
    except OSError:
        # Nobody has spoken this language here yet, and its words cannot be read now.
        line, language = _LINE, "en"
    return PlainTextResponse(line, status, {"Content-Language": language, "X-Content-Type-Options": "nosniff"})


async def _shell(request: Request) -> Shell:
    """Return what stands around the excuse: all that stands around other pages, if that much can still be read."""
    try:
        async with site_of(request).db.read() as tx:
            everybody = await artisans.list_all(tx)
            return await shell_of(tx, everybody[0] if len(everybody) == 1 else None)
    except Exception:  # a boundary: an excuse that fails would be no excuse
        log.exception("a page of excuse goes out bare")
        return BARE


def _is_for_people(request: Request) -> bool:
    """Whether a person may be looking: not below the addresses of documents, nor where a document is preferred."""
    # Not `request.url`: that is built from the Host header, which can be anything.
    if request.scope["path"].startswith(_ALWAYS_DOCUMENTS):
        return False
    return not negotiate.wants_document(request)
