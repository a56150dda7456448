"""Artisans of this server: coming in, changing what they say of themselves, changing their keys."""

import dataclasses
from datetime import datetime

from fedi_artisan.domain.actors import Artisan, check_username
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.terms import Terms
from fedi_artisan.domain.uris import Uris, new_uid
from fedi_artisan.errors import BadInput
from fedi_artisan.services.outbox import say
from fedi_artisan.services.recipes import want_stale
from fedi_artisan.storage import artisans, followers
from fedi_artisan.storage.artisans import StoredKey
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import render

LONGEST_NAME = 100
LONGEST_SUMMARY = 5_000


async def create(tx: Tx, *, username: str, name: str, language: str, key: tuple[str, str], now: datetime) -> Artisan:
    """Make a new artisan with her *key* (private and public PEM) and return her.

    Raises:
        BadInput: the user name cannot be used or is taken, or the name is empty or too long.
    """
    check_username(username)
    _check_name(name)
    artisan_id = await artisans.insert(
        tx, uid=new_uid(now), username=username, name=name.strip(), language=language, now=now
    )
    await artisans.put_key(tx, StoredKey(artisan_id, *key), now)
    return await artisans.get(tx, artisan_id)


def _check_name(name: str) -> None:
    """Refuse a name that no page could show."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput(f"the name must be one line of 1 to {LONGEST_NAME} characters")


async def describe(
    tx: Tx,
    uris: Uris,
    artisan: Artisan,
    *,
    name: str | None,
    summary: str | None,
    icon: Photo | None,
    image: Photo | None,
    now: datetime,
) -> Artisan:
    """Change what is given of the artisan's profile, tell all followers, and return her as she is now.

    Raises:
        BadInput: a text is empty or too long.
    """
    if name is not None:
        _check_name(name)
    if summary is not None and len(summary) > LONGEST_SUMMARY:
        raise BadInput(f"the text about you has {len(summary)} characters; up to {LONGEST_SUMMARY} are possible")
    changed = dataclasses.replace(
        artisan,
        name=artisan.name if name is None else name.strip(),
        summary=artisan.summary if summary is None else summary.strip(),
        icon=icon or artisan.icon,
        image=image or artisan.image,
        updated_at=now,
    )
    await artisans.update(tx, changed)
    await _announce_change(tx, uris, changed, now)
    return changed


async def set_terms(tx: Tx, artisan: Artisan, terms: Terms, now: datetime) -> int:
    """Change on which terms the artisan's photographs are shown; return how many wait to be made anew for it."""
    await artisans.update(tx, dataclasses.replace(artisan, terms=terms))
    return await want_stale(tx, now, artisan_id=artisan.id)


async def rotate_key(tx: Tx, uris: Uris, artisan: Artisan, key: tuple[str, str], now: datetime) -> None:
    """Replace the artisan's key pair (private and public PEM) and tell all followers.

    The id of the key stays: servers that meet a signature they cannot verify read the actor again (WIRE 2.4).
    """
    await artisans.put_key(tx, StoredKey(artisan.id, *key), now)
    changed = dataclasses.replace(artisan, updated_at=now)
    await artisans.update(tx, changed)
    await _announce_change(tx, uris, changed, now)


async def tell_anew(tx: Tx, uris: Uris, artisan_id: int, now: datetime) -> None:
    """Tell all followers of an artisan whose portrait or header was made anew: it has another address now."""
    await _announce_change(tx, uris, await artisans.get(tx, artisan_id), now)


async def _announce_change(tx: Tx, uris: Uris, artisan: Artisan, now: datetime) -> None:
    """Tell all followers how the artisan's actor document reads now."""
    key = await artisans.get_key(tx, artisan.id)
    activity_uri = uris.activity(new_uid(now))
    document = render.update_actor(artisan, uris, public_pem=key.public_pem, activity_uri=activity_uri)
    inboxes = await followers.list_inboxes(tx, artisan.id)
    await say(tx, artisan, document, subject_uri=uris.actor(artisan.uid), inbox_urls=inboxes, now=now)
