"""Telling other servers what an artisan shows first: each change as an Add or a Remove."""

from collections.abc import Collection
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import Uris, new_uid
from fedi_artisan.services.outbox import say
from fedi_artisan.storage import featured, followers
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.featured import Pin
from fedi_artisan.vocab import render


async def tell_changes(tx: Tx, uris: Uris, artisan: Artisan, before: Collection[Pin], now: datetime) -> bool:
    """Tell all followers what is shown first now that was not *before*, and the other way round; return whether any.

    It is about the work or the post: what is said of that before arrives before.
    """
    after = await featured.list_pins(tx, artisan.id)
    removed = [uri_of(pin, uris) for pin in before if pin not in after]
    # Mastodon shows what was added last first of all.
    added = [uri_of(pin, uris) for pin in reversed(after) if pin not in before]
    inboxes = await followers.list_inboxes(tx, artisan.id) if removed or added else []
    for uri in (*removed, *added):
        activity_uri = uris.activity(new_uid(now))
        document = (
            render.remove_pin(artisan, uris, activity_uri=activity_uri, object_uri=uri)
            if uri in removed
            else render.add_pin(artisan, uris, activity_uri=activity_uri, object_uri=uri)
        )
        await say(tx, artisan, document, subject_uri=uri, inbox_urls=inboxes, now=now, public=True)
    return bool(removed or added)


def uri_of(pin: Pin, uris: Uris) -> str:
    """Return the id of what is shown first."""
    return uris.work(pin.uid) if pin.is_work else uris.post(pin.uid)
