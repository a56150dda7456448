"""QuoteRequest: somebody wants to quote a work (FEP-044f)."""

from fedi_artisan.domain.safety import Verdict
from fedi_artisan.domain.uris import same_origin
from fedi_artisan.errors import Forbidden
from fedi_artisan.federation.event import Event
from fedi_artisan.services import neighbours, quotes, safety
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import fields
from fedi_artisan.vocab.render.quotes import Asked


async def handle(tx: Tx, event: Event) -> str:
    """Answer the sender whether she may quote; of what she cannot read, nobody tells her that it is there."""
    instrument = event.activity.instrument
    if instrument is None or instrument.uri is None:
        raise Forbidden("the request does not say in what it quotes")
    actor_uri, document = event.sender.actor.uri, instrument.document or {}
    author = fields.uri(document.get("attributedTo"))
    if not same_origin(instrument.uri, actor_uri) or author not in {None, actor_uri}:
        raise Forbidden(f"{instrument.uri} is not of {actor_uri}")
    target_uri = event.object_uri()
    target = await quotes.find_target(tx, event.uris, target_uri)
    if target is None:
        return "nothing that can be quoted"
    if (
        safety.judge_sender(event.guard.rules, event.sender.actor, frozenset({target.artisan.id})).verdict
        is Verdict.DROP
    ):
        return "not taken from this actor"
    if await neighbours.took_back(tx, actor_uri, instrument.uri):
        return "what quotes is gone"
    asked = Asked(uri=event.activity.uri, actor_uri=actor_uri, target_uri=target_uri, instrument_uri=instrument.uri)
    url = fields.url(document.get("url"))
    shown = url if url is not None and same_origin(url, actor_uri) else None
    permitted = await quotes.answer(tx, event.uris, target, event.sender, asked, url=shown, now=event.now)
    return "may quote" if permitted else "may not quote"
