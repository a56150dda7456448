"""Which account she means, asked for at its own server; in plain words where that fails."""

from starlette.requests import Request

from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.domain.uris import Uris, host_of, origin_of
from fedi_artisan.errors import AddressRefused, ArtisanError, BadInput, RemoteGone, RemoteUnavailable
from fedi_artisan.web.context import site_of


async def account(request: Request, given: str) -> RemoteActor:
    """Return the account whose address was *given*, as its server describes it at this moment.

    Raises:
        BadInput: with what to do, in her words.
    """
    site = site_of(request)
    if _is_ours(site.uris, given):
        raise BadInput("This is an address of your own site. Give the one of the other account.")
    try:
        return await site.relocation.find(given)
    except BadInput:
        raise
    except (RemoteGone, AddressRefused):
        raise BadInput("Nobody is there by this address. Compare it with what stands on the profile.") from None
    except RemoteUnavailable:
        raise BadInput("The place where it is does not answer at the moment. Try again in a few minutes.") from None
    except ArtisanError:
        raise BadInput(
            "What is there is no account, or cannot be read from here. Compare the address with what stands on the "
            "profile."
        ) from None


def _is_ours(uris: Uris, given: str) -> bool:
    """Whether an address as somebody writes it is of this very server, which does not ask itself."""
    given = given.strip()
    host = host_of(given) if origin_of(given) is not None else given.rpartition("@")[2].partition("/")[0]
    return host.lower() == uris.host
