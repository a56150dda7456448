"""What follows when an artisan chooses how she comes in: who else is signed out, and what is good no more."""

from datetime import datetime

from fedi_artisan.domain.credentials import Invitation
from fedi_artisan.domain.passkeys import Proof
from fedi_artisan.domain.sessions import Session
from fedi_artisan.services import passkeys as passkeys_service
from fedi_artisan.storage import credentials, invitations, sessions
from fedi_artisan.storage.db import Tx


async def change_password(tx: Tx, session: Session, password_hash: str, now: datetime) -> int:
    """Change the password of whoever is signed in, and return how many other devices were signed out for it.

    Whoever knew the former one is a stranger from now on, whichever link or device he has.
    """
    await credentials.put_password(tx, session.artisan_id, password_hash, now)
    await credentials.delete_devices(tx, session.artisan_id)
    await invitations.delete_of(tx, session.artisan_id)
    return await sessions.delete_all(tx, session.artisan_id, but=session.id)


async def accept_with_password(tx: Tx, invitation: Invitation, password_hash: str, now: datetime) -> None:
    """Use a link up by choosing a password."""
    await credentials.put_password(tx, invitation.artisan_id, password_hash, now)
    await _use_up(tx, invitation)


async def accept_with_passkey(tx: Tx, invitation: Invitation, made: Proof, name: str, now: datetime) -> None:
    """Use a link up by making a passkey.

    Raises:
        BadInput: it cannot be added.
    """
    await passkeys_service.add(tx, invitation.artisan_id, made, name, now)
    await _use_up(tx, invitation)


async def _use_up(tx: Tx, invitation: Invitation) -> None:
    """Begin anew: no link of hers is good any more, nobody is signed in, and no device is known."""
    await invitations.delete_of(tx, invitation.artisan_id)
    await credentials.delete_devices(tx, invitation.artisan_id)
    await sessions.delete_all(tx, invitation.artisan_id)
    if invitation.forgets_codes:
        await credentials.delete_codes(tx, invitation.artisan_id)
