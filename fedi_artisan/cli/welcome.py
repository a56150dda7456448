"""What is printed for artisans who cannot come into their studio yet, or not any more: a link that lets in once."""

from collections.abc import Sequence

from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.credentials import Purpose
from fedi_artisan.services import invitations
from fedi_artisan.storage import artisans
from fedi_artisan.storage.db import Tx, open_database


def link(config: Config, token: str) -> str:
    """Return where the link with this *token* leads."""
    return f"{config.origin}/studio/welcome/{token}"


async def lines_for_newcomers(config: Config) -> Sequence[str]:
    """Return a line with a new link for each artisan who has neither a password nor a passkey yet."""
    async with open_database(config) as db, db.write() as tx:
        tokens = await invitations.invite_all_without(tx, utc_now())
        everybody = await artisans.list_all(tx)
    whose = {one.id: f" ({one.username})" if len(everybody) > 1 else "" for one in everybody}
    return [f"Set up your studio{whose[artisan_id]}: {link(config, token)}" for artisan_id, token in tokens.items()]


async def line_for(tx: Tx, config: Config, artisan: Artisan) -> str:
    """Return a line with a new link for an artisan who has just been added."""
    token, _ = await invitations.invite(tx, artisan.id, Purpose.SETUP, utc_now())
    return f"Her studio is set up by this link, within a day: {link(config, token)}"
