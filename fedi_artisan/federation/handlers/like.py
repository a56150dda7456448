"""Like and EmojiReact: somebody is fond of a work (ActivityPub 7.10)."""

from fedi_artisan.federation.event import Event
from fedi_artisan.services import conversation
from fedi_artisan.storage.db import Tx


async def handle(tx: Tx, event: Event) -> str:
    """Count the sender's Like of a work of ours once."""
    work_id = await conversation.find_work(tx, event.uris, event.activity.object.uri)
    if work_id is None:
        return "no such work"
    await conversation.react(
        tx,
        work_id=work_id,
        actor_id=event.sender.id,
        kind="Like",
        activity_uri=event.activity.uri,
        content=event.activity.content,
        now=event.now,
    )
    return "liked"
