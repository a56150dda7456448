"""Create: somebody answers something of ours, writes to an artisan, or is followed by one (ActivityPub 7.2)."""

from fedi_artisan.errors import Forbidden
from fedi_artisan.federation.event import Event
from fedi_artisan.services import arrivals
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab.notes import parse_note


async def handle(tx: Tx, event: Event) -> str:
    """Keep words in a conversation of ours, for an artisan here, or by somebody whom she follows."""
    document = event.activity.object.document
    if document is None:
        raise Forbidden("the object was not sent along")
    note = parse_note(document, event.activity)
    return await arrivals.take_in(tx, event.uris, note, event.sender, event.now, rules=event.guard.rules)
