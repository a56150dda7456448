"""Accept: somebody agrees to be followed (ActivityPub 7.6)."""

from fedi_artisan.federation.event import Event
from fedi_artisan.services import following
from fedi_artisan.storage.db import Tx


async def handle(tx: Tx, event: Event) -> str:
    """Note that our Follow was accepted, if it was the sender's to accept."""
    follow_uri, artisan_uid = event.answered_follow()
    answered = await following.answer(
        tx, event.sender.actor.uri, follow_uri=follow_uri, artisan_uid=artisan_uid, accepted=True
    )
    return "accepted" if answered else "no such request to this actor"
