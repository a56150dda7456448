"""Reject: somebody does not agree, or no longer, to be followed (ActivityPub 7.7)."""

from fedi_artisan.federation.event import Event
from fedi_artisan.services import following
from fedi_artisan.storage.db import Tx


async def handle(tx: Tx, event: Event) -> str:
    """Note that our Follow was rejected, if it was the sender's to reject."""
    follow_uri, artisan_uid = event.answered_follow()
    answered = await following.answer(
        tx, event.sender.actor.uri, follow_uri=follow_uri, artisan_uid=artisan_uid, accepted=False
    )
    return "rejected" if answered else "no such request to this actor"
