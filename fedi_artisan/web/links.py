"""Addresses within the site that keep the language a visitor has chosen."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

from fedi_artisan.language import LANGUAGES


@dataclass(frozen=True, slots=True)
class Links:
    """How the pages of one answer point at each other.

    Args:
        chosen: the language that `?lang=` asked for, which following pages keep; None leaves it to the browser.
        before: the work that this page begins after, where it is not the first page.
    """

    chosen: str | None = None
    before: str | None = None

    def to(self, path: str, before: str | None = None) -> str:
        """Return the address of *path*, which is already quoted, with the chosen language."""
        return path + _query(before, self.chosen)

    def same(self, language: str) -> str:
        """Return this very page in another language, as a reference that consists of its query alone."""
        return _query(self.before, language)


def links_of(request: Request) -> Links:
    """Return how the answer to *request* points at other pages."""
    asked = request.query_params.get("lang")
    return Links(asked if asked in LANGUAGES else None, request.query_params.get("before") or None)


def _query(before: str | None, language: str | None) -> str:
    given = {key: value for key, value in (("before", before), ("lang", language)) if value is not None}
    return f"?{urlencode(given)}" if given else ""
