"""Words to an artisan that answer no work of hers: kept for her alone."""

from collections.abc import Iterable
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import Uris
from fedi_artisan.storage import artisans, mentions
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab.notes import Note


async def find_mentioned(tx: Tx, uris: Uris, note: Note) -> list[Artisan]:
    """Return the artisans here whom a note names, or to whom it is addressed before all others.

    Whoever is only in copy is not meant, as where everybody in a thread is told of all that is said in it (WIRE 4.4).
    """
    uids = (uris.uid_of(uri, "actors") for uri in dict.fromkeys((*note.mentions, *note.to)))
    found = [await artisans.find_by_uid(tx, uid) for uid in uids if uid is not None]
    return [artisan for artisan in found if artisan is not None]


async def keep(tx: Tx, note: Note, mentioned: Iterable[Artisan], actor_id: int, now: datetime) -> None:
    """Keep what somebody wrote for each artisan who is meant."""
    for artisan in mentioned:
        await mentions.insert(tx, note, artisan_id=artisan.id, actor_id=actor_id, now=now)


async def revise(tx: Tx, note: Note, actor_id: int, now: datetime) -> bool:
    """Take the newer words of a mention, if it is this actor's and they are newer; return whether so."""
    return await mentions.update(tx, note, actor_id, updated_at=min(note.updated_at or now, now), now=now)


async def withdraw(tx: Tx, uri: str, actor_id: int) -> bool:
    """Forget a mention, if it is this actor's; return whether there was one."""
    return await mentions.delete(tx, uri, actor_id)


async def is_known(tx: Tx, uri: str | None) -> bool:
    """Whether what has this id is kept."""
    return uri is not None and await mentions.is_known(tx, uri)
