"""Move: somebody has a new home (ActivityPub has none; as practised, FEP-7628).

That she goes there she has signed; that it is she who comes, the new actor says, as her own server describes her.
"""

from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.errors import Forbidden
from fedi_artisan.federation.event import Event
from fedi_artisan.services import following, moving, neighbours
from fedi_artisan.storage.db import Tx


async def handle(tx: Tx, event: Event) -> str:
    """Note where the sender has moved, once the new actor confirms it, and go along where we follow her."""
    old_uri = event.sender.actor.uri
    if event.object_uri() != old_uri:
        raise Forbidden(f"{old_uri} cannot move {event.activity.object.uri}")
    target_uri = event.target_uri()
    if event.uris.is_ours(target_uri):
        return await _comes_here(tx, event, target_uri)
    if event.target is None:
        raise Forbidden(f"{target_uri} was not asked for")
    _check_confirmed(old_uri, event.target)
    await neighbours.check_move(tx, old_uri, target_uri, event.now)
    target = await event.actors.put(tx, event.target)
    await neighbours.move(tx, old_uri, target_uri, event.now)
    event.actors.forget(old_uri)
    await following.go_along(tx, event.uris, old_uri, target, event.now)
    return f"moved to {target_uri}"


def _check_confirmed(old_uri: str, target: RemoteActor) -> None:
    """Refuse a Move to whoever does not say that she was the old actor, or does not live there either."""
    if target.uri == old_uri or old_uri not in target.also_known_as:
        raise Forbidden(f"the new actor does not say that she was {old_uri}")
    if target.moved_to_uri not in {None, target.uri}:
        raise Forbidden(f"the new actor has herself moved to {target.moved_to_uri}")


async def _comes_here(tx: Tx, event: Event, target_uri: str) -> str:
    """Note that an artisan's former account leads here now, if she has named it as hers."""
    artisan = await event.artisan(tx, target_uri)
    if not await moving.arrive(tx, event.uris, artisan, event.sender.actor.uri, event.now):
        raise Forbidden(f"{artisan.username} does not say that she was {event.sender.actor.uri}")
    return "leads here now"
