"""Actors elsewhere who leave or move."""

from datetime import datetime

from fedi_artisan.domain.moving import AGAIN_AFTER
from fedi_artisan.errors import Forbidden
from fedi_artisan.storage import actors, deliveries, followers, happenings, inbox, moving
from fedi_artisan.storage.db import Tx


async def forget(tx: Tx, uri: str) -> bool:
    """Forget an actor who is gone, with all she did here; return whether she was known."""
    return await actors.delete(tx, uri)


async def take_back(tx: Tx, actor_uri: str, uri: str, now: datetime) -> None:
    """Note that an actor took back what has this id, whether it came already or is still to come."""
    await inbox.take_back(tx, actor_uri, uri, now)


async def took_back(tx: Tx, actor_uri: str, uri: str, *, said_at: datetime | None = None) -> bool:
    """Whether an actor took back what has this id; not where it was said, or said anew, after that."""
    taken_back_at = await inbox.find_done(tx, actor_uri, uri)
    return taken_back_at is not None and (said_at is None or said_at <= taken_back_at)


async def is_tied(tx: Tx, uri: str) -> bool:
    """Whether an actor follows somebody here, is followed, or is an account of an artisan's own."""
    return await actors.is_tied(tx, uri) or await moving.is_own(tx, uri)


async def check_move(tx: Tx, old_uri: str, new_uri: str, now: datetime) -> None:
    """Refuse to run after somebody who went somewhere else a few days ago.

    Raises:
        Forbidden: she did.
    """
    last = await actors.find_move(tx, old_uri)
    if last is not None and last[0] != new_uri and now < last[1] + AGAIN_AFTER:
        raise Forbidden(f"{old_uri} has moved less than {AGAIN_AFTER.days} days ago")


async def move(tx: Tx, old_uri: str, new_uri: str, now: datetime) -> None:
    """Note where an actor has moved; if the new one follows already, the old one is not counted any more."""
    await happenings.put_move(tx, old_uri, new_uri, now)
    await actors.set_moved(tx, old_uri, new_uri, now)
    await followers.drop_moved(tx, old_uri, new_uri)


async def drop_shared_inbox(tx: Tx, inbox_url: str, now: datetime) -> None:
    """Forget a shared inbox that is gone; what waits for it goes to the personal inboxes behind it."""
    await deliveries.redirect(tx, inbox_url, now)
    await actors.drop_shared_inbox(tx, inbox_url)


async def drop_follower(tx: Tx, uri: str) -> None:
    """Stop sending to an actor who is gone."""
    await followers.delete_everywhere(tx, uri)
