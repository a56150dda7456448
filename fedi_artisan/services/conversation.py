"""What others do with a work: liking, announcing, answering. Stored and counted; shown only when approved."""

from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import BadInput, Changed, NotFound
from fedi_artisan.storage import conversation, works
from fedi_artisan.storage.conversation import Standing
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab.notes import Note


async def find_work(tx: Tx, uris: Uris, uri: str | None) -> int | None:
    """Return the row of the shown work with this id, if it is one of ours."""
    uid = None if uri is None else uris.uid_of(uri, "works")
    return None if uid is None else await works.find_id(tx, uid)


async def find_subject(tx: Tx, uris: Uris, in_reply_to: str | None) -> int | None:
    """Return the row of the work that *in_reply_to*, a work or a reply to one, is about."""
    if in_reply_to is None:
        return None
    work_id = await find_work(tx, uris, in_reply_to)
    return work_id if work_id is not None else await conversation.find_work_of_reply(tx, in_reply_to)


async def react(
    tx: Tx, *, work_id: int, actor_id: int, kind: str, activity_uri: str, content: str | None, now: datetime
) -> None:
    """Count the actor's Like or Announce once, however often it comes."""
    await conversation.put_reaction(
        tx, work_id=work_id, actor_id=actor_id, kind=kind, activity_uri=activity_uri, content=content, now=now
    )


async def take_back(
    tx: Tx, actor_id: int, *, activity_uri: str | None, work_id: int | None = None, kind: str | None = None
) -> bool:
    """Take back the actor's reaction, found by its id or by work and kind; return whether there was one."""
    return await conversation.delete_reaction(tx, actor_id, activity_uri=activity_uri, work_id=work_id, kind=kind)


async def reply(tx: Tx, note: Note, *, work_id: int, actor_id: int, now: datetime) -> None:
    """Keep a reply until the artisan decides whether to show it."""
    await conversation.insert_reply(tx, note, work_id=work_id, actor_id=actor_id, now=now)


async def revise_reply(tx: Tx, note: Note, actor_id: int, now: datetime) -> bool:
    """Take the newer words of a reply, if it is this actor's and they are newer; return whether so."""
    return await conversation.update_reply(tx, note, actor_id, updated_at=min(note.updated_at or now, now), now=now)


async def withdraw_reply(tx: Tx, uri: str, actor_id: int) -> bool:
    """Forget a reply, if it is this actor's; return whether there was one."""
    return await conversation.delete_reply(tx, uri, actor_id)


async def show_reply(tx: Tx, artisan: Artisan, uri: str, *, version: int) -> int:
    """Show a public reply below the artisan's work, in the words that she has read: those of this *version*.

    Returns its row.

    Raises:
        NotFound: there is no such reply any more.
        Changed: its words are others by now.
        BadInput: it was written to her alone.
    """
    reply = await _standing(tx, artisan, uri)
    if reply.version != version:
        raise Changed("these words have changed meanwhile; read them as they are now")
    if not reply.public:
        raise BadInput("this was written to you alone and cannot be shown to others")
    if not reply.approved:
        await conversation.set_approved(tx, reply.id, approved=True)
    return reply.id


async def hide_reply(tx: Tx, artisan: Artisan, uri: str) -> int:
    """Show a reply below the artisan's work no more; it stays where it was written. Returns its row.

    Raises:
        NotFound: there is no such reply any more.
    """
    reply = await _standing(tx, artisan, uri)
    if reply.approved:
        await conversation.set_approved(tx, reply.id, approved=False)
    return reply.id


async def _standing(tx: Tx, artisan: Artisan, uri: str) -> Standing:
    """Return how a reply to a work of the artisan stands."""
    reply = await conversation.find_standing(tx, artisan.id, uri)
    if reply is None:
        raise NotFound("there is no such reply any more")
    return reply
