"""What a client wants: a page or an ActivityStreams document, in French or in English."""

from functools import lru_cache

from starlette.requests import Request

from fedi_artisan.language import LANGUAGES, SOURCE

ACTIVITY_JSON = "application/activity+json"
LD_JSON = "application/ld+json"
_DOCUMENT_TYPES = frozenset({ACTIVITY_JSON, LD_JSON, "application/json"})
_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_LONGEST_HEADER = 1000
VARY = "Accept, Accept-Language"


def wants_document(request: Request) -> bool:
    """Whether *request* prefers an ActivityStreams document to a page."""
    return prefers_document(_header(request, "accept"))


def language(request: Request) -> str:
    """Return the language to answer in: "fr" or "en", by `?lang=`, else by what the browser prefers."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else preferred_language(_header(request, "accept-language"))


def _header(request: Request, name: str) -> str:
    """Return a header that is a list; its lines, where there are several, are one list (RFC 9110 5.3)."""
    return ", ".join(request.headers.getlist(name))


@lru_cache(maxsize=256)
def prefers_document(accept: str) -> bool:
    """Whether an Accept header asks for ActivityStreams (or JSON) more than for HTML; `*/*` and none mean HTML.

    Source: WIRE 1.5; RFC 9110 12.5.1.
    """
    weights = _weights(accept)
    document = max((weight for name, weight in weights if name in _DOCUMENT_TYPES), default=0.0)
    page = max((weight for name, weight in weights if name in _PAGE_TYPES), default=0.0)
    first = next((name for name, weight in weights if weight == document and name in _DOCUMENT_TYPES | _PAGE_TYPES), "")
    return document > page or (document == page and first in _DOCUMENT_TYPES)


@lru_cache(maxsize=256)
def preferred_language(accept_language: str) -> str:
    """Return the language of ours that an Accept-Language header likes best; English where it names none."""
    best, best_weight = SOURCE, 0.0
    for name, weight in _weights(accept_language):
        primary = name.partition("-")[0]
        if primary in LANGUAGES and weight > best_weight:
            best, best_weight = primary, weight
    return best


def _weights(header: str) -> list[tuple[str, float]]:
    """Return the names in a header with their weights, in their order; whatever is broken counts for nothing."""
    weights = []
    for part in header[:_LONGEST_HEADER].split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        if name and 0.0 < weight <= 1.0:
            weights.append((name, weight))
    return weights
