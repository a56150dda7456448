"""What an artisan says besides her works: said, said otherwise, taken back; each tells whom it is for."""

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.posts import MOST_MENTIONS, Mention, Post, PostDraft, Visibility, draft_of
from fedi_artisan.domain.uris import Uris, new_uid
from fedi_artisan.domain.works import Audience
from fedi_artisan.errors import BadInput, Gone, NotFound
from fedi_artisan.services import conversation, messages, quoting
from fedi_artisan.services.outbox import say
from fedi_artisan.storage import artisans, deliveries, followers, own_posts, posts, works
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.places import Place
from fedi_artisan.vocab import render
from fedi_artisan.vocab.render.posts import Reception, size_bytes
from fedi_artisan.vocab.said import read

# Misskey reads no more of an activity (WIRE 4.6).
_MOST_BYTES = 60_000
READERS = {
    Audience.EVERYONE: Visibility.PUBLIC,
    Audience.FEDIVERSE: Visibility.PUBLIC,
    Audience.UNLISTED: Visibility.UNLISTED,
    Audience.FOLLOWERS: Visibility.FOLLOWERS,
    Audience.WEB: Visibility.WEB,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a post answers: who may read it, in whose conversation it stands, and its author, if she is elsewhere."""

    visibility: Visibility
    place: Place
    author: Mention | None = None


async def find_answered(tx: Tx, uris: Uris, artisan: Artisan, uri: str) -> Answered:
    """Return what has this id, if the artisan can answer it.

    Raises:
        BadInput: it is not here, or not for her; deliberately the same answer.
    """
    place = await conversation.find_place(tx, uris, uri) or Place()
    work_uid = uris.uid_of(uri, "works")
    if work_uid is not None and place.work_id is not None:
        return Answered(visibility=READERS[(await works.get(tx, work_uid)).draft.audience], place=place)
    post = await posts.find(tx, uri)
    if post is None or post.withdrawn_at is not None or not await own_posts.may_read(tx, artisan.id, post):
        raise BadInput("what this answers is not here any more")
    author = post.author
    told = None if author is None else Mention(uri=author.uri, handle=author.handle, url=author.url)
    return Answered(visibility=post.visibility, place=place, author=told)


async def publish(tx: Tx, uris: Uris, artisan: Artisan, draft: PostDraft, now: datetime) -> Post:
    """Say what *draft* says, to those whom it is for, and return the post.

    An answer is for nobody who cannot read what it answers, and names its author.

    Raises:
        BadInput: what it answers is not here any more, it is for nobody, or it is too long for other servers.
    """
    place = Place()
    if draft.in_reply_to is not None:
        answered = await find_answered(tx, uris, artisan, draft.in_reply_to)
        place = answered.place
        draft = _answering(draft, answered)
    await quoting.check(tx, uris, artisan, draft.quote_uri, draft.visibility)
    _check_named(draft)
    uid = new_uid(now)
    said = read(draft.text, draft.mentions, uris.tag_url)
    post = await own_posts.insert(
        tx,
        draft,
        uid=uid,
        uri=uris.post(uid),
        url=uris.post_url(uid),
        html=said.html,
        artisan_id=artisan.id,
        place=place,
        now=now,
    )
    await own_posts.put_tags(tx, post.id, said.hashtags)
    if draft.visibility.is_sent:
        document = render.create_post(post, artisan, uris, activity_uri=uris.activity(new_uid(now)))
        await _say(tx, artisan, post, document=document, inboxes=await _list_readers(tx, artisan, post), now=now)
    await quoting.ask(tx, uris, artisan, post, now)
    if draft.visibility is Visibility.DIRECT:
        # Whoever answers has read.
        await messages.mark_read(tx, artisan, await messages.find(tx, uris, artisan, post.id), now)
    return post


async def revise(tx: Tx, uris: Uris, post: Post, draft: PostDraft, now: datetime) -> Post:
    """Replace what a post of ours says, and tell those who know it; return it as it is now.

    What it answers stays. Where nothing is new, nobody is told.

    Raises:
        Gone: it was withdrawn.
        BadInput: it cannot be for others now, is for nobody, or is too long for other servers.
    """
    artisan = await _artisan_of(tx, post)
    draft = dataclasses.replace(draft, in_reply_to=post.in_reply_to)
    if not post.visibility.can_become(draft.visibility):
        raise BadInput(
            "who sees this post cannot be changed any more: it has been sent already. "
            "Withdraw it, and say it again to whom you like"
        )
    if post.in_reply_to is not None:
        draft = _naming(draft, [mention for mention in post.mentions if mention.handle not in (post.source or "")])
    _check_named(draft)
    if draft == draft_of(post):
        return post
    if draft.quote_uri != post.quote_uri:
        await quoting.check(tx, uris, artisan, draft.quote_uri, draft.visibility)
    said = read(draft.text, draft.mentions, uris.tag_url)
    revised = await own_posts.update(tx, post, draft, html=said.html, now=_moment_of_edit(post, now))
    await own_posts.put_tags(tx, revised.id, said.hashtags)
    await _say_changed(tx, uris, artisan, revised, now)
    if draft.quote_uri != post.quote_uri:
        await quoting.ask(tx, uris, artisan, revised, now)
    return revised


async def tell_changed(tx: Tx, uris: Uris, post: Post, now: datetime) -> None:
    """Tell those who know a post of ours how it reads now, as what it quotes is permitted, or not any more."""
    if post.withdrawn_at is None:
        told = await own_posts.touch(tx, post, _moment_of_edit(post, now))
        await _say_changed(tx, uris, await _artisan_of(tx, post), told, now)


async def tell_anew(tx: Tx, uris: Uris, photo_id: int, now: datetime) -> None:
    """Tell of the post that shows the photograph of this row, whose travelling picture was replaced."""
    post = await own_posts.find_with_photo(tx, photo_id)
    if post is not None:
        told = await own_posts.touch(tx, post, _moment_of_edit(post, now))
        await _say_changed(tx, uris, await _artisan_of(tx, post), told, now)


async def withdraw(tx: Tx, uris: Uris, post: Post, now: datetime) -> None:
    """Withdraw a post of ours for good: a tombstone stays, and everybody who may have it hears of it.

    Raises:
        Gone: it was withdrawn before.
    """
    artisan = await _artisan_of(tx, post)
    document = render.delete_post(post, artisan, uris, activity_uri=uris.activity(new_uid(now)))
    inboxes = {
        *await _list_readers(tx, artisan, post),
        *await deliveries.list_reached(tx, post.uri),
        *await own_posts.list_inboxes_around(tx, post),
    }
    await own_posts.withdraw(tx, post, now)
    if post.visibility.is_sent:
        await _say(tx, artisan, post, document=document, inboxes=inboxes, now=now)


async def reception(tx: Tx, post: Post) -> Reception:
    """Return what came of a post of ours."""
    likes, shares = await own_posts.count_reactions(tx, post.id)
    return Reception(likes=likes, shares=shares, replies=await own_posts.count_answers(tx, post.uri))


def _answering(draft: PostDraft, answered: Answered) -> PostDraft:
    """Return *draft* for nobody who cannot read what it answers, and naming whose that is."""
    narrowed = dataclasses.replace(draft, visibility=draft.visibility.within(answered.visibility))
    return narrowed if answered.author is None else _naming(narrowed, [answered.author])


def _naming(draft: PostDraft, people: Collection[Mention]) -> PostDraft:
    """Return *draft* naming these people as well, first of all."""
    named = {mention.uri: mention for mention in (*people, *draft.mentions)}
    return dataclasses.replace(draft, mentions=tuple(named.values())[:MOST_MENTIONS])


def _check_named(draft: PostDraft) -> None:
    """Refuse a message to nobody.

    Raises:
        BadInput: with what to do.
    """
    if draft.visibility is Visibility.DIRECT and not draft.mentions:
        raise BadInput("this message is for nobody yet: write whom it is for, as @name@place.example")


async def _artisan_of(tx: Tx, post: Post) -> Artisan:
    """Return whose post it is, refusing a withdrawn one, and one of somebody elsewhere."""
    if post.withdrawn_at is not None:
        raise Gone("this post was withdrawn")
    if post.artisan_id is None:
        raise NotFound("there is no such post")
    return await artisans.get(tx, post.artisan_id)


def _moment_of_edit(post: Post, now: datetime) -> datetime:
    """Return *now*, or a second after the last edit where the clock stands before that."""
    return max(now, (post.updated_at or post.published_at) + timedelta(seconds=1))


async def _list_readers(tx: Tx, artisan: Artisan, post: Post) -> set[str]:
    """Return the inboxes of those whom a post is for: followers, but of a message, and all whom it names."""
    direct = post.visibility is Visibility.DIRECT
    named = [mention.uri for mention in post.mentions]
    inboxes = {*await own_posts.list_inboxes(tx, artisan.id, named, shared=not direct)}
    return inboxes if direct else {*inboxes, *await followers.list_inboxes(tx, artisan.id)}


async def _say_changed(tx: Tx, uris: Uris, artisan: Artisan, post: Post, now: datetime) -> None:
    """Enqueue what a post says now, for those whom it is for; a public one also for all who were told or reacted."""
    if not post.visibility.is_sent:
        return
    activity_uri = uris.activity(new_uid(now))
    document = render.update_post(post, artisan, uris, activity_uri=activity_uri, reception=await reception(tx, post))
    inboxes = await _list_readers(tx, artisan, post)
    if post.visibility.is_public:
        inboxes |= {*await deliveries.list_reached(tx, post.uri), *await own_posts.list_inboxes_around(tx, post)}
    await _say(tx, artisan, post, document=document, inboxes=inboxes, now=now)


async def _say(
    tx: Tx, artisan: Artisan, post: Post, *, document: dict[str, Any], inboxes: Collection[str], now: datetime
) -> None:
    """Enqueue *document*, which is about a post; anybody may read it at its id who may read the post.

    Raises:
        BadInput: other servers would drop it.
    """
    if size_bytes(document) > _MOST_BYTES:
        raise BadInput("this is too long for other places: say less, or name fewer people")
    public = post.visibility.is_public
    await say(tx, artisan, document, subject_uri=post.uri, inbox_urls=sorted(inboxes), now=now, public=public)
