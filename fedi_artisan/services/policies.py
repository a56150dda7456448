"""Who may answer and quote: setting it, telling others of it, and closing what has grown old."""

import dataclasses
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.policies import Policy, Welcome, is_welcome, may_reply
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Work
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import artisans, policies, works
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.places import Place
from fedi_artisan.storage.works import Reader
from fedi_artisan.vocab.render.works import permissions_of

# Others are told at once of so many works, the newest, when what is usual changes; of older ones they read it when they
# next look, and whoever comes too late for one is refused here in any case.
MOST_TOLD = 20
_AT_ONCE = 50


async def set_policy(tx: Tx, uris: Uris, artisan: Artisan, *, policy: Policy, welcome: Welcome, now: datetime) -> None:
    """Set what an artisan usually permits, and whose answers appear at once; tell others of the works that differ."""
    standing = await artisans.get(tx, artisan.id)
    before = await _list_newest(tx, standing)
    changed = dataclasses.replace(standing, policy=policy, welcome=welcome)
    await artisans.update(tx, changed)
    await policies.settle(tx, artisan.id, now)
    for was, is_now in zip(before, await _list_newest(tx, changed), strict=True):
        if permissions_of(was, standing, uris) != permissions_of(is_now, changed, uris):
            await works_service.tell_permissions(tx, uris, is_now, now)


async def _list_newest(tx: Tx, artisan: Artisan) -> list[Work]:
    return await works.list_shown(tx, artisan.id, limit=MOST_TOLD, reader=Reader.SERVER)


async def close_ripe(tx: Tx, uris: Uris, now: datetime) -> None:
    """Close works whose days are over, and tell all who know of them."""
    for uid in await policies.list_ripe(tx, now, _AT_ONCE):
        work = await works.set_closed(tx, await works.get(tx, uid), closed=True)
        if work.draft.audience.sent:
            await works_service.tell_permissions(tx, uris, work, now)


async def permits(tx: Tx, place: Place, actor_id: int, now: datetime) -> bool:
    """Whether the actor may answer at this place; where there is no conversation, nobody can."""
    standing = await policies.find_standing(tx, place, actor_id, now=now)
    return standing is not None and may_reply(standing.policy, standing.tie, closed=standing.closed)


async def welcomes(tx: Tx, place: Place, actor_id: int, *, but_for: str, now: datetime) -> bool:
    """Whether what the actor answers there appears at once; what has the id *but_for* does not speak for itself."""
    standing = await policies.find_standing(tx, place, actor_id, but_for=but_for, now=now)
    return standing is not None and is_welcome(standing.welcome, standing.tie)
