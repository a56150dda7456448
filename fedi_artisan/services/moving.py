"""Moving: an artisan brings her followers from another account, or takes them along to one; each may be taken back."""

from datetime import datetime

from fedi_artisan.domain.actors import Artisan, RemoteActor
from fedi_artisan.domain.moving import MOST_ACCOUNTS, Account, Departure
from fedi_artisan.domain.uris import Uris, host_of, new_uid
from fedi_artisan.errors import BadInput
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import followers as followers_service
from fedi_artisan.services import following as following_service
from fedi_artisan.services.outbox import say
from fedi_artisan.storage import artisans, follow_requests, followers, following, moving
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import render

_ALL = 10_000


def account_of(actor: RemoteActor) -> Account:
    """Return how the account of an actor is named on pages."""
    handle = f"@{actor.username}@{host_of(actor.uri)}"
    return Account(uri=actor.uri, handle=handle, url=actor.url or actor.uri, name=actor.name)


async def add_account(tx: Tx, uris: Uris, artisan: Artisan, actor: RemoteActor, now: datetime) -> None:
    """Record that an account elsewhere is the artisan's as well, and say so to her followers' servers.

    One that is known already is noted as it is now.

    Raises:
        BadInput: it is of this server, or there are enough of them.
    """
    if uris.is_ours(actor.uri):
        raise BadInput("This is an address of your own site. Give the one of the account that you come from.")
    known = {one.account.uri for one in await moving.list_accounts(tx, artisan.id)}
    if actor.uri not in known and len(known) >= MOST_ACCOUNTS:
        raise BadInput("Up to {most} accounts can be named. Take one off that you do not need.", most=MOST_ACCOUNTS)
    leads_here = actor.moved_to_uri == uris.actor(artisan.uid)
    await moving.put_account(tx, artisan.id, account_of(actor), leads_here=leads_here, now=now)
    if actor.uri not in known:
        await artisans_service.tell_anew(tx, uris, artisan.id, now)


async def remove_account(tx: Tx, uris: Uris, artisan: Artisan, uri: str, now: datetime) -> bool:
    """Forget that an account is the artisan's as well, and say so; return False where she had not named it."""
    removed = await moving.delete_account(tx, artisan.id, uri)
    if removed:
        await artisans_service.tell_anew(tx, uris, artisan.id, now)
    return removed


async def arrive(tx: Tx, uris: Uris, artisan: Artisan, old_uri: str, now: datetime) -> bool:
    """Note that the artisan's account *old_uri* leads here now; return whether it was one of hers.

    She does not follow herself from then on.
    """
    if not await moving.set_leads_here(tx, artisan.id, old_uri, now):
        return False
    if await following.find(tx, artisan.id, old_uri) is not None:
        await following_service.stop(tx, uris, artisan, old_uri, now)
    return True


async def check_target(tx: Tx, uris: Uris, artisan: Artisan, target: RemoteActor, now: datetime) -> None:
    """Refuse to move where followers could not come along.

    Raises:
        BadInput: with what to do before.
    """
    if uris.is_ours(target.uri):
        raise BadInput("This is an address of your own site. Give the one of the account that you go to.")
    last = await moving.find_last_move(tx, artisan.id)
    if last is not None and now < last.again_at:
        raise BadInput("You have moved within the last seven days. Elsewhere, a second time would not count yet.")
    if uris.actor(artisan.uid) not in target.also_known_as:
        raise BadInput(
            "{handle} does not know yet that you come from here. Sign in there, open the settings for moving from "
            "another account, and write your address from here. Then try again.",
            handle=account_of(target).handle,
        )
    if target.moved_to_uri is not None:
        raise BadInput("{handle} has moved on to yet another account.", handle=account_of(target).handle)


async def move(tx: Tx, uris: Uris, artisan: Artisan, target: RemoteActor, now: datetime) -> None:
    """Move the artisan to *target*, as her server describes her at this moment, and tell all followers' servers.

    They follow her there by themselves. Whoever waits for an answer to a request is told no, as nobody can follow any
    more who does not yet.

    Raises:
        BadInput: followers could not come along.
    """
    await check_target(tx, uris, artisan, target, now)
    await moving.end_moves(tx, artisan.id, now)
    count = await followers.count(tx, artisan.id)
    await moving.insert_move(tx, artisan.id, account_of(target), followers=count, now=now)
    moved = await artisans.get(tx, artisan.id)
    await artisans_service.tell_anew(tx, uris, artisan.id, now)
    document = render.move(moved, uris, activity_uri=uris.activity(new_uid(now)), target_uri=target.uri)
    inboxes = await followers.list_inboxes(tx, artisan.id)
    await say(tx, moved, document, subject_uri=uris.actor(artisan.uid), inbox_urls=inboxes, now=now)
    for waiting in await follow_requests.list_waiting(tx, artisan.id, limit=_ALL):
        await followers_service.decline(tx, uris, moved, waiting.person.uri, now)


async def take_back(tx: Tx, uris: Uris, artisan: Artisan, now: datetime) -> bool:
    """Have the artisan be here again, and say so to those who still follow; return False where she never left."""
    ended = await moving.end_moves(tx, artisan.id, now)
    if ended:
        await artisans_service.tell_anew(tx, uris, artisan.id, now)
    return ended


async def departure(tx: Tx, artisan: Artisan) -> tuple[Departure | None, int]:
    """Return where the artisan last moved, taken back or not, and how many followers are here now."""
    return await moving.find_last_move(tx, artisan.id), await followers.count(tx, artisan.id)
