"""Who asks for a document that is not for everybody: the one door behind which such documents lie.

Whoever is not known by a signature that holds gets what everybody gets: nobody learns whether anything is there.
"""

from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.uris import Uris, host_of
from fedi_artisan.errors import ArtisanError
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.signatures import verify
from fedi_artisan.federation.signatures.request import SignedRequest
from fedi_artisan.federation.signatures.verify import Claim


class Reading:
    """Tells by its signature who asks. A class because it asks for keys in one place.

    Source: WIRE 2.5; 10.2 #53.
    """

    def __init__(self, actors: Actors, uris: Uris, clock: Clock) -> None:
        self._actors = actors
        self._uris = uris
        self._clock = clock

    def claimed_host(self, request: SignedRequest) -> str:
        """Return the host of the key by which a question claims to be signed; asks nobody. Empty where it is unsigned.

        Whoever has nothing for that host need not ask it for the key.
        """
        claim = self._claim(request)
        return "" if claim is None else host_of(claim.key_id)

    async def who(self, request: SignedRequest) -> str | None:
        """Return the id of the actor who signed a question; None where nobody did, or it cannot be known."""
        claim = self._claim(request)
        if claim is None:
            return None
        try:
            return await self._actors.verify(claim)
        except ArtisanError:
            return None

    def _claim(self, request: SignedRequest) -> Claim | None:
        try:
            return verify.read(request, now=self._clock(), plain_http=self._uris.origin.startswith("http://"))
        except ArtisanError:
            return None
