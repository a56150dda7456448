"""Artisans of this server: coming in, changing what they say of themselves, changing their keys."""

import dataclasses
from datetime import datetime

from fedi_artisan.domain.actors import Artisan, ProfileLink, check_username
from fedi_artisan.domain.appearance import Appearance
from fedi_artisan.domain.photos import OwnPlace
from fedi_artisan.domain.terms import Terms
from fedi_artisan.domain.texts import check_language, check_languages, check_line, check_text
from fedi_artisan.domain.uris import Uris, new_uid, origin_of
from fedi_artisan.errors import BadInput, Words
from fedi_artisan.services.outbox import say
from fedi_artisan.services.recipes import want_stale
from fedi_artisan.storage import artisans, followers, photo_jobs, photos, wanted_photos
from fedi_artisan.storage.artisans import StoredKey
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import render

LONGEST_NAME = 100
LONGEST_SUMMARY = 5_000
LONGEST_LINE = 200
# The smallest number of fields that a server of others shows of a profile is six (WIRE 3.2); more are shown here.
MOST_LINKS = 8


async def create(tx: Tx, *, username: str, name: str, language: str, key: tuple[str, str], now: datetime) -> Artisan:
    """Make a new artisan with her *key* (private and public PEM) and return her.

    Raises:
        BadInput: the user name cannot be used or is taken, the name is empty or too long, or there is no such language.
    """
    check_username(username)
    check_language(language)
    check_name(name)
    artisan_id = await artisans.insert(
        tx, uid=new_uid(now), username=username, name=name.strip(), language=language, now=now
    )
    await artisans.put_key(tx, StoredKey(artisan_id, *key), now)
    return await artisans.get(tx, artisan_id)


def check_name(name: str) -> None:
    """Refuse a name that no page could show.

    Raises:
        BadInput: with what to change.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput("the name must be one line of 1 to {most} characters", most=LONGEST_NAME)


async def describe(tx: Tx, uris: Uris, changed: Artisan, now: datetime) -> Artisan:
    """Store what an artisan says of herself as *changed* has it, tell all followers, and return her as she is now.

    Raises:
        BadInput: a text is empty, too long or in no language, or a link leads nowhere.
    """
    check_name(changed.name)
    _check_said(changed)
    changed = dataclasses.replace(changed, name=changed.name.strip(), updated_at=now)
    await artisans.update(tx, changed)
    await _announce_change(tx, uris, changed, now)
    return changed


def _check_said(artisan: Artisan) -> None:
    """Refuse what no page could show of an artisan."""
    check_languages(artisan.language, artisan.summaries)
    for summary in (artisan.summary, *artisan.summaries.values()):
        check_text(Words("text about you"), summary, LONGEST_SUMMARY)
    lines = {
        Words("craft"): artisan.crafts,
        Words("place"): artisan.places,
        Words("note about commissions"): artisan.commissions_notes,
    }
    for name, texts in lines.items():
        for code, text in texts.items():
            check_language(code)
            check_line(name, text, LONGEST_LINE)
    if len(artisan.links) > MOST_LINKS:
        raise BadInput("up to {most} links are possible", most=MOST_LINKS)
    for link in artisan.links:
        check_link(link)


def check_link(link: ProfileLink) -> None:
    """Refuse a link that leads nowhere.

    Raises:
        BadInput: with what to change.
    """
    check_line(Words("name of the link"), link.label, LONGEST_NAME)
    origin = origin_of(link.url)
    if origin is None or origin.scheme != "https":
        raise BadInput("{url!r} is no address; write it as https://shop.example/", url=link.url)


async def want_picture(tx: Tx, artisan: Artisan, place: OwnPlace, uid: str, now: datetime) -> None:
    """Have the photograph *uid*, which the artisan gave, become her portrait or header as soon as it is made."""
    await wanted_photos.put(tx, artisan.id, place, uid)
    photo_id = await photos.find_id(tx, uid)
    # It may have been made already, for something else.
    await photo_jobs.want(tx, [] if photo_id is None else [photo_id], now)


async def hang_wanted(tx: Tx, uris: Uris, artisan_id: int, uid: str, now: datetime) -> None:
    """Make the photograph *uid*, which is made now, the portrait or header if it is to be one; tell all followers."""
    place = await wanted_photos.find_place(tx, uid)
    if place is None:
        return
    await wanted_photos.forget(tx, artisan_id, place)
    artisan, photo = await artisans.get(tx, artisan_id), await photos.get(tx, uid)
    changed = (
        dataclasses.replace(artisan, icon=photo)
        if place is OwnPlace.PORTRAIT
        else dataclasses.replace(artisan, image=photo)
    )
    await describe(tx, uris, changed, now)


async def set_appearance(tx: Tx, artisan: Artisan, appearance: Appearance) -> None:
    """Change how the artisan's pages look; nobody elsewhere needs to hear of it."""
    await artisans.update(tx, dataclasses.replace(artisan, appearance=appearance))


async def set_approval(tx: Tx, uris: Uris, artisan: Artisan, wanted: bool, now: datetime) -> None:
    """Have the artisan answer each request to follow herself, or accept all that come, and tell her followers.

    Requests that wait go on waiting when nobody has to any more: she may have left them unanswered for a reason.
    """
    current = await artisans.get(tx, artisan.id)
    if current.approves_followers != wanted:
        changed = dataclasses.replace(current, approves_followers=wanted, updated_at=now)
        await artisans.update(tx, changed)
        await _announce_change(tx, uris, changed, now)


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
    """Tell all followers how an artisan's actor reads now, where something else than her words has changed in it."""
    await _announce_change(tx, uris, await artisans.get(tx, artisan_id), now)


async def _announce_change(tx: Tx, uris: Uris, artisan: Artisan, now: datetime) -> None:
    """Tell all followers how the artisan's actor document reads now."""
    key = await artisans.get_key(tx, artisan.id)
    activity_uri = uris.activity(new_uid(now))
    document = render.update_actor(artisan, uris, public_pem=key.public_pem, activity_uri=activity_uri)
    inboxes = await followers.list_inboxes(tx, artisan.id)
    await say(tx, artisan, document, subject_uri=uris.actor(artisan.uid), inbox_urls=inboxes, now=now)
