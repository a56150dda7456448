"""What is answered when something fails: a page for people, a line of JSON for servers.

The handlers are coroutines because Starlette would send plain functions through a thread, at every refusal.
"""

import math
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fedi_artisan.errors import ArtisanError, BadInput, RemoteUnavailable
from fedi_artisan.web import negotiate
from fedi_artisan.web.context import site_of
from fedi_artisan.web.links import links_of
from fedi_artisan.web.pages import answer

_RETRY_AFTER_S: dict[int, int] = {HTTPStatus.TOO_MANY_REQUESTS: 300, HTTPStatus.SERVICE_UNAVAILABLE: 60}
_LONGEST_RETRY_AFTER_S = 86_400
_ALWAYS_DOCUMENTS = ("/ap/", "/.well-known/", "/nodeinfo")


async def on_error(request: Request, error: Exception) -> Response:
    """Return the answer to a named failure, or to a refusal of the router (404, 405)."""
    if isinstance(error, HTTPException):
        return _answer(request, error.status_code, error.detail, headers=dict(error.headers or {}))
    if isinstance(error, ArtisanError):
        return _answer(request, error.status, str(error), told=isinstance(error, BadInput), headers=_patience(error))
    return await on_crash(request, error)


async def on_crash(request: Request, _error: Exception) -> Response:
    """Return the answer to a fault of our own; what it was stands in the log and nowhere else."""
    return _answer(request, 500, "something went wrong here")


def _patience(error: ArtisanError) -> dict[str, str]:
    """Return how long to wait before trying again, where that may help."""
    usual_s = _RETRY_AFTER_S.get(error.status)
    if usual_s is None:
        return {}
    asked_s = error.retry_after_s if isinstance(error, RemoteUnavailable) else None
    return {"Retry-After": str(math.ceil(min(max(asked_s or usual_s, 1), _LONGEST_RETRY_AFTER_S)))}


def _answer(
    request: Request, status: int, reason: str, *, told: bool = False, headers: dict[str, str] | None = None
) -> Response:
    """Return *status* as a page where a person may be looking, else as JSON with the *reason*.

    Args:
        request: what was asked.
        status: of the answer.
        reason: a sentence in English.
        told: whether the page repeats the reason, because the person can do something about it.
        headers: to send as well.
    """
    if not _is_for_people(request):
        response: Response = JSONResponse({"error": reason}, status_code=status)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Vary"] = negotiate.VARY
        response.headers["X-Content-Type-Options"] = "nosniff"
    else:
        language = negotiate.language(request)
        body = site_of(request).pages.render(
            "error.html",
            language=language,
            status=status,
            reason=reason if told else "",
            links=links_of(request),
            artisan=None,
            canonical=None,
            document_uri=None,
            ai_refused=None,
        )
        response = answer(request, body, language=language, status=status)
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers or {})
    return response


def _is_for_people(request: Request) -> bool:
    """Whether a person may be looking: not below the addresses of documents, nor where a document is preferred."""
    # Not `request.url`: that is built from the Host header, which can be anything.
    if request.scope["path"].startswith(_ALWAYS_DOCUMENTS):
        return False
    return not negotiate.wants_document(request)
