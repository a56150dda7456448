"""What others report of an artisan: kept, and nothing comes of it by itself; and what she reports of others."""

from collections.abc import Sequence
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.safety import LONGEST_REPORT, Deed, handle_of
from fedi_artisan.domain.uris import Uris, host_of, new_uid
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services.followers import Known
from fedi_artisan.services.outbox import say
from fedi_artisan.storage import artisans, moderation_log, posts, reports, works
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import render
from fedi_artisan.vocab.html import plain_text

MOST_POSTS = 20


async def whom_about(tx: Tx, uris: Uris, about: Sequence[str]) -> Artisan | None:
    """Return the artisan whom a report is about: herself, or whose work or post it names; None where nobody is."""
    for uri in about:
        uid = uris.uid_of(uri, "actors")
        if uid is not None and (artisan := await artisans.find_by_uid(tx, uid)) is not None:
            return artisan
    for uri in about:
        uid = uris.uid_of(uri, "works")
        if uid is not None and (work := await works.find(tx, uid)) is not None:
            return await artisans.get(tx, work.artisan_id)
        post = await posts.find(tx, uri)
        if post is not None and post.artisan_id is not None:
            return await artisans.get(tx, post.artisan_id)
    return None


async def called_of_ours(tx: Tx, uris: Uris, uri: str) -> str:
    """Return what an id of ours is called by people: a name, a title; else the id itself."""
    actor, work = uris.uid_of(uri, "actors"), uris.uid_of(uri, "works")
    if actor is not None and (artisan := await artisans.find_by_uid(tx, actor)) is not None:
        return artisan.name
    if work is not None and (found := await works.find(tx, work)) is not None:
        return found.draft.title
    return uri


async def take_in(
    tx: Tx, artisan: Artisan, *, activity_uri: str, sender_uri: str, about: Sequence[str], words: str, now: datetime
) -> bool:
    """Keep what another server reports of an artisan; return whether that is new."""
    return await reports.put_incoming(
        tx,
        artisan.id,
        activity_uri=activity_uri,
        host=host_of(sender_uri),
        about=about,
        # Most programs send text, some HTML.
        words=(plain_text(words) if "<" in words else words)[:LONGEST_REPORT],
        now=now,
    )


async def report(
    tx: Tx, uris: Uris, artisan: Artisan, reported: Known, *, post_uris: Sequence[str], words: str, now: datetime
) -> None:
    """Report an actor, and some of what she said, to those who keep her server; who reports is not told.

    Raises:
        BadInput: it is not said why, or too much is named.
    """
    words = words.strip()
    if not words:
        raise BadInput("Say in a few words what is wrong; those who keep the other server read it.")
    if len(words) > LONGEST_REPORT:
        raise BadInput("This is too long: up to {most} characters are possible.", most=LONGEST_REPORT)
    if len(post_uris) > MOST_POSTS:
        raise BadInput("Up to {most} posts can be reported at once.", most=MOST_POSTS)
    actor = reported.actor
    activity_uri = uris.activity(new_uid(now))
    document = render.flag(uris, activity_uri=activity_uri, object_uri=actor.uri, post_uris=post_uris, words=words)
    inbox_urls = [actor.shared_inbox_url or actor.inbox_url]
    await say(tx, artisan, document, subject_uri=actor.uri, inbox_urls=inbox_urls, now=now, to_blocked=True)
    about = (actor.uri, *post_uris)
    host = host_of(actor.uri)
    await reports.put_outgoing(tx, artisan.id, activity_uri=activity_uri, host=host, about=about, words=words, now=now)
    handle = handle_of(actor.username, actor.uri)
    await moderation_log.write(tx, artisan.id, Deed.REPORT, actor.uri, called=f"@{handle}", why=words, now=now)


async def settle(tx: Tx, artisan: Artisan, report_id: int, now: datetime) -> None:
    """Be done with a report of others.

    Raises:
        NotFound: there is none any more, or she was done with it.
    """
    settled = await reports.settle(tx, artisan.id, report_id, now)
    if settled is None:
        raise NotFound("this was decided already")
    await moderation_log.write(tx, artisan.id, Deed.SETTLE, settled.host, called=settled.host, why="", now=now)
