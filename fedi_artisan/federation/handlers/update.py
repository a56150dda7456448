"""Update: somebody has changed herself or her words (ActivityPub 7.3)."""

from collections.abc import Mapping

from fedi_artisan.errors import Forbidden
from fedi_artisan.federation.event import Event
from fedi_artisan.services import conversation, mentions
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab.actors import parse_actor
from fedi_artisan.vocab.notes import parse_note


async def handle(tx: Tx, event: Event) -> str:
    """Store the sender, or her words, as they are now."""
    document = event.activity.object.document
    if document is None:
        raise Forbidden("the object was not sent along")
    if event.object_uri() == event.sender.actor.uri:
        return await _update_actor(tx, event, document)
    note = parse_note(document)
    if note.attributed_to != event.sender.actor.uri:
        raise Forbidden(f"{event.sender.actor.uri} cannot speak for {note.attributed_to}")
    if await conversation.revise_reply(tx, note, event.sender.id, event.now):
        return "reply revised"
    changed = await mentions.revise(tx, note, event.sender.id, event.now)
    return "mention revised" if changed else "nothing newer of hers here"


async def _update_actor(tx: Tx, event: Event, document: Mapping[str, object]) -> str:
    """Store the sender as she is now."""
    await event.actors.put(tx, parse_actor(document))
    return "actor updated"
