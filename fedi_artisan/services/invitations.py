"""Links that let an artisan in once, to choose how she comes in from then on."""

from datetime import datetime

from fedi_artisan.domain.credentials import Invitation, Purpose
from fedi_artisan.domain.tokens import hash_of, new_token
from fedi_artisan.storage import credentials, invitations
from fedi_artisan.storage.db import Tx


async def invite(
    tx: Tx, artisan_id: int, purpose: Purpose, now: datetime, *, forgets_codes: bool = False
) -> tuple[str, datetime]:
    """Return the token of a new link, and until when it can be used."""
    token, expires_at = new_token(), now + purpose.lasts
    invitation = Invitation(artisan_id=artisan_id, purpose=purpose, forgets_codes=forgets_codes, expires_at=expires_at)
    await invitations.insert(tx, hash_of(token), invitation, now)
    return token, expires_at


async def invite_all_without(tx: Tx, now: datetime) -> dict[int, str]:
    """Return the token of a new link for every artisan who cannot come in yet, by the artisan's row."""
    uninvited = await credentials.without_any(tx)
    return {artisan_id: (await invite(tx, artisan_id, Purpose.SETUP, now))[0] for artisan_id in uninvited}


async def find(tx: Tx, token: str, now: datetime) -> Invitation | None:
    """Return what the link with this *token* is for; None where it was used, has ended, or never was."""
    return await invitations.find(tx, hash_of(token), now)
