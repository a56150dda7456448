"""Flag: another server reports an artisan, or something of hers, to whoever keeps this one (WIRE 5.6)."""

from fedi_artisan.errors import NotFound
from fedi_artisan.federation.event import Event
from fedi_artisan.services import safety
from fedi_artisan.storage.db import Tx


async def handle(tx: Tx, event: Event) -> str:
    """Keep the report for the artisan whom it is about; nothing comes of it by itself."""
    about = [uri for uri in event.activity.object_uris if event.uris.is_ours(uri)]
    artisan = await safety.whom_about(tx, event.uris, about)
    if artisan is None:
        raise NotFound("nobody and nothing here has these ids")
    is_new = await safety.take_in(
        tx,
        artisan,
        activity_uri=event.activity.uri,
        sender_uri=event.sender.actor.uri,
        about=about,
        words=event.activity.content or "",
        now=event.now,
    )
    return "reported" if is_new else "reported once more"
