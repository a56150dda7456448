"""What a handler is given, and what it gives back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.actors import Artisan, RemoteActor
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import Forbidden, NotFound
from fedi_artisan.federation.actors import Actors
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import artisans
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab.activity import Activity


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One verified activity about to take effect.

    Args:
        activity: as it was sent; where it had to be fetched, as its own server serves it.
        sender: who signed it, and who it is by.
        target: the actor that a Move leads to, as her own server describes her.
    """

    activity: Activity
    sender: Known
    actors: Actors
    uris: Uris
    now: datetime
    target: RemoteActor | None = None

    async def artisan(self, tx: Tx, uri: str | None) -> Artisan:
        """Return the artisan here who has this id.

        Raises:
            NotFound: there is none.
        """
        uid = None if uri is None else self.uris.uid_of(uri, "actors")
        artisan = None if uid is None else await artisans.find_by_uid(tx, uid)
        if artisan is None:
            raise NotFound(f"nobody here is {uri}")
        return artisan

    def object_uri(self) -> str:
        """Return the id of the activity's object.

        Raises:
            Forbidden: it has none, so nothing can be said about whose it is.
        """
        if self.activity.object.uri is None:
            raise Forbidden("the object has no id")
        return self.activity.object.uri


Handler = Callable[[Tx, Event], Awaitable[str]]
"""Applies one event within a transaction and returns, in a few words, what came of it."""
