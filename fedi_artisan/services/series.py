"""Series: beginning one, saying what it is about, choosing its works, removing it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.texts import check_languages
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Series, SeriesWording
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services import stock
from fedi_artisan.storage import series, works
from fedi_artisan.storage.db import Tx

MOST_SERIES = 200


async def create(
    tx: Tx,
    artisan: Artisan,
    wording: SeriesWording,
    *,
    language: str,
    others: Mapping[str, SeriesWording],
    uid: str,
) -> Series:
    """Begin a series with this fresh *uid*, without works yet, and return it.

    The form carries the uid: sent twice, it begins one series.

    Raises:
        BadInput: another one has this name, the languages cannot stand beside each other, or there are enough.
    """
    check_languages(language, others)
    begun = await series.find(tx, uid=uid)
    if begun is not None and begun[1] == artisan.id:
        return begun[0]
    if len(await series.list_all(tx, artisan.id)) >= MOST_SERIES:
        raise BadInput("up to {most} series are possible; remove one before", most=MOST_SERIES)
    if await series.find_named(tx, artisan.id, wording.name) is not None:
        raise BadInput("there is another series named {name}", name=wording.name)
    if begun is not None:
        raise BadInput("open the page again, and send it once more")
    return await series.insert(
        tx, artisan.id, uid=uid, name=wording.name, text=wording.text, language=language, others=others
    )


async def remove(tx: Tx, one: Series) -> None:
    """Remove a series that is empty.

    Raises:
        BadInput: there are works in it.
    """
    if not await series.remove_empty(tx, one.uid):
        raise BadInput("there are works in this series; take them out before")


async def choose_works(
    tx: Tx, uris: Uris, artisan: Artisan, one: Series, chosen: Collection[str], *, seen: Collection[str], now: datetime
) -> int:
    """Have the works *chosen*, by uid, stand in a series, and no others that were *seen*; return how many moved.

    A work stands in one series: one that is chosen leaves the series in which it was.

    Raises:
        NotFound: one of the chosen is none of hers.
    """
    hers = {work.uid: work for work in await works.list_shown(tx, artisan.id, limit=-1, reader=works.Reader.ARTISAN)}
    if not set(chosen) <= hers.keys():
        raise NotFound("there is no such work here")
    inside = {uid for uid, work in hers.items() if work.series is not None and work.series.uid == one.uid}
    come = [hers[uid] for uid in hers if uid in chosen and uid not in inside]
    go = [hers[uid] for uid in hers if uid in inside and uid in seen and uid not in chosen]
    moved = await stock.set_series(tx, uris, come, one.name, now)
    return moved + await stock.set_series(tx, uris, go, None, now)
