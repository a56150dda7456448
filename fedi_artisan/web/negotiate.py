"""What a client wants: a page or an ActivityStreams document, in which language, smaller or as it is."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from starlette.requests import Request

from fedi_artisan.errors import UnknownLanguage
from fedi_artisan.language import LANGUAGES, SOURCE, nearest
from fedi_artisan.web.answers.coding import Coding

ACTIVITY_JSON = "application/activity+json"
LD_JSON = "application/ld+json"
_DOCUMENT_TYPES = frozenset({ACTIVITY_JSON, LD_JSON, "application/json"})
_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
LONGEST_HEADER = 1000  # of any that is a list; the rest is not read
_MOST_FURTHER = 2
_WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*")
VARY = "Accept, Accept-Language"


@dataclass(frozen=True, slots=True)
class Spoken:
    """In which languages a page is answered.

    Args:
        interface: what the house itself says; one of LANGUAGES.
        texts: what is wanted of the texts that people wrote; where they are not there in it, they come in their own.
        chosen: what `?lang=` asked for, which links keep; None where the browser decides.
    """

    interface: str
    texts: str
    chosen: str | None = None


def wants_document(request: Request) -> bool:
    """Whether *request* prefers an ActivityStreams document to a page."""
    return prefers_document(_header(request, "accept"))


def spoken(request: Request, further: Collection[str] = ()) -> Spoken:
    """Return the languages to answer in.

    `?lang=` decides before the browser. It may name any language of ours, and any of the *further* ones: then the texts
    come in it, and the house speaks the one of its own languages that the browser likes best. It may not name another.
    Without it, the browser's Accept-Language chooses among all of them for the texts, among ours for the house.

    So that a language stays chosen from page to page, every page has to know the same *further* ones: those in which
    anything is written on this site, not only what this page shows. An answer depends on nothing but the address and
    what `liked` makes of the header.

    Args:
        request: what is asked.
        further: codes of languages in which people's texts are there, besides those of the house.

    Raises:
        UnknownLanguage: `?lang=` names none of them.
    """
    liked_ones = liked(_header(request, "accept-language"))
    house = liked_ones[-1]
    known = (*LANGUAGES, *(code for code in further if code not in LANGUAGES))
    chosen = request.query_params.get("lang") or None
    if chosen is None:
        texts = (code for wanted in liked_ones for code in known if code == wanted or code.partition("-")[0] == wanted)
        return Spoken(house, next(texts, house))
    if chosen not in known:
        raise UnknownLanguage(known)
    return Spoken(chosen if chosen in LANGUAGES else house, chosen, chosen)


def language(request: Request) -> str:
    """Return the language of a page that shows no texts but those of the house.

    Raises:
        UnknownLanguage: `?lang=` names none of ours.
    """
    return spoken(request).interface


def language_of_excuse(request: Request) -> str:
    """Return the language in which to say that something failed: as above, but an unknown one is no further failure."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else preferred_language(_header(request, "accept-language"))


def coding(request: Request) -> Coding:
    """Return how the body of the answer should travel."""
    return preferred_coding(_header(request, "accept-encoding"))


def _header(request: Request, name: str) -> str:
    """Return a header that is a list; its lines, where there are several, are one list (RFC 9110 5.3)."""
    return ", ".join(request.headers.getlist(name))[:LONGEST_HEADER]


@lru_cache(maxsize=256)
def prefers_document(accept: str) -> bool:
    """Whether an Accept header asks for ActivityStreams (or JSON) more than for HTML; `*/*` and none mean HTML.

    Source: WIRE 1.5; RFC 9110 12.5.1.
    """
    weights = [(name, weight) for name, weight in _weights(accept) if weight > 0]
    document = max((weight for name, weight in weights if name in _DOCUMENT_TYPES), default=0.0)
    page = max((weight for name, weight in weights if name in _PAGE_TYPES), default=0.0)
    first = next((name for name, weight in weights if weight == document and name in _DOCUMENT_TYPES | _PAGE_TYPES), "")
    return document > page or (document == page and first in _DOCUMENT_TYPES)


def preferred_language(accept_language: str) -> str:
    """Return the language of ours that an Accept-Language header likes best; English where it names none."""
    return liked(accept_language)[-1]


@lru_cache(maxsize=256)
def liked(accept_language: str) -> tuple[str, ...]:
    """Return all that an answer can depend on of an Accept-Language header, the best first.

    That is the language of ours that it likes best, and before it up to two that it likes better, without their
    regions. `*` stands for whatever of ours is not named, English first; a weight of 0 refuses. Whatever is broken
    counts for nothing.

    Source: RFC 9110 12.5.4; RFC 4647 3.4.
    """
    weights = [(tag, weight) for tag, weight in _weights(accept_language) if tag == "*" or _TAG.fullmatch(tag)]
    named = {nearest(tag) for tag, _ in weights}
    unnamed = [code for code in (SOURCE, *LANGUAGES) if code not in named]
    further: dict[str, None] = {}
    for tag, weight in sorted(weights, key=lambda one: -one[1]):
        ours = next(iter(unnamed), None) if tag == "*" else nearest(tag)
        if weight > 0 and ours is not None:
            return (*list(further)[:_MOST_FURTHER], ours)
        if weight > 0 and tag != "*":
            further[tag.partition("-")[0]] = None
    return (*list(further)[:_MOST_FURTHER], next(iter(unnamed), SOURCE))


@lru_cache(maxsize=256)
def preferred_coding(accept_encoding: str) -> Coding:
    """Return the coding that an Accept-Encoding header likes best; of several that it likes as much, the smallest.

    What a client does not name, it does not get, and the body as it is only costs it bytes: that is always a way out.

    Source: RFC 9110 12.5.3.
    """
    weights = {name.removeprefix("x-"): weight for name, weight in _weights(accept_encoding)}
    others = weights.get("*", 0.0)
    best, best_weight = Coding.IDENTITY, weights.get(Coding.IDENTITY, others)
    for one in (Coding.GZIP, Coding.BROTLI):
        weight = weights.get(one, others)
        if weight > 0 and weight >= best_weight:
            best, best_weight = one, weight
    return best


def _weights(header: str) -> list[tuple[str, float]]:
    """Return the names in a header with their weights from 0 to 1, in their order; whatever is broken is left out.

    Source: RFC 9110 12.4.2.
    """
    weights = []
    for part in header[:LONGEST_HEADER].split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        given = [value.strip() for key, _, value in (one.partition("=") for one in parameters) if key.strip() == "q"]
        if name and all(map(_WEIGHT.fullmatch, given)):
            weights.append((name, float(given[-1]) if given else 1.0))
    return weights
