"""What artisans say besides their works, as ActivityStreams documents under `/ap/posts/`."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.posts import Post, Visibility
from fedi_artisan.domain.uris import host_of
from fedi_artisan.errors import NotFound
from fedi_artisan.services import speaking
from fedi_artisan.storage import artisans, own_posts
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import render
from fedi_artisan.web.activitypub import MOST_REPLIES, is_first_page
from fedi_artisan.web.context import site_of
from fedi_artisan.web.documents import document
from fedi_artisan.web.readers import for_one_alone, is_follower, signed

_NOBODY = "there is no such post"


async def post(request: Request) -> Response:
    """Return a post as a Note, or 410 with its tombstone once it was withdrawn; also to a server that asked its page.

    Raises:
        NotFound: there was never such a post, or none for whoever asks; deliberately the same answer.
    """
    site = site_of(request)
    async with site.db.read() as tx:
        found = await own_posts.get(tx, request.path_params["uid"])
        artisan = await artisans.get(tx, found.artisan_id or 0)
        reception = await speaking.reception(tx, found)
    if not found.visibility.is_sent:
        raise NotFound(_NOBODY)
    if not found.visibility.is_public and not await _is_for_whom_asks(request, found, artisan):
        raise NotFound(_NOBODY)
    if found.withdrawn_at is not None:
        response = document(request, render.post_tombstone(found), status=410)
    else:
        content = render.post(found, artisan, site.uris, reception=reception)
        response = document(request, content, ai_refused=artisan.terms.ai_refused)
    return response if found.visibility.is_public else for_one_alone(response)


async def _is_for_whom_asks(request: Request, post: Post, artisan: Artisan) -> bool:
    """Whether an actor asks whom the post names, or who follows the artisan where it is for followers."""
    site, question = site_of(request), signed(request)
    named = [mention.uri for mention in post.mentions]
    # Nobody is asked for a key in vain.
    is_near = site.reading.claimed_host(question) in {host_of(uri) for uri in named}
    if is_near and await site.reading.who(question) in named:
        return True
    return post.visibility is Visibility.FOLLOWERS and await is_follower(request, artisan)


async def likes(request: Request) -> Response:
    """Return how many like a post."""
    async with site_of(request).db.read() as tx:
        found = await _shown(request, tx)
        total, _ = await own_posts.count_reactions(tx, found.id)
    return document(request, render.collection(f"{found.uri}/likes", total=total, ordered=False))


async def shares(request: Request) -> Response:
    """Return how many share a post."""
    async with site_of(request).db.read() as tx:
        found = await _shown(request, tx)
        _, total = await own_posts.count_reactions(tx, found.id)
    return document(request, render.collection(f"{found.uri}/shares", total=total, ordered=False))


async def replies(request: Request) -> Response:
    """Return how many answered a post, and the answers that are shown; `?page=1` gives these alone."""
    async with site_of(request).db.read() as tx:
        found = await _shown(request, tx)
        total = await own_posts.count_answers(tx, found.uri)
        approved = await own_posts.list_answers(tx, found.uri, MOST_REPLIES)
    uri = f"{found.uri}/replies"
    if is_first_page(request):
        page = render.collection_page(f"{uri}?page=1", part_of=uri, items=approved, ordered=False)
        return document(request, page)
    return document(request, render.collection(uri, total=total, first=f"{uri}?page=1", ordered=False))


async def _readable(request: Request, tx: Tx) -> Post:
    """Return the post of the path, also a withdrawn one, if whoever asks may read it.

    Raises:
        NotFound: there is none.
    """
    found = await own_posts.get(tx, request.path_params["uid"])
    if not (found.visibility.is_public and found.visibility.is_sent):
        raise NotFound(_NOBODY)
    return found


async def _shown(request: Request, tx: Tx) -> Post:
    """Return the post of the path, if it was not withdrawn.

    Raises:
        NotFound: there is none.
    """
    found = await _readable(request, tx)
    if found.withdrawn_at is not None:
        raise NotFound(_NOBODY)
    return found
