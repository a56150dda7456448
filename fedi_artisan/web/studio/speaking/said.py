"""What an artisan has said, what waits to be said, and how she takes it back."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.posts import Post
from fedi_artisan.errors import NotFound
from fedi_artisan.media.turns import Shelf
from fedi_artisan.services import speaking
from fedi_artisan.storage import deliveries, own_posts, post_drafts
from fedi_artisan.web.context import Site, site_of
from fedi_artisan.web.people.paging import leaf_of, number_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.speaking.composing import PATH, own_post

POSTS_PER_PAGE = 30
_MOST_UNSAID = 30


async def posts(request: Request, studio: Studio) -> Response:
    """Return what she has said, the newest first; `?show=journal` has the entries of her journal alone.

    Raises:
        NoSuchPage: there is not that much.
    """
    number, journal = number_of(request), request.query_params.get("show") == "journal"
    async with site_of(request).db.read() as tx:
        unsaid = await post_drafts.list_unsaid(tx, studio.artisan.id, _MOST_UNSAID) if number == 1 else []
        found = await own_posts.list_said(
            tx,
            studio.artisan.id,
            limit=POSTS_PER_PAGE + 1,
            offset=(number - 1) * POSTS_PER_PAGE,
            entries=journal,
        )
    leaf = leaf_of(number, found, POSTS_PER_PAGE)
    said = request.query_params.get("said", "")
    return show(request, studio, "studio/posts.html", unsaid=unsaid, leaf=leaf, journal=journal, said=said)


async def withdraw(request: Request, studio: Studio) -> Response:
    """Ask whether a post shall really go, and say what that can and cannot do; after a POST, withdraw it.

    Raises:
        NotFound: she has no such post.
    """
    site = site_of(request)
    try:
        async with site.db.read() as tx:
            found = await own_post(tx, request, studio)
            places = await deliveries.count_servers(tx, found.uri)
    except NotFound:
        if request.method == "POST" and await _is_withdrawn(site, studio, request.path_params["uid"]):
            # The second press of a double click: its answer is the one that she sees.
            return see(f"{PATH}?said=withdrawn")
        raise
    if request.method != "POST":
        return show(request, studio, "studio/post_withdraw.html", post=found, places=places)
    await _withdraw(site, found)
    return see(f"{PATH}?said=withdrawn")


async def _withdraw(site: Site, found: Post) -> None:
    """Withdraw a post, and remove its files."""
    async with site.db.read() as tx:
        shown, originals = await own_posts.list_files(tx, found.id)
    async with site.db.write() as tx:
        await speaking.withdraw(tx, site.uris, await own_posts.get(tx, found.uid or ""), site.clock())
    if shown or originals:
        await site.files.collect({Shelf.PICTURES: shown, Shelf.ORIGINALS: originals})


async def _is_withdrawn(site: Site, studio: Studio, uid: str) -> bool:
    """Whether she had such a post."""
    async with site.db.read() as tx:
        found = await own_posts.get(tx, uid)
    return found.artisan_id == studio.artisan.id and found.withdrawn_at is not None
