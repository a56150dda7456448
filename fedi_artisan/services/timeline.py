"""What an artisan sees around her: what those say and share whom she follows."""

from collections.abc import Iterable
from datetime import datetime

from fedi_artisan.domain.posts import Post
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Work
from fedi_artisan.services import neighbours
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import following, posts, shares, works
from fedi_artisan.storage.db import Tx


async def is_followed(tx: Tx, actor_id: int) -> bool:
    """Whether somebody here follows the actor, and she agreed."""
    return await following.is_followed(tx, actor_id)


async def share(tx: Tx, sharer: Known, uri: str, *, activity_uri: str, shared_at: datetime) -> bool:
    """Keep that somebody shares the post *uri* with her followers; return False where it is none for everybody."""
    post = await posts.find(tx, uri)
    if post is None or not post.visibility.is_public or await neighbours.took_back(tx, sharer.actor.uri, activity_uri):
        return False
    await shares.put(tx, actor_id=sharer.id, post_id=post.id, activity_uri=activity_uri, shared_at=shared_at)
    return True


async def take_back(tx: Tx, actor_id: int, *, activity_uri: str | None, post_uri: str | None = None) -> bool:
    """Forget that an actor shares a post, found by the id of either; return whether she did."""
    return await shares.delete(tx, actor_id, activity_uri=activity_uri, post_uri=post_uri)


async def list_quoted_works(tx: Tx, uris: Uris, found: Iterable[Post]) -> dict[str, Work]:
    """Return those works of this house that posts quote, by their ids, as far as others elsewhere may read them."""
    quoted = {post.quote_uri: uris.uid_of(post.quote_uri, "works") for post in found if post.quote_uri}
    known = {uri: await works.find(tx, uid) for uri, uid in quoted.items() if uid is not None}
    return {
        uri: work
        for uri, work in known.items()
        if work is not None and work.withdrawn_at is None and work.draft.audience.documented
    }
