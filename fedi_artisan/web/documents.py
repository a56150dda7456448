"""How a JSON document goes out."""

import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.vocab import json
from fedi_artisan.web import negotiate
from fedi_artisan.web.people.pages import known
from fedi_artisan.web.programs import reservation

ACTIVITY_TYPE = f"{negotiate.ACTIVITY_JSON}; charset=utf-8"
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "public, max-age=0, must-revalidate",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Vary": negotiate.VARY,
}


def document(
    request: Request,
    content: Mapping[str, object],
    *,
    media_type: str = ACTIVITY_TYPE,
    status: int = 200,
    ai_refused: bool | None = None,
) -> Response:
    """Return *content* as JSON, or 304 where the client has it; it says whether machines may learn from it."""
    return raw_document(request, json.dumps(content), media_type=media_type, status=status, ai_refused=ai_refused)


def raw_document(
    request: Request,
    body: bytes,
    *,
    media_type: str = ACTIVITY_TYPE,
    status: int = 200,
    ai_refused: bool | None = None,
) -> Response:
    """Return JSON bytes, or 304 where the client has them."""
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = _HEADERS | reservation.headers(ai_refused=ai_refused) | {"ETag": etag, "Content-Type": media_type}
    if status == 200 and known(request, etag):  # noqa: PLR2004 - OK
        return Response(status_code=304, headers=headers)
    return Response(body, status_code=status, headers=headers)
