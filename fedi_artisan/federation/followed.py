"""Whom artisans here follow, in memory: at the door it is asked of everything that comes from somebody."""

from fedi_artisan.storage import following
from fedi_artisan.storage.db import Database

MOST_REMEMBERED = 5_000


class Followed:
    """Knows whose posts are wanted.

    A class because it remembers: it reads anew after `forget`, which whoever may have changed something calls. Where
    more people are followed than it remembers, it looks each of them up.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._uris: frozenset[str] | None = None
        self._version = 0
        self._read_version = -1

    def forget(self) -> None:
        """Read anew before the next answer."""
        self._version += 1

    async def has(self, uri: str) -> bool:
        """Whether an artisan here follows the actor with this id, or has asked to.

        She may have agreed a moment ago: whether so is looked at when what she sends takes effect, in its turn.
        """
        if self._read_version != self._version:
            # Taken before the reading: what changes meanwhile is read the next time.
            version = self._version
            async with self._db.read() as tx:
                uris = await following.list_followed(tx, MOST_REMEMBERED + 1)
            self._uris = None if len(uris) > MOST_REMEMBERED else frozenset(uris)
            self._read_version = version
        if self._uris is not None:
            return uri in self._uris
        async with self._db.read() as tx:
            return any(one.state != "rejected" for one in await following.list_of_actor(tx, uri))
