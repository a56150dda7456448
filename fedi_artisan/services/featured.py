"""What an artisan shows first, here and on other servers."""

from collections.abc import Collection
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import MOST_FEATURED
from fedi_artisan.errors import BadInput
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import pins
from fedi_artisan.storage import featured
from fedi_artisan.storage.db import Tx


async def choose(tx: Tx, uris: Uris, artisan: Artisan, uids: Collection[str], now: datetime) -> None:
    """Show these of the artisan's works and entries first, and tell all followers if that is a change.

    These say nothing else than before, so besides each change it is the artisan who is told of anew: servers that know
    nothing of such changes then look at what she shows first.

    Raises:
        BadInput: there are more than other servers display.
    """
    if len(set(uids)) > MOST_FEATURED:
        raise BadInput(
            "{count} works are chosen, and no more than {most} are shown elsewhere: take some of them off",
            count=len(set(uids)),
            most=MOST_FEATURED,
        )
    before, pinned = await featured.list_uids(tx, artisan.id), await featured.list_pins(tx, artisan.id)
    await featured.put(tx, artisan.id, uids)
    await pins.tell_changes(tx, uris, artisan, pinned, now)
    if await featured.list_uids(tx, artisan.id) != before:
        await artisans_service.tell_anew(tx, uris, artisan.id, now)
