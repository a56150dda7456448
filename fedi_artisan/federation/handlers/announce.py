"""Announce: somebody shows something to her own followers (ActivityPub 7.11)."""

from fedi_artisan.federation.event import Event
from fedi_artisan.federation.resolving import shared_uri
from fedi_artisan.services import arrivals, conversation, timeline
from fedi_artisan.storage.db import Tx


async def handle(tx: Tx, event: Event) -> str:
    """Count the sender's Announce of something of ours once; keep what else is shown by somebody who is followed."""
    uri = shared_uri(event.activity)
    if not await conversation.may_react(tx, event.uris, uri, event.sender, event.guard.rules):
        return "not taken from this actor"
    announced = await conversation.react(
        tx,
        event.uris,
        uri,
        actor_id=event.sender.id,
        kind="Announce",
        activity_uri=event.activity.uri,
        now=event.now,
    )
    if announced:
        return "announced"
    if uri is None or event.uris.is_ours(uri):
        return "no such work"
    if not await timeline.is_followed(tx, event.sender.id):
        return "of nobody who is followed"
    return await _share(tx, event, uri)


async def _share(tx: Tx, event: Event, uri: str) -> str:
    """Keep that the sender shows a post, which is kept as well."""
    if event.shared is not None:
        note = event.shared.note
        author = await event.actors.meet(tx, note.attributed_to, event.shared.author)
        if author is not None:
            await arrivals.keep_found(tx, event.uris, note, author, event.now, rules=event.guard.rules)
        uri = note.uri
    shared_at = min(event.activity.published_at or event.now, event.now)
    shared = await timeline.share(tx, event.sender, uri, activity_uri=event.activity.uri, shared_at=shared_at)
    return "shared" if shared else "nothing that can be shared"
