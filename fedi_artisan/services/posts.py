"""What people elsewhere say: kept where it is about something of ours, for somebody here, or of whom she follows."""

from collections.abc import Collection
from datetime import datetime, timedelta

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.safety import Reason
from fedi_artisan.domain.unwanted import Action
from fedi_artisan.domain.uris import Uris, site_of
from fedi_artisan.services import conversation, policies
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import held, mentions, places, posts, unwanted_words, wanted_posts
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.places import Place
from fedi_artisan.vocab.notes import Note

MOST_BELOW = 200
# What was said above a post that was sent to us is asked for so far up (WIRE 10.2 #43).
MOST_STEPS = 5
# How late a post may come after the news that it was changed.
MAY_OVERTAKE = timedelta(days=1)
_NOWHERE = Place()


async def keep(
    tx: Tx, note: Note, *, author: Known, place: Place, mentioned: Collection[Artisan], now: datetime
) -> int | None:
    """Keep what somebody wrote, and return its row; None where it is known already.

    In a conversation of ours it is shown at once if she is welcome there, else when the artisan decides so. What came
    before and answers it comes to stand there as well.
    """
    ids = [artisan.id for artisan in mentioned]
    visibility = note.visibility(author.actor.followers_uri)
    stands = place != _NOWHERE
    approved = (
        stands and visibility.is_public and await conversation.welcome(tx, place, author.id, but_for=note.uri, now=now)
    )
    inserted = await posts.insert(
        tx,
        note,
        actor_id=author.id,
        place=place,
        addressed=ids,
        approved=approved,
        now=now,
        visibility=visibility,
    )
    if inserted is None:
        return None
    for artisan_id in ids:
        await mentions.prune(tx, artisan_id, author.id)
    if stands and inserted.awaited:
        await _gather(tx, note.uri, place, now)
    return inserted.id


async def _gather(tx: Tx, uri: str, place: Place, now: datetime) -> None:
    """Let what answers the post *uri*, and waited for it, stand in its conversation, as far as that is permitted.

    Somebody else here may hear from whom the artisan of the conversation blocks or mutes: that stands elsewhere.
    """
    owner = await places.find_owner(tx, place)
    for below in await places.list_below(tx, uri, MOST_BELOW):
        unheard = owner is not None and await posts.is_unheard(tx, owner, below.actor_id)
        if unheard or not await policies.permits(tx, place, below.actor_id, now):
            continue
        if owner is not None:
            await _heed_words(tx, owner, below.uri)
        approved = below.public and await conversation.welcome(tx, place, below.actor_id, but_for=below.uri, now=now)
        await places.put_in_place(tx, below.id, place, approved=approved)


async def _heed_words(tx: Tx, owner: int, uri: str) -> None:
    """Hold the post *uri*, or put it behind a warning, for a word that the artisan of a conversation does not want."""
    post = await posts.find(tx, uri)
    word = None if post is None else await unwanted_words.find_caught(tx, owner, post)
    if word is not None and word.action is Action.HIDE:
        await held.hold(tx, uri, Reason.WORD, word.phrase)
    elif word is not None:
        await held.warn(tx, uri, word.phrase)


async def take_newer(tx: Tx, note: Note, author: Known, mentioned: Collection[Artisan], now: datetime) -> bool:
    """Take the newer words of a post, if it is this author's and they are newer; return whether so.

    It never gets more readers than it had: what was written for a few is not for all because a second message says so.
    """
    post = await posts.find(tx, note.uri)
    if post is None or post.author is None or post.author.id != author.id:
        return False
    place = Place(work_id=post.work_id, journal_id=post.journal_id)
    post_id = await posts.update(
        tx,
        note,
        author.id,
        updated_at=min(note.updated_at or now, now),
        now=now,
        visibility=post.visibility.narrowed(note.visibility(author.actor.followers_uri)),
        stays_shown=post.approved and await conversation.welcome(tx, place, author.id, but_for=note.uri, now=now),
    )
    if post_id is None:
        return False
    ids = [artisan.id for artisan in mentioned]
    await posts.address(tx, post_id, ids, now)
    for artisan_id in ids:
        await mentions.prune(tx, artisan_id, author.id)
    return True


async def want_above(tx: Tx, uris: Uris, note: Note, *, steps: int, now: datetime) -> None:
    """Have what a note answers asked for at its own server, if it is not known here, nor too far up."""
    uri = note.in_reply_to
    if uri is None or steps > MOST_STEPS or uris.is_ours(uri) or await is_known(tx, uri):
        return
    await wanted_posts.put(tx, uri, site=site_of(uri), steps=steps, now=now)


async def forget(tx: Tx, uri: str, actor_id: int) -> bool:
    """Forget a post, if it is this actor's; return whether there was one."""
    return await posts.delete(tx, uri, actor_id)


async def is_known(tx: Tx, uri: str | None) -> bool:
    """Whether what has this id is kept."""
    return uri is not None and await places.find_place(tx, uri) is not None
