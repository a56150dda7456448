"""Quoting others: their permission is asked for, verified, and kept to when it is taken back (FEP-044f)."""

from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.posts import Post, Visibility
from fedi_artisan.domain.uris import PUBLIC, Uris, new_uid, same_origin
from fedi_artisan.errors import BadInput, Forbidden
from fedi_artisan.services.outbox import say
from fedi_artisan.storage import posts, quotations, works
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.quotations import Quotation
from fedi_artisan.vocab import render
from fedi_artisan.vocab.quotes import Stamp
from fedi_artisan.vocab.render.posts import note
from fedi_artisan.vocab.render.quotes import Asked


async def may_quote(tx: Tx, uris: Uris, artisan: Artisan, target: Post) -> bool:
    """Whether the artisan may quote a post, or at least ask for it: what is public, and its author lets be quoted.

    Whoever says nothing of it does not let it be (WIRE 4.5). Her own posts she may always quote.
    """
    if not target.visibility.is_public or target.withdrawn_at is not None:
        return False
    if target.author is None:
        return target.artisan_id == artisan.id and target.visibility.is_sent
    quotable = await quotations.find_quotable(tx, target.id)
    followers_uri = await quotations.find_followers_uri(tx, artisan.id, target.author.id)
    collections = {PUBLIC} if followers_uri is None else {PUBLIC, followers_uri}
    return quotable is not None and quotable.admits(uris.actor(artisan.uid), collections)


async def check(tx: Tx, uris: Uris, artisan: Artisan, quote_uri: str | None, visibility: Visibility) -> None:
    """Refuse what the artisan cannot quote in a post for these readers.

    Raises:
        BadInput: with what to do instead.
    """
    if quote_uri is None:
        return
    if visibility is Visibility.DIRECT:
        raise BadInput("nothing can be quoted in a message; write its address instead")
    work_uid = uris.uid_of(quote_uri, "works")
    if work_uid is not None:
        work = await works.find(tx, work_uid)
        fits = work is not None and work.artisan_id == artisan.id and work.withdrawn_at is None
        permitted = work is not None and fits and work.draft.audience.documented
    else:
        target = await posts.find(tx, quote_uri)
        permitted = target is not None and await may_quote(tx, uris, artisan, target)
    if not permitted:
        raise BadInput("whoever wrote this does not let it be quoted; a link to it says nearly the same")


async def ask(tx: Tx, uris: Uris, artisan: Artisan, post: Post, now: datetime) -> None:
    """Ask whom a post of the artisan quotes for her permission; nobody needs her own.

    What was asked for before in this post is asked for no more.
    """
    target = None if post.quote_uri is None else await posts.find(tx, post.quote_uri)
    if target is None or target.author is None:
        return
    request_uri = uris.activity(new_uid(now))
    await quotations.put(
        tx, post.id, actor_id=target.author.id, target_uri=target.uri, request_uri=request_uri, now=now
    )
    if not post.visibility.is_sent:
        return
    asked = Asked(uri=request_uri, actor_uri=uris.actor(artisan.uid), target_uri=target.uri, instrument_uri=post.uri)
    # Whoever cannot read the post at its id gets it with the request.
    instrument = None if post.visibility.is_public else note(post, artisan, uris)
    document = render.quote_request(asked, to=target.author.uri, instrument=instrument)
    inbox_url = await quotations.find_inbox(tx, target.author.id)
    await say(tx, artisan, document, subject_uri=post.uri, inbox_urls=[inbox_url], now=now)


async def find_asked(tx: Tx, request_uri: str | None) -> Quotation | None:
    """Return what was asked for by the request of ours that has this id, if it still is."""
    return None if request_uri is None else await quotations.find_asked(tx, request_uri)


async def grant(tx: Tx, asked: Quotation, actor_id: int, stamp: Stamp | None) -> Post | None:
    """Keep the permission that the actor gave; return the post of ours that quotes, None where it was given before.

    Args:
        tx: the transaction.
        asked: what was asked for.
        actor_id: who answers.
        stamp: the permission as it was read at its own id.

    Raises:
        Forbidden: it is not hers to give, or is for something else (WIRE 10.2 #25).
    """
    _check_answer(asked, actor_id)
    if stamp is None:
        raise Forbidden("the permission to quote did not come along")
    given = (stamp.attributed_to, stamp.interacting_object, stamp.interaction_target)
    if not same_origin(stamp.uri, asked.actor_uri) or given != (asked.actor_uri, asked.post_uri, asked.target_uri):
        raise Forbidden(f"{stamp.uri} does not permit what was asked for")
    if asked.stamp_uri == stamp.uri:
        return None
    await quotations.set_stamp(tx, asked.post_id, stamp.uri)
    return await posts.find_by_id(tx, asked.post_id)


async def refuse(tx: Tx, asked: Quotation, actor_id: int) -> Post | None:
    """Let a post of ours quote nothing any more, as the actor does not permit it; return the post.

    Raises:
        Forbidden: it is not hers to refuse.
    """
    _check_answer(asked, actor_id)
    await quotations.delete(tx, asked.post_id)
    return await posts.find_by_id(tx, asked.post_id)


async def end(tx: Tx, uri: str, actor_id: int) -> list[Post]:
    """Let what posts of ours quote by this permission of the actor, or of this post of hers, go; return the posts."""
    ended = await quotations.list_by(tx, uri, actor_id)
    for quotation in ended:
        await quotations.delete(tx, quotation.post_id)
    return await posts.list_these(tx, [quotation.post_id for quotation in ended])


def _check_answer(asked: Quotation, actor_id: int) -> None:
    if asked.actor_id != actor_id:
        raise Forbidden(f"{asked.target_uri} is of somebody else")
