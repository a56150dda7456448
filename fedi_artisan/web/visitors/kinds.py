"""What kinds of requests there are, and how much of each: the one table for it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from starlette.types import Scope

from fedi_artisan.config import Limits
from fedi_artisan.domain import filters
from fedi_artisan.domain.refusals import Refused
from fedi_artisan.web import negotiate
from fedi_artisan.web.tries import Pace

_MINUTE_S = 60.0
# Of what each visitor may, so many times as much may all together: a flood from everywhere is slowed as well.
ALL_TOGETHER = 20
_ASKS_FOR_WORKS = re.compile(rb"(?:^|&)(?:%s)=" % "|".join(filters.PARAMETERS).encode())
_INBOX = re.compile(r"/ap/(?:actors/[^/]+/|actor/)?inbox")
_LOOKUPS = frozenset({"/.well-known/webfinger", "/oembed"})
_FILES = ("/media/", "/static/")
_READ = frozenset({"GET", "HEAD"})


class Share(StrEnum):
    """Who stands in a queue with whom: each has places of its own, so that none is kept out by the others."""

    VISITORS = "visitors"
    FILES = "files"
    INBOX = "inbox"
    STUDIO = "studio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How much of one kind of request.

    Args:
        share: in whose queue it stands.
        refused: as what it is counted where it was too often.
        each: how often one visitor may; None is as often as there is a place.
        together: how often all together may.
    """

    share: Share
    refused: Refused
    each: Pace | None = None
    together: Pace | None = None


class Kind(StrEnum):
    """What is asked for."""

    PAGE = "page"
    SEARCH = "search"
    DOCUMENT = "document"
    LOOKUP = "lookup"
    FORM = "form"
    FILE = "file"
    INBOX = "inbox"
    STUDIO = "studio"


def measures(limits: Limits) -> Mapping[Kind, Measure]:
    """Return how much of each kind, by the settings.

    What was made before and is kept is answered in front of this, and counts for nothing; forms and guesses of
    passwords have paces of their own where they are read.
    """
    return {
        Kind.PAGE: Measure(share=Share.VISITORS, refused=Refused.PAGES, each=_minutely(limits.pages_per_minute)),
        Kind.SEARCH: Measure(
            share=Share.VISITORS,
            refused=Refused.SEARCHES,
            each=_minutely(limits.searches_per_minute),
            together=_minutely(limits.searches_per_minute * ALL_TOGETHER),
        ),
        Kind.DOCUMENT: Measure(
            share=Share.VISITORS, refused=Refused.DOCUMENTS, each=_minutely(limits.documents_per_minute)
        ),
        Kind.LOOKUP: Measure(
            share=Share.VISITORS,
            refused=Refused.LOOKUPS,
            each=_minutely(limits.documents_per_minute),
            together=_minutely(limits.documents_per_minute * ALL_TOGETHER),
        ),
        Kind.FORM: Measure(share=Share.VISITORS, refused=Refused.FORMS),
        Kind.FILE: Measure(share=Share.FILES, refused=Refused.BUSY),
        Kind.INBOX: Measure(share=Share.INBOX, refused=Refused.MESSAGES, each=_minutely(limits.messages_per_minute)),
        Kind.STUDIO: Measure(share=Share.STUDIO, refused=Refused.STUDIO),
    }


def kind_of(scope: Scope) -> Kind:
    """Return what kind a request is, by method, path, parameters and what it accepts."""
    path, reads = scope["path"], scope["method"] in _READ
    if path.startswith("/studio"):
        return Kind.STUDIO
    if path.startswith(_FILES):
        return Kind.FILE
    if path in _LOOKUPS:
        return Kind.LOOKUP
    if not reads:
        return Kind.INBOX if _INBOX.fullmatch(path) else Kind.FORM
    if path.startswith("/ap/") or _wants_document(scope):
        return Kind.DOCUMENT
    return Kind.SEARCH if _ASKS_FOR_WORKS.search(scope["query_string"]) else Kind.PAGE


def _wants_document(scope: Scope) -> bool:
    accept = b", ".join(value for name, value in scope["headers"] if name == b"accept")
    return negotiate.prefers_document(accept.decode("latin-1")[: negotiate.LONGEST_HEADER])


def _minutely(number: int) -> Pace:
    """Return the pace of so many in a minute: all of them at once, if nothing was asked for before."""
    return Pace(number, _MINUTE_S / number)
