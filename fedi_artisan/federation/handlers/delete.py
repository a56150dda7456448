"""Delete: somebody, or something she said, is gone (ActivityPub 7.4)."""

from fedi_artisan.federation.event import Event
from fedi_artisan.services import conversation, neighbours, posts, quotes, quoting, speaking, timeline
from fedi_artisan.storage.db import Tx


async def handle(tx: Tx, event: Event) -> str:
    """Forget the sender with all she did here, or what she takes back."""
    uri = event.object_uri()
    if uri == event.sender.actor.uri:
        await neighbours.forget(tx, uri)
        event.actors.forget(uri)
        return "actor forgotten"
    answer = await _forget(tx, event, uri)
    # It may have overtaken what it deletes, or how that was changed before.
    await neighbours.take_back(tx, event.sender.actor.uri, uri, event.now)
    return answer


async def _forget(tx: Tx, event: Event, uri: str) -> str:
    """Forget whatever of the sender has this id, and what stands here by her leave."""
    await quotes.forget(tx, uri, event.sender.id)
    ended = await quoting.end(tx, uri, event.sender.id)
    for post in ended:
        await speaking.tell_changed(tx, event.uris, post, event.now)
    if await posts.forget(tx, uri, event.sender.id):
        return "post forgotten"
    if ended:
        return "may not be quoted any more"
    if await conversation.take_back(tx, event.uris, event.sender.id, activity_uri=uri):
        return "taken back"
    if await timeline.take_back(tx, event.sender.id, activity_uri=uri):
        return "taken back"
    return "nothing of hers here by that id"
