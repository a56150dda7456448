"""Liking and sharing what others posted, and taking it back; their servers are told (WIRE 5.3)."""

from datetime import datetime
from enum import StrEnum

from fedi_artisan.domain.actors import Artisan, RemoteActor
from fedi_artisan.domain.posts import Post
from fedi_artisan.domain.uris import Uris, new_uid
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services.outbox import say
from fedi_artisan.storage import actors, deliveries, followers, own_reactions
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import render
from fedi_artisan.vocab.render.moments import moment


class Reaction(StrEnum):
    """What an artisan does with a post of somebody else; the value is the type of the activity."""

    LIKE = "Like"
    ANNOUNCE = "Announce"


async def like(tx: Tx, uris: Uris, artisan: Artisan, post: Post, now: datetime) -> bool:
    """Like a post and tell its author; return False where the artisan liked it already.

    Raises:
        BadInput: it is of this server.
        NotFound: its author is known no more.
    """
    author = await _author(tx, post)
    uri = uris.activity(new_uid(now))
    if not await own_reactions.put(tx, artisan.id, post.id, Reaction.LIKE, uri, now=now):
        return False
    document = render.like(artisan, uris, activity_uri=uri, object_uri=post.uri, author_uri=author.uri)
    await say(tx, artisan, document, subject_uri=post.uri, inbox_urls=[author.inbox_url], now=now)
    return True


async def announce(tx: Tx, uris: Uris, artisan: Artisan, post: Post, now: datetime) -> bool:
    """Share a post with the artisan's followers, and tell its author; return False where she shares it already.

    Raises:
        BadInput: it is of this server, or not everybody may read it.
        NotFound: its author is known no more.
    """
    author = await _author(tx, post)
    if not post.visibility.is_public:
        raise BadInput("this was not written for everybody, and cannot be boosted")
    uri = uris.activity(new_uid(now))
    if not await own_reactions.put(tx, artisan.id, post.id, Reaction.ANNOUNCE, uri, now=now):
        return False
    document = render.announce(
        artisan, uris, activity_uri=uri, object_uri=post.uri, author_uri=author.uri, published=moment(now)
    )
    inboxes = await _inboxes(tx, artisan, author, Reaction.ANNOUNCE)
    await say(tx, artisan, document, subject_uri=post.uri, inbox_urls=inboxes, now=now, public=True)
    return True


async def take_back(tx: Tx, uris: Uris, artisan: Artisan, post: Post, *, kind: Reaction, now: datetime) -> bool:
    """Like or share a post no more, and tell whoever was told; return False where the artisan did not.

    Raises:
        BadInput: it is of this server.
        NotFound: its author is known no more.
    """
    author = await _author(tx, post)
    reaction_uri = await own_reactions.delete(tx, artisan.id, post.id, kind)
    if reaction_uri is None:
        return False
    document = render.undo_reaction(
        artisan,
        uris,
        activity_uri=uris.activity(new_uid(now)),
        kind=kind,
        reaction_uri=reaction_uri,
        object_uri=post.uri,
        author_uri=author.uri,
    )
    await deliveries.hide(tx, reaction_uri)
    inboxes = await _inboxes(tx, artisan, author, kind)
    await say(tx, artisan, document, subject_uri=post.uri, inbox_urls=inboxes, now=now)
    return True


async def _author(tx: Tx, post: Post) -> RemoteActor:
    """Return who wrote a post elsewhere."""
    if post.author is None:
        raise BadInput("this is a post of this very site")
    stored = await actors.find_by_id(tx, post.author.id)
    if stored is None:
        raise NotFound(f"{post.author.uri} is known no more")
    return stored.actor


async def _inboxes(tx: Tx, artisan: Artisan, author: RemoteActor, kind: Reaction) -> list[str]:
    """Return where a reaction is told: to the author and, of what is shared, to followers."""
    if kind is Reaction.LIKE:
        return [author.inbox_url]
    reached = set(await followers.list_inboxes(tx, artisan.id))
    # Behind a shared inbox that is told anyway she hears of it once.
    if author.shared_inbox_url not in reached:
        reached.add(author.inbox_url)
    return sorted(reached)
