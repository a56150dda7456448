"""Blocking and muting people, and letting them in again."""

from datetime import datetime

from fedi_artisan.domain.actors import Artisan, split_handle
from fedi_artisan.domain.safety import MOST_PEOPLE, Deed, handle_of
from fedi_artisan.domain.uris import Uris, new_uid, origin_of
from fedi_artisan.errors import BadInput
from fedi_artisan.services import followers as followers_service
from fedi_artisan.services import following as following_service
from fedi_artisan.services import quotes as quotes_service
from fedi_artisan.services.followers import Known
from fedi_artisan.services.outbox import say
from fedi_artisan.storage import actors, following, moderation_log, unwelcome
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import render


async def find(tx: Tx, written: str) -> tuple[str, str, Known | None]:
    """Return whom somebody means by an id, an address or a handle: by what she is known, her handle, and herself.

    Somebody who is not known here is known by her handle; nobody is asked.

    Raises:
        BadInput: it is neither.
    """
    written = written.strip()
    if "://" in written:
        found = await actors.find(tx, written) or await actors.find_by_url(tx, written)
        if found is None:
            if origin_of(written) is None:
                raise BadInput("{handle!r} is not a handle: write it as @name@place.example", handle=written)
            return written, written, None
    else:
        username, host = split_handle(written)
        handle = f"{username}@{host}".lower()
        found = await actors.find_by_handle(tx, username, host)
        if found is None:
            return handle, handle, None
    return found.actor.uri, handle_of(found.actor.username, found.actor.uri), Known(found.id, found.actor)


async def block(tx: Tx, uris: Uris, artisan: Artisan, written: str, now: datetime, *, why: str = "") -> bool:
    """Part from somebody, by her id or handle; return whether the artisan had not before.

    No follow and no permission to quote stands any more, all that she did to the artisan's works and posts and said
    there is gone at once, nothing goes to her, and her server is told.

    Raises:
        BadInput: it is no handle, she is of this server, or too many are blocked already.
    """
    whom, handle, known = await find(tx, written)
    if uris.is_ours(whom) or handle.rpartition("@")[2] == uris.host:
        raise BadInput("This is somebody of this house.")
    if await unwelcome.find_block(tx, artisan.id, whom) is not None:
        return False
    if (await unwelcome.count(tx, artisan.id))[0] >= MOST_PEOPLE:
        raise BadInput("Up to {most} people can be blocked.", most=MOST_PEOPLE)
    block_uri = None if known is None else await _part(tx, uris, artisan, known, now)
    await unwelcome.put_block(tx, artisan.id, whom, handle, now, block_uri=block_uri)
    await unwelcome.delete_mute(tx, artisan.id, whom, handle)
    await moderation_log.write(tx, artisan.id, Deed.BLOCK, whom, called=f"@{handle}", why=why, now=now)
    return True


async def _part(tx: Tx, uris: Uris, artisan: Artisan, known: Known, now: datetime) -> str:
    """End all that was between an artisan and an actor, tell her server, and return the id of the Block."""
    actor_uri, inbox_url = known.actor.uri, known.actor.inbox_url
    await unwelcome.drop_deliveries(tx, artisan.id, inbox_url, now)
    if await following.find(tx, artisan.id, actor_uri) is not None:
        await following_service.stop(tx, uris, artisan, actor_uri, now)
    # Not every server understands a Block; all know that a follow was refused.
    if not await followers_service.remove(tx, uris, artisan, actor_uri, now):
        await followers_service.decline(tx, uris, artisan, actor_uri, now)
    await quotes_service.withdraw_all(tx, uris, artisan, known.id, now)
    await unwelcome.take_away(tx, artisan.id, known.id)
    block_uri = uris.activity(new_uid(now))
    document = render.block(artisan, uris, activity_uri=block_uri, object_uri=actor_uri)
    await say(tx, artisan, document, subject_uri=actor_uri, inbox_urls=[inbox_url], now=now, to_blocked=True)
    return block_uri


async def unblock(tx: Tx, uris: Uris, artisan: Artisan, written: str, now: datetime) -> bool:
    """Block somebody no more, and tell her server; nothing else comes back. Return whether she was blocked."""
    whom, handle, known = await find(tx, written)
    block_uris = await unwelcome.delete_block(tx, artisan.id, whom, handle)
    if not block_uris:
        return False
    for block_uri in filter(None, block_uris):
        if known is not None:
            document = render.undo_block(
                artisan,
                uris,
                activity_uri=uris.activity(new_uid(now)),
                block_uri=block_uri,
                object_uri=known.actor.uri,
            )
            inbox_urls = [known.actor.inbox_url]
            await say(tx, artisan, document, subject_uri=known.actor.uri, inbox_urls=inbox_urls, now=now)
    for subject in {whom, handle}:
        await moderation_log.mark_undone(tx, artisan.id, Deed.BLOCK, subject, now)
    await moderation_log.write(tx, artisan.id, Deed.UNBLOCK, whom, called=f"@{handle}", why="", now=now)
    return True


async def mute(
    tx: Tx, uris: Uris, artisan: Artisan, written: str, now: datetime, *, until: datetime | None = None, why: str = ""
) -> bool:
    """Have an artisan not read somebody, until a moment or for good; nobody is told. Return whether that is new.

    Raises:
        BadInput: it is no handle, she is of this server, or too many are muted already.
    """
    whom, handle, _ = await find(tx, written)
    if uris.is_ours(whom) or handle.rpartition("@")[2] == uris.host:
        raise BadInput("This is somebody of this house.")
    if (await unwelcome.count(tx, artisan.id))[1] >= MOST_PEOPLE:
        raise BadInput("Up to {most} people can be muted.", most=MOST_PEOPLE)
    if not await unwelcome.put_mute(tx, artisan.id, whom, handle, now, until=until):
        return False
    await moderation_log.write(tx, artisan.id, Deed.MUTE, whom, called=f"@{handle}", why=why, now=now)
    return True


async def unmute(tx: Tx, artisan: Artisan, written: str, now: datetime) -> bool:
    """Read somebody again; return whether she was muted."""
    whom, handle, _ = await find(tx, written)
    if not await unwelcome.delete_mute(tx, artisan.id, whom, handle):
        return False
    for subject in {whom, handle}:
        await moderation_log.mark_undone(tx, artisan.id, Deed.MUTE, subject, now)
    await moderation_log.write(tx, artisan.id, Deed.UNMUTE, whom, called=f"@{handle}", why="", now=now)
    return True
