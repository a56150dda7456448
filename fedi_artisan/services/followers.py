"""Being followed: every request is accepted, unless the actor does not want to hear from the artisan."""

from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.actors import Artisan, RemoteActor
from fedi_artisan.domain.uris import Uris, new_uid
from fedi_artisan.services.outbox import say
from fedi_artisan.storage import followers
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import render


@dataclass(frozen=True, slots=True)
class Known:
    """A remote actor with her row."""

    id: int
    actor: RemoteActor


async def request(tx: Tx, uris: Uris, artisan: Artisan, follower: Known, *, follow_uri: str, now: datetime) -> None:
    """Take the actor as a follower and enqueue the Accept, which holds her whole Follow.

    A repeated request replaces the id of the first and is accepted again: the other server may have lost our answer.
    """
    await followers.unblock(tx, follower.id, artisan_id=artisan.id)
    await followers.put(tx, artisan.id, follower.id, follow_uri, now)
    document = render.accept_follow(
        artisan,
        uris,
        activity_uri=uris.activity(new_uid(now)),
        follow_uri=follow_uri,
        follower_uri=follower.actor.uri,
    )
    await say(tx, artisan, document, subject_uri=follow_uri, inbox_urls=[follower.actor.inbox_url], now=now)


async def leave(tx: Tx, artisan: Artisan, follower_id: int) -> None:
    """Forget a follower who goes."""
    await followers.delete(tx, artisan.id, follower_id)


async def leave_by_follow(tx: Tx, follow_uri: str, follower_id: int) -> bool:
    """Forget the follower who once sent this Follow; return whether it was this one."""
    return await followers.delete_by_follow(tx, follow_uri, follower_id)


async def block(tx: Tx, artisan: Artisan, actor_id: int, block_uri: str) -> None:
    """Part from an actor who does not want to hear from the artisan: no follow either way any more."""
    await followers.delete(tx, artisan.id, actor_id)
    await followers.block(tx, artisan.id, actor_id, block_uri)


async def unblock(tx: Tx, actor_id: int, *, artisan: Artisan | None, block_uri: str | None) -> None:
    """Forget that an actor did not want to hear from the artisan."""
    await followers.unblock(tx, actor_id, artisan_id=None if artisan is None else artisan.id, block_uri=block_uri)
