"""Accept: somebody agrees to be followed, or to be quoted (ActivityPub 7.6, FEP-044f)."""

from fedi_artisan.federation.event import Event
from fedi_artisan.services import following, quoting, speaking
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.quotations import Quotation
from fedi_artisan.vocab.quotes import read_stamp


async def handle(tx: Tx, event: Event) -> str:
    """Note that our Follow or QuoteRequest was accepted, if it was the sender's to accept."""
    asked = await quoting.find_asked(tx, event.activity.object.uri)
    if asked is not None:
        return await _quote(tx, event, asked)
    follow_uri, artisan_uid = event.answered_follow()
    answered = await following.answer(
        tx, event.sender.actor.uri, follow_uri=follow_uri, artisan_uid=artisan_uid, accepted=True
    )
    return "accepted" if answered else "no such request to this actor"


async def _quote(tx: Tx, event: Event, asked: Quotation) -> str:
    """Keep the permission to quote, which was read at its own id, and tell of it."""
    result = event.activity.result
    stamp = None if result is None or result.document is None else read_stamp(result.document)
    post = await quoting.grant(tx, asked, event.sender.id, stamp)
    if post is None:
        return "permitted before"
    await speaking.tell_changed(tx, event.uris, post, event.now)
    return "may be quoted"
