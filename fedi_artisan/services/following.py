"""Following others: asking, being answered, leaving, and going along when they move."""

from datetime import datetime

from fedi_artisan.domain.actors import Artisan, split_handle
from fedi_artisan.domain.uris import Uris, new_uid
from fedi_artisan.errors import NotFound
from fedi_artisan.services.followers import Known
from fedi_artisan.services.outbox import say
from fedi_artisan.storage import artisans, followers, following
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import render


async def request(tx: Tx, uris: Uris, artisan: Artisan, actor: Known, now: datetime) -> None:
    """Ask to follow an actor; asking again sends a new request."""
    follow_uri = uris.activity(new_uid(now))
    await following.put(tx, artisan.id, actor.id, follow_uri, now)
    document = render.follow(artisan, uris, activity_uri=follow_uri, object_uri=actor.actor.uri)
    await say(tx, artisan, document, subject_uri=actor.actor.uri, inbox_urls=[actor.actor.inbox_url], now=now)


async def stop(tx: Tx, uris: Uris, artisan: Artisan, actor_uri: str, now: datetime) -> None:
    """Stop following an actor and tell her server.

    Raises:
        NotFound: the artisan does not follow her.
    """
    followed = await following.find(tx, artisan.id, actor_uri)
    if followed is None:
        raise NotFound(f"{artisan.name} does not follow {actor_uri}")
    document = render.undo_follow(
        artisan,
        uris,
        activity_uri=uris.activity(new_uid(now)),
        follow_uri=followed.follow_uri,
        object_uri=followed.actor_uri,
    )
    await following.delete(tx, artisan.id, followed.actor_id)
    await say(tx, artisan, document, subject_uri=followed.actor_uri, inbox_urls=[followed.inbox_url], now=now)


async def stop_by_handle(tx: Tx, uris: Uris, artisan: Artisan, handle: str, now: datetime) -> None:
    """Stop following whoever has this handle, as known here.

    Raises:
        BadInput: it is no handle.
        NotFound: the artisan follows nobody of this handle.
    """
    username, host = split_handle(handle)
    actor_uri = await following.find_by_handle(tx, artisan.id, username, host)
    if actor_uri is None:
        raise NotFound(f"{artisan.name} does not follow {handle}")
    await stop(tx, uris, artisan, actor_uri, now)


async def answer(tx: Tx, actor_uri: str, *, follow_uri: str | None, artisan_uid: str | None, accepted: bool) -> bool:
    """Record how *actor_uri* answered our Follow, known by its id or by the artisan; return whether it was hers."""
    state = "accepted" if accepted else "rejected"
    return await following.set_state(tx, actor_uri, state, follow_uri=follow_uri, artisan_uid=artisan_uid)


async def end(tx: Tx, artisan: Artisan, actor_id: int) -> None:
    """Forget that the artisan follows an actor who wants no part of it, without a word to her."""
    await following.delete(tx, artisan.id, actor_id)


async def go_along(tx: Tx, uris: Uris, old_uri: str, new: Known, now: datetime) -> None:
    """Follow the actor *new*, into whom *old_uri* has moved, for every artisan here who followed the old one."""
    for followed in await following.list_of_actor(tx, old_uri):
        artisan = await artisans.get(tx, followed.artisan_id)
        welcome = followed.state != "rejected" and not await followers.is_blocked(tx, artisan.id, new.id)
        if welcome and await following.find(tx, artisan.id, new.actor.uri) is None:
            await request(tx, uris, artisan, new, now)
        await stop(tx, uris, artisan, old_uri, now)
