"""Block: somebody does not want to hear from an artisan (ActivityPub 6.9)."""

from fedi_artisan.federation.event import Event
from fedi_artisan.services import followers, following
from fedi_artisan.storage.db import Tx


async def handle(tx: Tx, event: Event) -> str:
    """Part from the sender: no follow either way."""
    artisan = await event.artisan(tx, event.activity.object.uri)
    await followers.block(tx, artisan, event.sender.id, event.activity.uri)
    await following.end(tx, artisan, event.sender.id)
    return "parted"
