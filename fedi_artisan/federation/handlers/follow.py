"""Follow: somebody wants to see an artisan's works (ActivityPub 7.5)."""

from fedi_artisan.federation.event import Event
from fedi_artisan.services import followers
from fedi_artisan.storage.db import Tx


async def handle(tx: Tx, event: Event) -> str:
    """Take the sender as a follower and enqueue the Accept, or have her wait for the artisan's answer."""
    artisan = await event.artisan(tx, event.activity.object.uri)
    follow_uri = event.activity.uri
    follows = await followers.request(tx, event.uris, artisan, event.sender, follow_uri=follow_uri, now=event.now)
    return "follows" if follows else "waits for the artisan's answer"
