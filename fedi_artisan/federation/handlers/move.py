"""Move: somebody has a new home (ActivityPub has none; as practised, FEP-7628)."""

from fedi_artisan.errors import Forbidden
from fedi_artisan.federation.event import Event
from fedi_artisan.services import following, neighbours
from fedi_artisan.storage.db import Tx


async def handle(tx: Tx, event: Event) -> str:
    """Note where the sender has moved, once the new actor confirms it, and go along where we follow her."""
    old_uri = event.sender.actor.uri
    if event.object_uri() != old_uri:
        raise Forbidden(f"{old_uri} cannot move {event.activity.object.uri}")
    if event.target is None or old_uri not in event.target.also_known_as:
        raise Forbidden(f"the new actor does not say that she was {old_uri}")
    target = await event.actors.put(tx, event.target)
    await neighbours.move(tx, old_uri, target.actor.uri, event.now)
    event.actors.forget(old_uri)
    await following.go_along(tx, event.uris, old_uri, target, event.now)
    return f"moved to {target.actor.uri}"
