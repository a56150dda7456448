"""What a device answered when it was asked for a passkey, checked against what it was asked."""

from starlette.requests import Request

from fedi_artisan.domain.passkeys import Passkey, Place, Presented, Proof, place_of, read
from fedi_artisan.errors import NotFound
from fedi_artisan.services import passkeys as passkeys_service
from fedi_artisan.storage import artisans, passkeys
from fedi_artisan.web.context import site_of


def place_here(request: Request) -> Place:
    """Return for which place passkeys are made here.

    Raises:
        NotFound: there can be none.
    """
    place = place_of(site_of(request).config.origin)
    if place is None:
        raise NotFound("there can be no passkeys at an address without a name")
    return place


def answer_to(request: Request, answer: str, purpose: str, holder: str) -> Presented | None:
    """Return a device's *answer*, if it is one to a challenge of ours for this purpose and holder; else None."""
    found = read(answer)
    if found is None or site_of(request).seals.open(purpose, holder, found.challenge) is None:
        return None
    return found


async def presented(
    request: Request, answer: str, purpose: str, holder: str, *, artisan_id: int | None = None
) -> tuple[Passkey, Proof] | None:
    """Return the passkey that was shown, with what is to be kept of it; None where nothing is proved.

    The challenge counts no more after that.

    Args:
        request: what was asked.
        answer: of the device, as JSON.
        purpose: of the challenge.
        holder: of the challenge.
        artisan_id: whose passkey it has to be; None for anybody's.
    """
    site = site_of(request)
    place, found = place_of(site.config.origin), answer_to(request, answer, purpose, holder)
    if place is None or found is None:
        return None
    async with site.db.read() as tx:
        passkey = await passkeys.find(tx, found.credential_id)
        artisan = None if passkey is None else await artisans.get(tx, passkey.artisan_id)
    if passkey is None or artisan is None or artisan_id not in {None, artisan.id}:
        return None
    proof = await passkeys_service.check_shown(place, passkey, artisan.uid, found)
    if proof is None or not site.seals.spend(found.challenge):
        return None
    return passkey, proof
