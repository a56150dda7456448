"""The page of all works, and of those that a visitor looks for: every way through it is a link or a form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.appearance import Order
from fedi_artisan.domain.filters import LONGEST_SEARCH, Facet, Filter, folded, parse_filter
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import NoSuchPage
from fedi_artisan.language import translation
from fedi_artisan.storage import artisans
from fedi_artisan.storage.choices import Choice
from fedi_artisan.storage.search import Found, search
from fedi_artisan.web import negotiate
from fedi_artisan.web.context import site_of
from fedi_artisan.web.outboxes import outbox_of
from fedi_artisan.web.people.links import PARAMETERS, Links, links_of
from fedi_artisan.web.people.paging import WORKS_PER_PAGE, Leaf, number_of
from fedi_artisan.web.people.shell import shell_of
from fedi_artisan.web.people.showing import show
from fedi_artisan.web.programs import discovery
from fedi_artisan.web.programs.reservation import refused_by_any

PATH = "/works"
MOST_OPTIONS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing to filter by: where it leads, and whether the works on the page are filtered by it already."""

    choice: Choice
    href: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What works can be filtered by in one respect; *more* is how many there are that are not listed."""

    facet: Facet
    options: Sequence[Option]
    more: int


async def works(request: Request) -> Response:
    """Return a page of the works that are asked for; of all where nothing is.

    Raises:
        BadInput: what is asked for cannot be understood.
        NoSuchWorks: something is asked for that no work here has.
        NoSuchPage: there are not that many works.
    """
    site = site_of(request)
    asked, number = parse_filter(request.query_params.multi_items()), number_of(request)
    async with site.db.read() as tx:
        everybody = await artisans.list_all(tx)
        artisan = _maker(asked, everybody)
        shell = await shell_of(tx, artisan)
        spoken = negotiate.spoken(request, further=shell.tongues)
        found = await search(
            tx,
            asked,
            language=spoken.texts,
            limit=WORKS_PER_PAGE,
            offset=(number - 1) * WORKS_PER_PAGE,
            order=Order.DATE if artisan is None else artisan.appearance.order,
        )
    leaf = Leaf(number, found.works, last=number * WORKS_PER_PAGE >= found.total)
    if number > 1 and not found.works:
        raise NoSuchPage("there are not that many works")
    links = links_of(request, keeps=PARAMETERS, further=shell.tongues)
    name = translation(spoken.interface).gettext("Works")
    return show(
        request,
        "works.html",
        shell=shell,
        canonical=_canonical(asked, found, site.uris),
        ai_refused=refused_by_any(everybody if artisan is None else [artisan]),
        document_uri=outbox_of(site.uris, artisan),
        keeps=PARAMETERS,
        nothing_to_find=bool(asked.q) or len(asked.facets) > 1,
        list_path=PATH,
        leaf=leaf,
        pages=max(-(-found.total // WORKS_PER_PAGE), 1),
        works=found.works,
        makers={maker.id: maker for maker in everybody} if artisan is None else {},
        asked=asked,
        found=found,
        rows=list(_rows(asked, found, links, alone=len(everybody) == 1)),
        without=_without(asked, links),
        longest_search=LONGEST_SEARCH,
        place="works",
        **discovery.of_list(request, shell, found.works, path=PATH, name=name),
    )


def _maker(asked: Filter, everybody: Sequence[Artisan]) -> Artisan | None:
    """Return whose works these are, where they are one artisan's."""
    if len(everybody) == 1:
        return everybody[0]
    return next((maker for maker in everybody if maker.username.casefold() == asked.artisan.casefold()), None)


def _canonical(asked: Filter, found: Found, uris: Uris) -> str:
    """Return the one address of the list that is shown: a series or a tag has its own, a selection is of all works."""
    if not asked.q and asked.facets == (Facet.SERIES,):
        return uris.series_url(quote(asked.series))
    if not asked.q and asked.facets == (Facet.TAG,):
        return uris.tag_url(quote(found.chosen[Facet.TAG].name, safe=""))
    return f"{uris.origin}{PATH}"


def _rows(asked: Filter, found: Found, links: Links, *, alone: bool) -> Iterator[Row]:
    """Give what works can be filtered by, but for what would change nothing."""
    for facet, choices in found.choices.items():
        chosen = found.chosen.get(facet)
        changes_nothing = chosen is None and all(choice.count == found.total for choice in choices)
        if changes_nothing or (facet is Facet.ARTISAN and alone):
            continue
        others = asked.without(facet).asked
        options = [
            Option(
                choice=choice,
                href=links.to(PATH, **{**others, facet.value: choice.value}),
                current=chosen is not None and _is_same(facet, choice, chosen),
            )
            for choice in choices
        ]
        yield Row(facet=facet, options=options[:MOST_OPTIONS], more=max(len(options) - MOST_OPTIONS, 0))


def _is_same(facet: Facet, choice: Choice, chosen: Choice) -> bool:
    """Whether *choice* is what was *chosen*; a material may have been in another language, or spelt otherwise."""
    if facet is Facet.MATERIAL:
        return folded(choice.name) == folded(chosen.name)
    return choice.value.casefold() == chosen.value.casefold()


def _without(asked: Filter, links: Links) -> Mapping[str, str]:
    """Return for each thing that is asked for, by the name of its parameter, where the page without it is."""
    return {
        name: links.to(PATH, **{other: value for other, value in asked.asked.items() if other != name})
        for name in asked.asked
    }
