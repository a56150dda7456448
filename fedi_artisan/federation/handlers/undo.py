"""Undo: somebody takes back what she did (ActivityPub 7.12)."""

from collections.abc import Awaitable, Callable

from fedi_artisan.errors import Forbidden
from fedi_artisan.federation.event import Event
from fedi_artisan.services import conversation, followers, following, neighbours, timeline
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab.activity import InnerActivity
from fedi_artisan.vocab.types import ActivityType


async def handle(tx: Tx, event: Event) -> str:
    """Take back a Follow, Like, Announce, Block or Accept of the sender, named by its id or sent along."""
    inner = event.activity.inner
    if inner is not None and inner.actor_uri not in {None, event.sender.actor.uri}:
        raise Forbidden(f"{event.sender.actor.uri} cannot take back what {inner.actor_uri} did")
    # Whatever says what it was about is found by that: not every server keeps the ids of what it once did.
    if inner is not None and inner.type in _BY_CONTENT and inner.object.uri is not None:
        answer = await _BY_CONTENT[inner.type](tx, event, inner)
    else:
        answer = await _by_id(tx, event)
    uri = event.activity.object.uri
    if uri is not None:
        # It may have overtaken what it takes back.
        await neighbours.take_back(tx, event.sender.actor.uri, uri, event.now)
    return answer


async def _by_id(tx: Tx, event: Event) -> str:
    """Take back whatever of the sender has this id."""
    uri = event.object_uri()
    if await followers.leave_by_follow(tx, uri, event.sender.id):
        return "unfollowed"
    if await conversation.take_back(tx, event.uris, event.sender.id, activity_uri=uri):
        return "taken back"
    if await timeline.take_back(tx, event.sender.id, activity_uri=uri):
        return "taken back"
    await followers.unblock(tx, event.sender.id, artisan=None, block_uri=uri)
    return "done, if there was anything"


async def _follow(tx: Tx, event: Event, inner: InnerActivity) -> str:
    artisan = await event.artisan(tx, inner.object.uri)
    await followers.leave(tx, artisan, event.sender.id)
    return "unfollowed"


async def _block(tx: Tx, event: Event, inner: InnerActivity) -> str:
    artisan = await event.artisan(tx, inner.object.uri)
    await followers.unblock(tx, event.sender.id, artisan=artisan, block_uri=inner.uri)
    return "unblocked"


async def _accept(tx: Tx, event: Event, inner: InnerActivity) -> str:
    taken = await following.answer(
        tx, event.sender.actor.uri, follow_uri=inner.object.uri, artisan_uid=None, accepted=False
    )
    return "not followed any more" if taken else "no such request to this actor"


async def _reaction(tx: Tx, event: Event, inner: InnerActivity) -> str:
    kind = "Announce" if inner.type is ActivityType.ANNOUNCE else "Like"
    taken = await conversation.take_back(
        tx, event.uris, event.sender.id, activity_uri=inner.uri, uri=inner.object.uri, kind=kind
    )
    if not taken and kind == "Announce":
        taken = await timeline.take_back(tx, event.sender.id, activity_uri=inner.uri, post_uri=inner.object.uri)
    return "taken back" if taken else "there was none"


_BY_CONTENT: dict[ActivityType | None, Callable[[Tx, Event, InnerActivity], Awaitable[str]]] = {
    ActivityType.ACCEPT: _accept,
    ActivityType.FOLLOW: _follow,
    ActivityType.BLOCK: _block,
    ActivityType.LIKE: _reaction,
    ActivityType.EMOJI_REACT: _reaction,
    ActivityType.ANNOUNCE: _reaction,
}
