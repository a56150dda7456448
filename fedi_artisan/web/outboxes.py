"""What artisans published, as other servers leaf through it (WIRE 6)."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.posts import Post
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Work
from fedi_artisan.errors import NotFound
from fedi_artisan.storage import artisans, deliveries, own_posts, posts, works
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.own_posts import Published
from fedi_artisan.storage.works import Reader
from fedi_artisan.vocab import render
from fedi_artisan.web.activitypub import artisan_of_path, is_first_page, nothing
from fedi_artisan.web.context import site_of
from fedi_artisan.web.documents import document

OUTBOX_PAGE = 20


async def outbox(request: Request) -> Response:
    """Return what an artisan published, the newest first; `?page=1` and `?before=` give its pages (WIRE 6).

    Raises:
        NotFound: there is no such actor, or no such page.
    """
    site = site_of(request)
    before = request.query_params.get("before")
    async with site.db.read() as tx:
        artisan = await artisan_of_path(request, tx)
        uri = outbox_of(site.uris, artisan)
        if before is None and not is_first_page(request):
            return await _outbox(request, tx, artisan)
        if before is not None and not await _was_there(tx, artisan, before):
            raise NotFound("there is no such page")
        shown = await own_posts.list_outbox(tx, artisan.id, limit=OUTBOX_PAGE + 1, before=before)
        page = shown[:OUTBOX_PAGE]
        creates = await _creates(tx, site.uris, artisan, page)
    items = [{key: value for key, value in create.items() if key != "@context"} for create in creates]
    this_uri = f"{uri}?page=1" if before is None else f"{uri}?before={before}"
    next_uri = f"{uri}?before={page[-1].uid}" if len(shown) > OUTBOX_PAGE else None
    content = render.collection_page(this_uri, part_of=uri, items=items, next_uri=next_uri)
    return document(request, content, ai_refused=artisan.terms.ai_refused)


async def _was_there(tx: Tx, artisan: Artisan, uid: str) -> bool:
    """Whether an outbox shows a work or a post, or did before it was withdrawn; of others nobody learns that they are.

    Source: WIRE 10.2 #53.
    """
    work = await works.find(tx, uid)
    if work is not None:
        return work.artisan_id == artisan.id and work.draft.audience.documented
    post = await posts.find_own(tx, uid)
    if post is None or post.artisan_id != artisan.id:
        return False
    return post.visibility.is_public and post.visibility.is_sent


async def _creates(tx: Tx, uris: Uris, artisan: Artisan, page: Sequence[Published]) -> list[dict[str, Any]]:
    """Return the Creates of what stands on a page of an outbox."""
    shown: list[Work | Post] = [
        *await works.list_these(tx, [one.work_id for one in page if one.work_id is not None]),
        *await posts.list_these(tx, [one.post_id for one in page if one.post_id is not None]),
    ]
    found = {one.uid: one for one in shown}
    ids = {one.uid: one.uri if isinstance(one, Post) else uris.work(one.uid) for one in shown}
    said = await deliveries.find_creates(tx, [*ids.values()])
    creates = []
    for uid in (one.uid for one in page if ids[one.uid] in said):
        about, activity_uri = found[uid], said[ids[uid]]
        creates.append(
            render.create_post(about, artisan, uris, activity_uri=activity_uri)
            if isinstance(about, Post)
            else render.create(about, artisan, uris, activity_uri=activity_uri)
        )
    return creates


async def outbox_of_works(request: Request) -> Response:
    """Return the outbox of the artisan whose works a page lists, or the empty one of the server where it lists more.

    That is what a server gets that asks for the page of all works, by whatever they are chosen.
    """
    asked = request.query_params.get("artisan", "")
    async with site_of(request).db.read() as tx:
        everybody = await artisans.list_all(tx)
        alone = len(everybody) == 1
        whose = [artisan for artisan in everybody if alone or artisan.username == asked.casefold()]
        return await (_outbox(request, tx, whose[0]) if whose else nothing(request))


async def _outbox(request: Request, tx: Tx, artisan: Artisan) -> Response:
    """Return the outbox itself, which counts and names its first page."""
    uri = outbox_of(site_of(request).uris, artisan)
    total = await works.count_shown(tx, artisan.id, reader=Reader.SERVER) + await own_posts.count_outbox(tx, artisan.id)
    return document(request, render.collection(uri, total=total, first=f"{uri}?page=1"))


def outbox_of(uris: Uris, artisan: Artisan | None) -> str:
    """Return the id of an artisan's outbox, or of the server's own for None."""
    return f"{uris.instance_actor if artisan is None else uris.actor(artisan.uid)}/outbox"
