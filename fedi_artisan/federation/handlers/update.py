"""Update: somebody has changed herself or her words (ActivityPub 7.3)."""

from fedi_artisan.errors import Forbidden
from fedi_artisan.federation.event import Event
from fedi_artisan.services import arrivals
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab.actors import parse_actor
from fedi_artisan.vocab.notes import parse_note


async def handle(tx: Tx, event: Event) -> str:
    """Store the sender, or her words, as they are now."""
    document = event.activity.object.document
    if document is None:
        raise Forbidden("the object was not sent along")
    if event.object_uri() == event.sender.actor.uri:
        await event.actors.put(tx, parse_actor(document))
        return "actor updated"
    note = parse_note(document, event.activity)
    return await arrivals.take_newer(tx, event.uris, note, event.sender, event.now, rules=event.guard.rules)
