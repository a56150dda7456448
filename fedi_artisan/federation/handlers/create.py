"""Create: somebody answers a work, or writes to an artisan (ActivityPub 7.2)."""

from fedi_artisan.errors import Forbidden
from fedi_artisan.federation.event import Event
from fedi_artisan.services import conversation, mentions, neighbours
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab.notes import parse_note


async def handle(tx: Tx, event: Event) -> str:
    """Keep a reply to a work of ours, or else words for an artisan here."""
    document = event.activity.object.document
    if document is None:
        raise Forbidden("the object was not sent along")
    note = parse_note(document)
    if note.attributed_to != event.sender.actor.uri:
        raise Forbidden(f"{event.sender.actor.uri} cannot speak for {note.attributed_to}")
    if note.is_poll_vote:
        return "a vote, not a reply"
    work_id = await conversation.find_subject(tx, event.uris, note.in_reply_to)
    mentioned = [] if work_id is not None else await mentions.find_mentioned(tx, event.uris, note)
    if work_id is None and not mentioned:
        return "not about a work of ours"
    if await neighbours.took_back(tx, event.sender.actor.uri, note.uri):
        return "deleted before it came"
    if work_id is None:
        await mentions.keep(tx, note, mentioned, event.sender.id, event.now)
        return "mentioned"
    await conversation.reply(tx, note, work_id=work_id, actor_id=event.sender.id, now=event.now)
    return "replied"
