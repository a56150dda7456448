"""Reject: somebody does not agree, or no longer, to be followed, or to be quoted (ActivityPub 7.7, FEP-044f)."""

from fedi_artisan.federation.event import Event
from fedi_artisan.services import following, quoting, speaking
from fedi_artisan.storage.db import Tx


async def handle(tx: Tx, event: Event) -> str:
    """Note that our Follow or QuoteRequest was rejected, if it was the sender's to reject."""
    asked = await quoting.find_asked(tx, event.activity.object.uri)
    if asked is not None:
        post = await quoting.refuse(tx, asked, event.sender.id)
        if post is not None:
            await speaking.tell_changed(tx, event.uris, post, event.now)
        return "may not be quoted"
    follow_uri, artisan_uid = event.answered_follow()
    answered = await following.answer(
        tx, event.sender.actor.uri, follow_uri=follow_uri, artisan_uid=artisan_uid, accepted=False
    )
    return "rejected" if answered else "no such request to this actor"
