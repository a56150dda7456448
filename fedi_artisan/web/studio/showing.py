"""How every page of the studio is answered: in her language, never kept, with scripts of our own."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.language import LANGUAGES
from fedi_artisan.web import negotiate
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people import look
from fedi_artisan.web.studio.visit import Studio

# Pictures may be shown before they are sent (blob:). Everything else comes from here.
_POLICY = (
    "default-src 'none'; img-src 'self' blob:{media}; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors {ancestors}"
)


def show(
    request: Request, studio: Studio | None, template: str, *, status: int = HTTPStatus.OK, **values: object
) -> Response:
    """Return the rendered page of the studio.

    Args:
        request: what was asked.
        studio: who is in; None on the pages before the door.
        template: its name, below templates/.
        status: of the answer.
        values: what the template shows, beside `studio`, `artisan`, `language`, `path` and `just_said`.
    """
    language = language_of(request)
    body = site_of(request).pages.render(
        template,
        language=language,
        texts=language,
        studio=studio,
        artisan=None if studio is None else studio.artisan,
        path=request.scope["path"],
        just_said=request.query_params.get("told", ""),
        **values,
    )
    return dressed(request, Response(body, status, media_type="text/html"), language=language)


def dressed(request: Request, response: Response, *, language: str, framed: bool = False) -> Response:
    """Return *response* with the headers of every page of the studio; *framed*, another page of it may frame it."""
    site = site_of(request)
    media = f" {site.config.media.origin}" if site.config.media.origin else ""
    policy = _POLICY.format(media=media, ancestors="'self'" if framed else "'none'")
    response.headers.update(
        {
            "Content-Security-Policy": look.with_accent(policy, bytes(response.body)),
            "Content-Language": language,
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
    )
    return response


def language_of(request: Request) -> str:
    """Return the language of the studio: the one that she chose, else the one that her browser likes best."""
    chosen = getattr(request.state, "studio_language", None)
    return chosen if chosen in LANGUAGES else negotiate.language_of_excuse(request)
