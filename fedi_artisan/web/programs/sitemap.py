"""What search engines find here: every page that is to be found, with its languages and photographs.

Source: https://www.sitemaps.org/protocol.html; Google, "Image sitemaps" and "Tell Google about localized versions".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.errors import NotFound
from fedi_artisan.language import LANGUAGES
from fedi_artisan.storage import artisans, own_posts, series
from fedi_artisan.storage import sitemap as rows
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.sitemap import Listed
from fedi_artisan.web.context import site_of
from fedi_artisan.web.documents import raw_document
from fedi_artisan.web.people.shell import Shell

SITEMAP = "/sitemap.xml"
# 50,000 are allowed; so few, of twenty photographs each, take less than the half megabyte up to which answers are kept.
MOST_PLACES = 150
_XML = "application/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class _Place:
    """One page: its path, the languages it can be read in, when it last changed, its pictures or its work's slug."""

    path: str
    languages: tuple[str, ...]
    changed_at: datetime
    work: str | None = None
    pictures: tuple[str, ...] = ()


async def sitemap(request: Request) -> Response:
    """Return all that is to be found, or where the parts of that are, if it is much."""
    site = site_of(request)
    async with site.db.read() as tx:
        parts = _parts(await _places(tx))
        if len(parts) == 1:
            return await _urls(request, tx, parts[0])
    changed = [max(place.changed_at for place in part) for part in parts]
    body = site.pages.render_xml("sitemap_index.xml", origin=site.uris.origin, parts=changed)
    return raw_document(request, body, media_type=_XML)


async def sitemap_part(request: Request) -> Response:
    """Return one part of what is to be found.

    Raises:
        NotFound: there are not so many.
    """
    number: int = request.path_params["number"]
    async with site_of(request).db.read() as tx:
        parts = _parts(await _places(tx))
        if not 1 <= number <= len(parts):
            raise NotFound("there is no such part")
        return await _urls(request, tx, parts[number - 1])


def _parts(places: Sequence[_Place]) -> list[Sequence[_Place]]:
    """Return *places* in pieces of MOST_PLACES; there is always a first one."""
    return [places[start : start + MOST_PLACES] for start in range(0, max(len(places), 1), MOST_PLACES)]


async def _urls(request: Request, tx: Tx, places: Sequence[_Place]) -> Response:
    """Return *places* with their photographs."""
    site = site_of(request)
    pictures = await rows.list_pictures(tx, [place.work for place in places if place.work is not None])
    files = [(place, [*place.pictures, *pictures.get(place.work or "", ())]) for place in places]
    return raw_document(request, site.pages.render_xml("sitemap.xml", uris=site.uris, places=files), media_type=_XML)


async def _places(tx: Tx) -> list[_Place]:
    """Return every page that search engines may show, the ones that lead to others first."""
    works = await rows.list_works(tx)
    places = await _firsts(tx, max((work.changed_at for work in works), default=None))
    places += _at("/pages/", await rows.list_pages(tx))
    places += _at("/series/", await rows.list_series(tx))
    places += _at("/tags/", await rows.list_tags(tx))
    places += [
        _Place(f"/posts/{one.name}", _languages(one.languages), one.changed_at, pictures=files)
        for one, files in await rows.list_entries(tx)
    ]
    return places + [
        _Place(f"/works/{work.name}", _languages(work.languages), work.changed_at, work.name) for work in works
    ]


async def _firsts(tx: Tx, latest: datetime | None) -> list[_Place]:
    """Return the first page, each artisan's where there are several, and what there is once of each or of the site.

    Args:
        tx: to look with.
        latest: when a work last changed; None where there are no works.
    """
    everybody = await artisans.list_all(tx)
    if not everybody:
        return []
    changed = max([artisan.updated_at for artisan in everybody] + ([latest] if latest else []))
    shells = [Shell(artisan=artisan, alone=len(everybody) == 1) for artisan in everybody]
    if len(everybody) > 1:
        shells.insert(0, Shell())
    places = []
    for shell in shells:
        artisan = shell.artisan
        header = () if artisan is None or artisan.image is None else (artisan.image.post.file,)
        spoken = _languages(() if artisan is None else artisan.languages)
        places.append(_Place(shell.home_path, spoken, changed, pictures=header))
        names = ["follow"]
        if latest and shell.home_path == "/":
            names.append("works")
        if await series.count_shown(tx, None if artisan is None else artisan.id):
            names.append("series")
        if await own_posts.has_entries(tx, None if artisan is None else artisan.id):
            names.append("journal")
        places += [_Place(shell.path(name), LANGUAGES, changed) for name in names]
    return places


def _at(path: str, listed: Iterable[Listed]) -> list[_Place]:
    return [_Place(path + quote(one.name, safe=""), _languages(one.languages), one.changed_at) for one in listed]


def _languages(written_in: Sequence[str]) -> tuple[str, ...]:
    """Return the languages of a page: those of the house, and further ones of what is written on it."""
    return (*LANGUAGES, *(code for code in written_in if code not in LANGUAGES))
