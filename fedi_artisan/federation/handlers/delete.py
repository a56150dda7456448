"""Delete: somebody, or something she said, is gone (ActivityPub 7.4)."""

from fedi_artisan.federation.event import Event
from fedi_artisan.services import conversation, mentions, neighbours
from fedi_artisan.storage.db import Tx


async def handle(tx: Tx, event: Event) -> str:
    """Forget the sender with all she did here, or what she takes back."""
    uri = event.object_uri()
    if uri == event.sender.actor.uri:
        await neighbours.forget(tx, uri)
        event.actors.forget(uri)
        return "actor forgotten"
    if await conversation.withdraw_reply(tx, uri, event.sender.id):
        return "reply forgotten"
    if await mentions.withdraw(tx, uri, event.sender.id):
        return "mention forgotten"
    if await conversation.take_back(tx, event.sender.id, activity_uri=uri):
        return "taken back"
    # It may have overtaken what it deletes.
    await neighbours.take_back(tx, event.sender.actor.uri, uri, event.now)
    return "nothing of hers here by that id"
