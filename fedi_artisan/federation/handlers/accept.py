"""Accept: somebody agrees to be followed (ActivityPub 7.6)."""

from fedi_artisan.federation.event import Event
from fedi_artisan.services import following
from fedi_artisan.storage.db import Tx


async def handle(tx: Tx, event: Event) -> str:
    """Note that our Follow was accepted, if it was the sender's to accept."""
    artisan_uri = None if event.activity.inner is None else event.activity.inner.actor_uri
    answered = await following.answer(
        tx,
        event.sender.actor.uri,
        follow_uri=event.activity.object.uri,
        artisan_uid=None if artisan_uri is None else event.uris.uid_of(artisan_uri, "actors"),
        accepted=True,
    )
    return "accepted" if answered else "no such request to this actor"
