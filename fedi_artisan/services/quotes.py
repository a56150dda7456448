"""Being quoted: who asks is answered by the policy, and the artisan can take a permission back (FEP-044f)."""

from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.policies import Policy, may_quote
from fedi_artisan.domain.uris import Uris, new_uid
from fedi_artisan.errors import Forbidden, NotFound
from fedi_artisan.services.followers import Known
from fedi_artisan.services.outbox import say
from fedi_artisan.storage import artisans, followers, policies, posts, quotes, works
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.quotes import Permission
from fedi_artisan.vocab import render
from fedi_artisan.vocab.render.quotes import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something of an artisan here that others can read, and thus ask to quote."""

    artisan: Artisan
    policy: Policy
    work_id: int | None = None
    post_id: int | None = None


async def find_target(tx: Tx, uris: Uris, uri: str) -> Target | None:
    """Return what has this id, if it is an artisan's, and anybody can read it."""
    uid = uris.uid_of(uri, "works")
    if uid is None:
        return await _find_post(tx, uris, uri)
    work = await works.find(tx, uid)
    if work is None or work.withdrawn_at is not None or not work.draft.audience.documented:
        return None
    artisan = await artisans.get(tx, work.artisan_id)
    return Target(artisan=artisan, policy=work.draft.policy.within(artisan.policy), work_id=work.id)


async def _find_post(tx: Tx, uris: Uris, uri: str) -> Target | None:
    uid = uris.uid_of(uri, "posts")
    post = None if uid is None else await posts.find_own(tx, uid)
    if post is None or post.artisan_id is None or post.withdrawn_at is not None:
        return None
    if not (post.visibility.is_public and post.visibility.is_sent):
        return None
    artisan = await artisans.get(tx, post.artisan_id)
    return Target(artisan=artisan, policy=artisan.policy, post_id=post.id)


async def find_quoted(tx: Tx, uris: Uris, uri: str, quote_uri: str | None) -> Artisan | None:
    """Return whom the post *uri* quotes without having asked: to her it is as if it named her.

    Where a permission stands she knows of the quote already. Many servers never ask (WIRE 4.8, 6).
    """
    target = None if quote_uri is None else await find_target(tx, uris, quote_uri)
    if target is None or quote_uri is None or await quotes.find_by_posts(tx, uri, quote_uri) is not None:
        return None
    return target.artisan


async def answer(
    tx: Tx, uris: Uris, target: Target, quoter: Known, asked: Asked, *, url: str | None, now: datetime
) -> bool:
    """Tell who asks whether she may quote; return whether she may.

    Asked once more, the answer is the same; of a permission that was taken back it is no, whatever the policy says now.

    Raises:
        Forbidden: another actor was permitted to quote in this very post.
    """
    artisan = target.artisan
    known = await quotes.find_by_posts(tx, asked.instrument_uri, asked.target_uri)
    if known is not None and known.actor_id != quoter.id:
        raise Forbidden(f"{asked.instrument_uri} is not of {asked.actor_uri}")
    tie = await policies.tie(tx, artisan.id, quoter.id)
    permitted = may_quote(target.policy, tie) if known is None else not known.gone
    uid = new_uid(now) if known is None else known.uid
    if permitted and known is None:
        await quotes.insert(
            tx,
            uid=uid,
            artisan_id=artisan.id,
            work_id=target.work_id,
            post_id=target.post_id,
            actor_id=quoter.id,
            target_uri=asked.target_uri,
            instrument_uri=asked.instrument_uri,
            url=url,
            now=now,
        )
    activity_uri = uris.activity(new_uid(now))
    document = (
        render.accept_quote(artisan, uris, asked, activity_uri=activity_uri, stamp_uri=uris.quote(uid))
        if permitted
        else render.reject_quote(artisan, uris, asked, activity_uri=activity_uri)
    )
    await say(tx, artisan, document, subject_uri=asked.uri, inbox_urls=[quoter.actor.inbox_url], now=now)
    return permitted


async def withdraw(tx: Tx, uris: Uris, artisan: Artisan, uid: str, now: datetime) -> None:
    """Take back a permission of the artisan's, and tell who quotes, and all followers; once is enough.

    Raises:
        NotFound: she gave no such permission.
    """
    permission = await quotes.find(tx, uid)
    if permission is None or permission.artisan_id != artisan.id:
        raise NotFound("there is no such quote any more")
    if not permission.gone:
        await _revoke(tx, uris, artisan, permission, now)


async def withdraw_all(tx: Tx, uris: Uris, artisan: Artisan, actor_id: int, now: datetime) -> None:
    """Take back whatever the artisan permitted an actor to quote."""
    for permission in await quotes.list_standing(tx, artisan.id, actor_id):
        await _revoke(tx, uris, artisan, permission, now)


async def forget(tx: Tx, instrument_uri: str, actor_id: int) -> bool:
    """Forget the quotes in a post of this actor that is gone; return whether there were any."""
    return await quotes.delete_standing(tx, instrument_uri, actor_id)


async def _revoke(tx: Tx, uris: Uris, artisan: Artisan, permission: Permission, now: datetime) -> None:
    await quotes.set_revoked(tx, permission.uid, now)
    document = render.delete_quote(
        artisan,
        uris,
        activity_uri=uris.activity(new_uid(now)),
        uid=permission.uid,
        quoter_uri=permission.actor_uri,
    )
    inboxes = {permission.inbox_url, *await followers.list_inboxes(tx, artisan.id)}
    stamp_uri = uris.quote(permission.uid)
    await say(tx, artisan, document, subject_uri=stamp_uri, inbox_urls=sorted(inboxes), now=now, public=True)
