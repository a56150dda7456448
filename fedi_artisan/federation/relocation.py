"""Which account elsewhere an artisan means when she moves, as its own server describes it at this moment."""

from fedi_artisan.domain.actors import RemoteActor, split_handle
from fedi_artisan.domain.uris import origin_of
from fedi_artisan.errors import BadInput
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.webfinger import WebFinger

_LONGEST = 500


class Relocation:
    """Finds accounts by their handle, their page or their id; stores nothing."""

    def __init__(self, actors: Actors, webfinger: WebFinger) -> None:
        self._actors = actors
        self._webfinger = webfinger

    async def find(self, given: str) -> RemoteActor:
        """Return the account that was *given*: `@name@host`, an address, or an `acct:`.

        Raises:
            BadInput: it is none of these.
            ArtisanError: it cannot be found there, or its server does not answer.
        """
        given = given.strip()
        if not given or len(given) > _LONGEST:
            raise BadInput("Write the address of the account, such as @name@place.example.")
        if "/" in given and "://" not in given and not given.startswith("acct:"):
            given = f"https://{given}"
        if origin_of(given) is not None:
            return await self._actors.find(given)
        try:
            split_handle(given)
        except BadInput:
            raise BadInput("Write the address of the account, such as @name@place.example.") from None
        return await self._webfinger.resolve(given)
