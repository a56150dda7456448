"""What the artisan has not read, as the tests of the inbox see it."""

from collections.abc import Sequence

from fedi_artisan.domain.happenings import Happening, Kind
from fedi_artisan.storage import happenings
from tests.house import House

EACH = dict.fromkeys(Kind, 50)


async def unread(house: House) -> int:
    """Return how much the artisan has not read."""
    async with house.db.read() as tx:
        return await happenings.count_unread(tx, house.artisan.id)


async def happened(house: House, *kinds: Kind) -> Sequence[Happening]:
    """Return what happened of these kinds, or of all, as it is told."""
    async with house.db.read() as tx:
        groups = await happenings.list_groups(tx, house.artisan.id, kinds or tuple(Kind), limit=50, offset=0, most=EACH)
    return [one for group in groups for strand in group.strands for one in strand.newest]
