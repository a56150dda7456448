"""Like and EmojiReact: somebody is fond of a work, or of what an artisan said (ActivityPub 7.10)."""

from fedi_artisan.federation.event import Event
from fedi_artisan.services import conversation
from fedi_artisan.storage.db import Tx


async def handle(tx: Tx, event: Event) -> str:
    """Count the sender's Like of something of ours once."""
    if not await conversation.may_react(tx, event.uris, event.activity.object.uri, event.sender, event.guard.rules):
        return "not taken from this actor"
    liked = await conversation.react(
        tx,
        event.uris,
        event.activity.object.uri,
        actor_id=event.sender.id,
        kind="Like",
        activity_uri=event.activity.uri,
        content=event.activity.content,
        now=event.now,
    )
    return "liked" if liked else "no such work"
