"""The pages of works, series and tags, and those that an artisan wrote: each is a query and a template."""

from collections.abc import Collection, Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.conversation import count
from fedi_artisan.domain.policies import is_shut
from fedi_artisan.domain.posts import Post
from fedi_artisan.errors import NoSuchWorks, NotFound
from fedi_artisan.language import translation
from fedi_artisan.storage import artisans, conversation, own_posts, pages, works
from fedi_artisan.storage import series as series_rows
from fedi_artisan.storage.choices import find_tag
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.places import Place
from fedi_artisan.web import negotiate
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.paging import WORKS_PER_PAGE, leaf_of, number_of
from fedi_artisan.web.people.shell import Shell, shell_of
from fedi_artisan.web.people.showing import show
from fedi_artisan.web.programs import discovery, frames
from fedi_artisan.web.programs.reservation import refused_by_any

REPLIES_BELOW_WORK = 100
MOST_ENTRIES = 20


async def work(request: Request) -> Response:
    """Return the page of a work.

    Raises:
        NotFound: there was never such a work, or none whose page opens.
        Gone: it was withdrawn.
    """
    site = site_of(request)
    async with site.db.read() as tx:
        found = await works.get_shown(tx, request.path_params["slug"])
        artisan = await artisans.get(tx, found.artisan_id)
        shell = await shell_of(tx, artisan)
        before, after = await works.find_neighbours(tx, found, artisan.appearance.order)
        replies = await conversation.list_shown(tx, Place(work_id=found.id), REPLIES_BELOW_WORK)
    terms = found.draft.terms.within(artisan.terms)
    return show(
        request,
        "work.html",
        canonical=site.uris.work_url(found.slug),
        ai_refused=terms.ai_refused,
        document_uri=site.uris.work(found.uid) if found.draft.audience.documented else None,
        nothing_to_find=not found.draft.audience.listed,
        shell=shell,
        texts_in=found.draft.languages,
        work=found,
        terms=terms,
        before=before,
        after=after,
        replies=replies,
        answers=count(replies),
        is_shut=is_shut(found.draft.policy.within(artisan.policy), closed=found.closed),
        **discovery.of_work(request, shell, artisan, found),
    )


async def tag(request: Request) -> Response:
    """Return the works of everybody here that have a tag; `?page=2` has those before them, and so on.

    On the first page are the newest entries of journals that have it as well.

    Raises:
        NoSuchWorks: none has it, and no entry either.
        NoSuchPage: not that many have it.
    """
    site, number = site_of(request), number_of(request)
    asked = request.path_params["tag"]
    async with site.db.read() as tx:
        entries = await own_posts.list_entries(tx, tag=asked, limit=MOST_ENTRIES) if number == 1 else []
        name = await _tag_named(tx, asked, entries)
        found = await works.list_tagged(tx, asked, limit=WORKS_PER_PAGE + 1, offset=(number - 1) * WORKS_PER_PAGE)
        everybody = await artisans.list_all(tx)
        shell = await _shell_of_makers(
            tx, {*(work.artisan_id for work in found), *(entry.artisan_id for entry in entries)}, everybody
        )
    leaf = leaf_of(number, found, WORKS_PER_PAGE)
    return show(
        request,
        "tag.html",
        canonical=site.uris.tag_url(quote(name, safe="")),
        # Anybody here may use the tag tomorrow, so the page is of all of them.
        ai_refused=refused_by_any(everybody),
        document_uri=site.uris.tag(name) if found else None,
        shell=shell,
        keeps=("page",),
        works=leaf.items,
        entries=entries,
        leaf=leaf,
        list_path=f"/tags/{quote(name, safe='')}",
        makers=_makers(shell, everybody),
        about=name,
        **discovery.of_tag(request, shell, name, leaf.items),
    )


