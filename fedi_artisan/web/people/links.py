"""Addresses within the site that keep what a visitor has chosen: the language, and what she looks for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.requests import Request

from fedi_artisan.domain import filters
from fedi_artisan.language import LANGUAGES

# What a page can be asked for besides its language, in the order in which addresses have it.
PARAMETERS = (*filters.PARAMETERS, "page")


@dataclass(frozen=True, slots=True)
class Links:
    """How the pages of one answer point at each other.

    Args:
        chosen: the language that `?lang=` asked for, which following pages keep; None leaves it to the browser.
        kept: what else this page was asked for, such as filters and its number, by the names of the parameters.
    """

    chosen: str | None = None
    kept: Mapping[str, str] = field(default_factory=dict)

    def to(self, path: str, **asked: str | int | None) -> str:
        """Return the address of *path*, which is already quoted, with what is *asked* of it and the chosen language."""
        return path + _query(asked, self.chosen)

    def same(self, language: str) -> str:
        """Return this very page in another language, as a reference that consists of its query alone."""
        return _query(self.kept, language)

    def turned(self, path: str, number: int) -> str:
        """Return the address of another page of the same list, at *path*; the first one has no number."""
        return path + _query({**self.kept, "page": number if number > 1 else None}, self.chosen)

    def anew(self) -> str:
        """Return the first page of this very list, as a reference that consists of its query alone."""
        return _query({**self.kept, "page": None}, self.chosen) or "?"

    def numbered(self, url: str) -> str:
        """Return the address of this page of the list at *url*, whatever its language and all else it was asked for."""
        return url + _query({"page": self.kept.get("page")}, None)


def links_of(request: Request, *, keeps: Collection[str] = (), further: Collection[str] = ()) -> Links:
    """Return how the answer to *request* points at other pages.

    Args:
        request: what is asked.
        keeps: of PARAMETERS, those that this page understands.
        further: languages that may be chosen besides those of the house (`negotiate.spoken`).
    """
    asked = request.query_params.get("lang")
    given = {name: request.query_params.get(name) for name in PARAMETERS if name in keeps}
    kept = {name: value for name, value in given.items() if value}
    if kept.get("page") == "1":
        del kept["page"]
    return Links(asked if asked in {*LANGUAGES, *further} else None, kept)


def in_language(url: str, language: str | None) -> str:
    """Return *url* with the parameter that asks for *language*; as it is for None."""
    return url if language is None else f"{url}{'&' if '?' in url else '?'}{urlencode({'lang': language})}"


def _query(asked: Mapping[str, str | int | None], language: str | None) -> str:
    """Return the query that asks for all of this; nothing where there is nothing to ask."""
    given = {key: value for key, value in (*asked.items(), ("lang", language)) if value is not None}
    return f"?{urlencode(given)}" if given else ""
