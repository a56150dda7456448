"""Whom of us the words of others are for."""

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import Uris
from fedi_artisan.storage import artisans
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab.notes import Note


async def find_mentioned(tx: Tx, uris: Uris, note: Note) -> list[Artisan]:
    """Return the artisans here whom a note names, or to whom it is addressed before all others.

    Whoever is only in copy is not meant, as where everybody in a thread is told of all that is said in it (WIRE 4.4).
    """
    uids = (uris.uid_of(uri, "actors") for uri in dict.fromkeys((*note.mentions, *note.to)))
    found = [await artisans.find_by_uid(tx, uid) for uid in uids if uid is not None]
    return [artisan for artisan in found if artisan is not None]
