"""What a handler is given, and what it gives back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.actors import Artisan, RemoteActor
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import Forbidden, NotFound
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.guard import Guard
from fedi_artisan.federation.resolving import Told
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import artisans
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab.activity import Activity
from fedi_artisan.vocab.types import ActivityType


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One verified activity about to take effect.

    Args:
        activity: as it was sent; where it had to be fetched, as its own server serves it.
        sender: who signed it, and who it is by.
        target: the actor elsewhere that a Move leads to, as her own server describes her.
        guard: the rules about others, as they stand in this transaction.
        shared: the post that an Announce shows, as its own server serves it; None where it is known here already.
    """

    activity: Activity
    sender: Known
    actors: Actors
    uris: Uris
    now: datetime
    guard: Guard
    target: RemoteActor | None = None
    shared: Told | None = None

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

    def target_uri(self) -> str:
        """Return the id of the activity's target.

        Raises:
            Forbidden: it has none.
        """
        if self.activity.target is None or self.activity.target.uri is None:
            raise Forbidden(f"a {self.activity.type_name} without a target")
        return self.activity.target.uri

    def answered_follow(self) -> tuple[str | None, str | None]:
        """Return which Follow an Accept or Reject answers: its id, or where that is not ours, the artisan's uid.

        Raises:
            Forbidden: it answers something else, or a Follow of somebody else than the sender.
        """
        uri, inner = self.activity.object.uri, self.activity.inner
        if inner is None:
            return uri, None
        if inner.type_name not in {"", ActivityType.FOLLOW}:
            raise Forbidden(f"an answer to a {inner.type_name}, not to a Follow")
        if inner.object.uri not in {None, self.sender.actor.uri}:
            raise Forbidden(f"{self.sender.actor.uri} cannot answer a Follow of {inner.object.uri}")
        if inner.actor_uri is None or (uri is not None and self.uris.is_ours(uri)):
            return uri, None
        return uri, self.uris.uid_of(inner.actor_uri, "actors")


Handler = Callable[[Tx, Event], Awaitable[str]]
"""Applies one event within a transaction and returns, in a few words, what came of it."""
