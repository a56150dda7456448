"""Being followed: a request is accepted at once, or by the artisan herself where she wants it so."""

from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.actors import Artisan, RemoteActor
from fedi_artisan.domain.uris import Uris, new_uid
from fedi_artisan.services.outbox import say
from fedi_artisan.storage import follow_requests, followers, inbox
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.followers import Asker
from fedi_artisan.vocab import render


@dataclass(frozen=True, slots=True)
class Known:
    """A remote actor with her row."""

    id: int
    actor: RemoteActor


async def request(
    tx: Tx, uris: Uris, artisan: Artisan, follower: Known, *, follow_uri: str, now: datetime, waits: bool = False
) -> bool:
    """Take the actor as a follower and say so, or where the artisan wants to answer herself, have her wait.

    With *waits* the artisan answers her, whatever she wants of others.

    A repeated request replaces the id of the first; that of a follower is accepted again at once, as her server may
    have lost our answer. Nobody else can follow an artisan who has moved: she is told so (WIRE 8). Returns whether the
    actor follows now.
    """
    await followers.unblock(tx, follower.id, artisan_id=artisan.id)
    new = not await followers.is_follower(tx, artisan.id, follower.id)
    asker = Asker(
        actor_id=follower.id,
        actor_uri=follower.actor.uri,
        inbox_url=follower.actor.inbox_url,
        follow_uri=follow_uri,
        asked_at=now,
    )
    if new and artisan.moved_to is not None:
        await _answer(tx, uris, artisan, asker, accepted=False, now=now)
        return False
    if new and (waits or artisan.approves_followers):
        await follow_requests.put(tx, artisan.id, follower.id, follow_uri, now)
        return False
    await follow_requests.delete(tx, artisan.id, follower.id)
    await followers.put(tx, artisan.id, follower.id, follow_uri, now)
    await _answer(tx, uris, artisan, asker, accepted=True, now=now)
    return True


async def accept(tx: Tx, uris: Uris, artisan: Artisan, actor_uri: str, now: datetime) -> bool:
    """Take an actor who waits as a follower and say so; return False where she waits no more."""
    asker = await follow_requests.find(tx, artisan.id, actor_uri)
    if asker is None:
        return False
    await follow_requests.delete(tx, artisan.id, asker.actor_id)
    await followers.put(tx, artisan.id, asker.actor_id, asker.follow_uri, now, asked_at=asker.asked_at)
    await _answer(tx, uris, artisan, asker, accepted=True, now=now)
    return True


async def decline(tx: Tx, uris: Uris, artisan: Artisan, actor_uri: str, now: datetime) -> bool:
    """Tell an actor who waits that she cannot follow; return False where she waits no more. She may ask again."""
    asker = await follow_requests.find(tx, artisan.id, actor_uri)
    if asker is None:
        return False
    await follow_requests.delete(tx, artisan.id, asker.actor_id)
    await _answer(tx, uris, artisan, asker, accepted=False, now=now)
    return True


async def remove(tx: Tx, uris: Uris, artisan: Artisan, actor_uri: str, now: datetime) -> bool:
    """End that an actor follows, and tell her server; return False where she does not. She may follow again."""
    asker = await followers.find(tx, artisan.id, actor_uri)
    if asker is None:
        return False
    await followers.delete(tx, artisan.id, asker.actor_id)
    await _answer(tx, uris, artisan, asker, accepted=False, now=now)
    return True


async def _answer(tx: Tx, uris: Uris, artisan: Artisan, asker: Asker, *, accepted: bool, now: datetime) -> None:
    """Enqueue the answer to a Follow, which holds the whole of it (WIRE 5.2)."""
    activity_uri, follow_uri, follower_uri = uris.activity(new_uid(now)), asker.follow_uri, asker.actor_uri
    if accepted:
        document = render.accept_follow(
            artisan, uris, activity_uri=activity_uri, follow_uri=follow_uri, follower_uri=follower_uri
        )
    else:
        # Some servers give the next Follow the id of this one.
        await inbox.let_again(tx, follower_uri, follow_uri, now)
        document = render.reject_follow(
            artisan, uris, activity_uri=activity_uri, follow_uri=follow_uri, follower_uri=follower_uri
        )
    await say(tx, artisan, document, subject_uri=follow_uri, inbox_urls=[asker.inbox_url], now=now)


async def leave(tx: Tx, artisan: Artisan, follower_id: int) -> None:
    """Forget a follower who goes, or a request that is taken back."""
    await followers.delete(tx, artisan.id, follower_id)
    await follow_requests.delete(tx, artisan.id, follower_id)


async def leave_by_follow(tx: Tx, follow_uri: str, follower_id: int) -> bool:
    """Forget the follower, or the request, of whom this Follow is; return whether it was this actor."""
    asked = await follow_requests.delete_by_follow(tx, follow_uri, follower_id)
    return await followers.delete_by_follow(tx, follow_uri, follower_id) or asked


async def block(tx: Tx, artisan: Artisan, actor_id: int, block_uri: str) -> None:
    """Part from an actor who does not want to hear from the artisan: no follow either way any more."""
    await leave(tx, artisan, actor_id)
    await followers.block(tx, artisan.id, actor_id, block_uri)


async def unblock(tx: Tx, actor_id: int, *, artisan: Artisan | None, block_uri: str | None) -> None:
    """Forget that an actor did not want to hear from the artisan."""
    await followers.unblock(tx, actor_id, artisan_id=None if artisan is None else artisan.id, block_uri=block_uri)