async def series(request: Request) -> Response:
    """Return the works of a series.

    Raises:
        NotFound: there is no such series, or nothing of it is shown.
    """
    site, number = site_of(request), number_of(request)
    async with site.db.read() as tx:
        found = await series_rows.find(tx, slug=request.path_params["slug"])
        if found is None:
            raise NotFound("there is no such series")
        artisan = await artisans.get(tx, found[1])
        members = await works.list_in_series(
            tx,
            found[0].uid,
            limit=WORKS_PER_PAGE + 1,
            offset=(number - 1) * WORKS_PER_PAGE,
            order=artisan.appearance.order,
        )
        shell = await shell_of(tx, artisan)
    leaf = leaf_of(number, members, WORKS_PER_PAGE)
    if not members:
        raise NotFound("nothing of this series is shown")
    return show(
        request,
        "series.html",
        canonical=site.uris.series_url(quote(found[0].slug)),
        ai_refused=artisan.terms.ai_refused,
        document_uri=site.uris.series(found[0].uid),
        shell=shell,
        keeps=("page",),
        works=leaf.items,
        leaf=leaf,
        list_path=f"/series/{quote(found[0].slug)}",
        texts_in=found[0].languages,
        makers={},
        about=found[0],
        place="series",
        **discovery.of_series(request, shell, found[0], leaf.items),
    )


async def all_series(request: Request) -> Response:
    """Return the series, of the artisan of the path or of everybody here.

    Raises:
        NotFound: there is nobody of this name, or there are no series.
    """
    site = site_of(request)
    async with site.db.read() as tx:
        artisan, everybody = await asked_artisan(request, tx)
        shell = await shell_of(tx, artisan)
        covers = await series_rows.list_shown(tx, None if artisan is None else artisan.id)
    if not covers:
        raise NotFound("there are no series here yet")
    path = shell.path("series")
    name = translation(negotiate.spoken(request, further=shell.tongues).interface).pgettext("several", "Series")
    return show(
        request,
        "all_series.html",
        canonical=f"{site.uris.origin}{path}",
        ai_refused=refused_by_any(everybody) if artisan is None else artisan.terms.ai_refused,
        document_uri=site.uris.instance_actor if artisan is None else site.uris.actor(artisan.uid),
        shell=shell,
        covers=covers,
        place="series",
        **discovery.of_covers(request, shell, covers, path=path, name=name),
    )


async def page(request: Request) -> Response:
    """Return a page that an artisan wrote.

    Raises:
        NotFound: there is none.
    """
    site = site_of(request)
    async with site.db.read() as tx:
        found = await pages.find_by_slug(tx, request.path_params["slug"])
        if found is None:
            raise NotFound("there is no such page")
        artisan = await artisans.get(tx, found.artisan_id)
        shell = await shell_of(tx, artisan)
        cover = await frames.cover(tx, artisan)
    return show(
        request,
        "page.html",
        canonical=site.uris.page_url(found.slug),
        ai_refused=artisan.terms.ai_refused,
        document_uri=site.uris.page(found.uid),
        shell=shell,
        texts_in=found.draft.languages,
        page=found,
        place=found.slug,
        cover=cover,
        **discovery.of_written(request, shell, artisan, found),
    )


async def asked_artisan(request: Request, tx: Tx) -> tuple[Artisan | None, Sequence[Artisan]]:
    """Return the artisan of the path, or the only one; None where a page of several is asked for; and everybody.

    Raises:
        NotFound: there is nobody of this name.
    """
    everybody = await artisans.list_all(tx)
    username = request.path_params.get("username")
    if username is None:
        return (everybody[0] if len(everybody) == 1 else None), everybody
    return await artisans.get_by_username(tx, username), everybody


async def _tag_named(tx: Tx, asked: str, entries: Sequence[Post]) -> str:
    """Return the tag as it was written last in a work, or else in an entry.

    Raises:
        NoSuchWorks: neither has it.
    """
    try:
        return (await find_tag(tx, asked)).name
    except NoSuchWorks:
        if not entries:
            raise
        return await own_posts.find_tag(tx, asked)


async def _shell_of_makers(tx: Tx, own: Collection[int | None], everybody: Sequence[Artisan]) -> Shell:
    """Return what stands around a page of works and entries: their maker's, if all are of one."""
    return await shell_of(tx, next((maker for maker in everybody if {*own} == {maker.id}), None))


def _makers(shell: Shell, everybody: Sequence[Artisan]) -> dict[int, Artisan]:
    """Return who made what, where a page shows works of several."""
    return {} if shell.artisan is not None else {maker.id: maker for maker in everybody}
