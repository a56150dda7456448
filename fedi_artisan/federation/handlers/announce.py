"""Announce: somebody shows a work to her own followers (ActivityPub 7.11)."""

from fedi_artisan.federation.event import Event
from fedi_artisan.services import conversation
from fedi_artisan.storage.db import Tx


async def handle(tx: Tx, event: Event) -> str:
    """Count the sender's Announce of a work of ours once."""
    work_id = await conversation.find_work(tx, event.uris, event.activity.object.uri)
    if work_id is None:
        return "no such work"
    await conversation.react(
        tx,
        work_id=work_id,
        actor_id=event.sender.id,
        kind="Announce",
        activity_uri=event.activity.uri,
        content=None,
        now=event.now,
    )
    return "announced"
