"""Following others: asking, being answered, leaving, and going along when they move."""

from collections.abc import Collection
from datetime import datetime

from fedi_artisan.domain.actors import Artisan, split_handle
from fedi_artisan.domain.uris import Uris, new_uid
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services.followers import Known
from fedi_artisan.services.outbox import say
from fedi_artisan.storage import actors, artisans, followers, following, unwelcome
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import render


async def request(tx: Tx, uris: Uris, artisan: Artisan, actor: Known, now: datetime) -> None:
    """Ask to follow an actor; asking again sends a new request.

    Raises:
        BadInput: the artisan has blocked her.
    """
    if await unwelcome.blocks(tx, artisan.id, actor.actor):
        raise BadInput("You have blocked this person. Unblock her first.")
    follow_uri = uris.activity(new_uid(now))
    await following.put(tx, artisan.id, actor.id, follow_uri, now)
    document = render.follow(artisan, uris, activity_uri=follow_uri, object_uri=actor.actor.uri)
    await say(tx, artisan, document, subject_uri=actor.actor.uri, inbox_urls=[actor.actor.inbox_url], now=now)


async def request_once(
    tx: Tx, uris: Uris, artisan: Artisan, actor_id: int, *, now: datetime, again: bool = False
) -> bool:
    """Ask to follow an actor unless that was asked already, and not declined; return whether it is asked now.

    Whom the artisan blocks is not asked. Asked *again* is also whoever has not answered: what was asked may never have
    come, or came while she wanted nothing from here.
    """
    stored = await actors.find_by_id(tx, actor_id)
    if stored is None or await unwelcome.blocks(tx, artisan.id, stored.actor):
        return False
    before = await following.find(tx, artisan.id, stored.actor.uri)
    unanswered = before is not None and before.state == "requested"
    if before is not None and before.state != "rejected" and not (again and unanswered):
        return False
    await request(tx, uris, artisan, Known(stored.id, stored.actor), now)
    return True


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
        parted = await followers.is_blocked(tx, artisan.id, new.id)
        parted = parted or await unwelcome.blocks(tx, artisan.id, new.actor)
        welcome = followed.state != "rejected" and not parted
        if welcome and await following.find(tx, artisan.id, new.actor.uri) is None:
            await request(tx, uris, artisan, new, now)
        await stop(tx, uris, artisan, old_uri, now)


async def here_of(tx: Tx, uris: Uris, actor_uri: str) -> list[str]:
    """Return the ids of the artisans here whom an actor has accepted as followers, as far as is known here."""
    found = [one for one in await following.list_of_actor(tx, actor_uri) if one.state == "accepted"]
    return [uris.actor((await artisans.get(tx, one.artisan_id)).uid) for one in found]


async def reconcile(tx: Tx, uris: Uris, actor: Known, listed: Collection[str], now: datetime) -> int:
    """Have it here as an actor's server has it, which lists all who follow her from here; return what had to change.

    Who is not listed follows no more. Who asked and is listed was accepted. Who is listed without having asked, or
    after having been refused, tells that server that she does not follow (FEP-8fcf).
    """
    known = {one.artisan_id: one for one in await following.list_of_actor(tx, actor.actor.uri)}
    changed = 0
    for artisan in await artisans.list_all(tx):
        uri, follow = uris.actor(artisan.uid), known.get(artisan.id)
        state = "none" if follow is None else follow.state
        if uri in listed and state == "requested":
            await answer(tx, actor.actor.uri, follow_uri=None, artisan_uid=artisan.uid, accepted=True)
        elif uri in listed and state != "accepted":
            # Of a Follow that nobody remembers here, any id will do.
            follow_uri = uris.activity(new_uid(now)) if follow is None else follow.follow_uri
            await _disown(tx, uris, artisan, actor, follow_uri=follow_uri, now=now)
        elif uri not in listed and state == "accepted":
            await answer(tx, actor.actor.uri, follow_uri=None, artisan_uid=artisan.uid, accepted=False)
        else:
            continue
        changed += 1
    return changed


async def _disown(tx: Tx, uris: Uris, artisan: Artisan, actor: Known, *, follow_uri: str, now: datetime) -> None:
    """Tell an actor's server that the artisan does not follow her."""
    document = render.undo_follow(
        artisan,
        uris,
        activity_uri=uris.activity(new_uid(now)),
        follow_uri=follow_uri,
        object_uri=actor.actor.uri,
    )
    await say(tx, artisan, document, subject_uri=actor.actor.uri, inbox_urls=[actor.actor.inbox_url], now=now)
