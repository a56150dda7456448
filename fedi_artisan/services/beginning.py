"""The list with which an artisan begins: what is done of it is seen by itself, or ticked by her."""

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.beginning import ALL, Beginning, Item
from fedi_artisan.domain.links import Verdict
from fedi_artisan.storage import link_checks, ticked, works
from fedi_artisan.storage.db import Tx


async def look(tx: Tx, artisan: Artisan) -> Beginning:
    """Return how far the artisan is."""
    by_hand = await ticked.list_of(tx, artisan.id)
    done = {item for item in Item if item in by_hand}
    if await works.count_shown(tx, artisan.id, reader=works.Reader.ARTISAN):
        done.add(Item.WORK)
    if Verdict.BACK in (await link_checks.list_of(tx, artisan.id)).values():
        done.add(Item.FOUND)
    return Beginning(frozenset(done), is_dismissed=ALL in by_hand)


async def tick(tx: Tx, artisan: Artisan, item: Item) -> None:
    """Note that something is done."""
    await ticked.put(tx, artisan.id, item)


async def untick(tx: Tx, artisan: Artisan, item: Item) -> None:
    """Note that something is not done after all."""
    await ticked.remove(tx, artisan.id, item)


async def dismiss(tx: Tx, artisan: Artisan) -> None:
    """Show the list no more."""
    await ticked.put(tx, artisan.id, ALL)
