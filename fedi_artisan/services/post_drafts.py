"""What an artisan is about to say: kept as she types it, said at once, or as soon as its pictures are made."""

import dataclasses
import functools
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.drafts import DraftPhoto
from fedi_artisan.domain.photos import LONGEST_ALT, Photo
from fedi_artisan.domain.post_drafts import Given, PostInWriting
from fedi_artisan.domain.posts import (
    LONGEST_POST,
    LONGEST_WARNING,
    MOST_PICTURES,
    Mention,
    Post,
    PostDraft,
    Visibility,
)
from fedi_artisan.domain.texts import check_language, check_text, say
from fedi_artisan.domain.uris import Uris, new_uid
from fedi_artisan.domain.works import Work
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services import speaking
from fedi_artisan.storage import artisans, own_posts, photos, post_drafts, posts, works
from fedi_artisan.storage.db import Tx, savepoint


@dataclass(frozen=True, slots=True)
class Pressed:
    """What came of the button: the post; or what is wrong, by field; or neither, where it waits for its pictures."""

    post: Post | None = None
    problems: dict[str, BadInput] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is answered: its id, and the post or the work that it is."""

    uri: str
    post: Post | None = None
    work: Work | None = None


async def keep(
    tx: Tx,
    artisan: Artisan,
    uid: str,
    given: Given,
    now: datetime,
    *,
    post_uid: str | None = None,
    reopens: bool = True,
) -> PostInWriting:
    """Keep what was typed under this uid and return it; what was said already is returned as it is.

    What waits for its pictures waits no longer then, unless it is kept by a script that *reopens* nothing.

    Raises:
        NotFound: this is somebody else's.
    """
    is_kept = await post_drafts.put(
        tx, uid=uid, artisan_id=artisan.id, post_uid=post_uid, fields=given.fields, now=now, reopens=reopens
    )
    kept = await get(tx, artisan, uid)
    if is_kept:
        await post_drafts.put_photos(tx, kept.id, artisan.id, given.alts)
    return await get(tx, artisan, uid)


async def get(tx: Tx, artisan: Artisan, uid: str) -> PostInWriting:
    """Return what the artisan is writing under this uid.

    Raises:
        NotFound: there is nothing.
    """
    kept = await post_drafts.find(tx, artisan.id, uid)
    if kept is None:
        raise NotFound("there is no such post in writing")
    return kept


async def discard(tx: Tx, kept: PostInWriting) -> None:
    """Throw away what is written, unless it was said; its photographs go with the next tidying."""
    await post_drafts.delete(tx, kept.id)


async def find_target(tx: Tx, uris: Uris, artisan: Artisan, to: str) -> Target | None:
    """Return what is answered: *to* is the row of a post, or the uid of a work; None where it cannot be answered."""
    if to.isascii() and to.isdigit() and len(to) <= len("1000000000000"):
        post = await posts.find_by_id(tx, int(to))
        if post is None or post.withdrawn_at is not None or not await own_posts.may_read(tx, artisan.id, post):
            return None
        return Target(uri=post.uri, post=post)
    work = await works.find(tx, to) if to else None
    if work is None or work.withdrawn_at is not None or work.artisan_id != artisan.id:
        return None
    return Target(uri=uris.work(work.uid), work=work)


async def publish(
    tx: Tx, uris: Uris, artisan: Artisan, kept: PostInWriting, *, mentions: Collection[Mention], now: datetime
) -> Pressed:
    """Say what is written now, or as soon as its pictures are made. A second press leads to the same post.

    Args:
        tx: the transaction.
        uris: where everything is.
        artisan: who says it.
        kept: what is written, as it was just kept.
        mentions: whom the text names, as it was found out before.
        now: the moment.
    """
    # As it is now: of two presses at the same moment, the second waited for the first.
    kept = await get(tx, artisan, kept.uid)
    if kept.published_uid is not None:
        return Pressed(await own_posts.get(tx, kept.published_uid))
    problems = find_problems(kept)
    if problems:
        return Pressed(problems=problems)
    if kept.is_pending:
        await post_drafts.set_waiting(tx, kept.id, mentions)
        return Pressed()
    try:
        async with savepoint(tx):
            post = await _say(tx, uris, artisan, kept, mentions=mentions, now=now)
            await post_drafts.set_published(tx, kept.id, post.id, now)
    except BadInput as error:
        return Pressed(problems={"text": error})
    return Pressed(post)


async def publish_due(tx: Tx, uris: Uris, draft_id: int, now: datetime) -> bool:
    """Say what waited in this row, if its pictures are made now; return whether it is said.

    Where something is wrong with it, it waits no longer, and tells why.
    """
    kept = await post_drafts.find_waiting(tx, draft_id)
    if kept is None:
        return False
    artisan = await artisans.get(tx, kept.artisan_id)
    pressed = await publish(tx, uris, artisan, kept, mentions=kept.mentions, now=now)
    for error in pressed.problems.values():
        await post_drafts.set_open(tx, kept.id, error)
    return pressed.post is not None


def find_problems(kept: PostInWriting) -> dict[str, BadInput]:
    """Return what is wrong with what is written, all at once, by the names of the fields."""
    problems: dict[str, BadInput] = {}
    checks: list[tuple[str, Callable[[], object]]] = [
        ("text", lambda: check_text(say("text"), kept.fields.get("text", ""), LONGEST_POST)),
        ("warning", lambda: check_text(say("warning"), kept.fields.get("warning", ""), LONGEST_WARNING)),
        ("language", lambda: check_language(kept.fields.get("language", ""))),
        ("visibility", lambda: _visibility(kept)),
        ("photos", lambda: _check_count(kept)),
        *((f"alt-{photo.uid}", functools.partial(_check_photo, photo)) for photo in kept.photos),
    ]
    for name, check in checks:
        try:
            check()
        except BadInput as error:
            problems[name] = error
    if not kept.fields.get("text", "").strip() and not kept.photos:
        problems["text"] = BadInput("There is nothing to say yet: write something, or add a picture.")
    return problems


def _check_count(kept: PostInWriting) -> None:
    if len(kept.photos) > MOST_PICTURES:
        raise BadInput("a post can have up to {most} pictures", most=MOST_PICTURES)


def _check_photo(photo: DraftPhoto) -> None:
    """Refuse a photograph of which nothing can be made, and what is too long beside it."""
    if photo.refusal is not None:
        raise photo.refusal
    check_text(say("description"), photo.words.get("alt", ""), LONGEST_ALT)


def _visibility(kept: PostInWriting) -> Visibility:
    """Return for whom it is to be.

    Raises:
        BadInput: nobody can tell.
    """
    try:
        return Visibility(kept.fields.get("visibility", ""))
    except ValueError:
        raise BadInput("choose one of these") from None


async def _say(
    tx: Tx, uris: Uris, artisan: Artisan, kept: PostInWriting, *, mentions: Collection[Mention], now: datetime
) -> Post:
    """Publish what is written, or revise its post with it.

    Raises:
        BadInput: it cannot be said so.
    """
    draft = PostDraft(
        text=kept.fields.get("text", ""),
        visibility=_visibility(kept),
        warning=kept.fields.get("warning", "").strip(),
        sensitive=bool(kept.fields.get("sensitive")),
        language=kept.fields.get("language", ""),
        photos=await _own_photos(tx, kept, now),
        mentions=tuple(mentions),
    )
    if kept.post_uid is not None:
        post = await own_posts.get(tx, kept.post_uid)
        return await speaking.revise(tx, uris, post, dataclasses.replace(draft, quote_uri=post.quote_uri), now)
    quoted = await find_target(tx, uris, artisan, kept.fields.get("quote", ""))
    if kept.fields.get("quote") and quoted is None:
        raise BadInput("what this quotes is not here any more")
    draft = dataclasses.replace(draft, quote_uri=None if quoted is None else quoted.uri)
    to = kept.fields.get("to", "")
    if not to:
        return await speaking.publish(tx, uris, artisan, draft, now)
    target = await find_target(tx, uris, artisan, to)
    if target is None:
        raise BadInput("what this answers is not here any more")
    return await speaking.publish(tx, uris, artisan, dataclasses.replace(draft, in_reply_to=target.uri), now)


async def _own_photos(tx: Tx, kept: PostInWriting, now: datetime) -> tuple[Photo, ...]:
    """Return the photographs that its post can have for itself, each a twin where it stands elsewhere already."""
    taken, language, own = await post_drafts.list_taken(tx, kept.id), kept.fields.get("language", ""), []
    for one in kept.photos:
        alt = one.words.get("alt", "").strip()
        alts = {code: text for code, text in {**one.photo.alts, language: alt}.items() if text}
        uid = one.uid
        if uid in taken:
            uid = new_uid(now)
            await photos.copy(tx, one.uid, twin=uid, now=now)
        own.append(dataclasses.replace(one.photo, uid=uid, alts=alts))
    return tuple(own)
