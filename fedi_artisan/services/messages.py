"""What an artisan has read of what is written to her alone."""

from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.messages import Talk, find_talk
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import NotFound
from fedi_artisan.storage import messages
from fedi_artisan.storage.db import Tx


async def find(tx: Tx, uris: Uris, artisan: Artisan, post_id: int) -> Talk:
    """Return all that was said between those among whom the message of this row is.

    Raises:
        NotFound: there is no such message to her or by her.
    """
    found = find_talk(await messages.list_direct(tx, artisan.id), post_id, uris.actor(artisan.uid))
    if found is None:
        raise NotFound("there is no such message any more")
    return found


async def mark_read(tx: Tx, artisan: Artisan, talk: Talk, until: datetime) -> None:
    """Record that the artisan has read what others wrote in a talk and came up to this moment, and nothing besides."""
    ids = [one.id for one in talk.messages if one.author is not None and one.received_at <= until]
    await messages.mark_read(tx, artisan.id, ids, until)
