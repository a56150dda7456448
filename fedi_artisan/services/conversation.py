"""What others do with what is ours: liking, announcing, answering. Stored and counted; shown only when approved."""

from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.safety import Rules, Verdict
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import BadInput, Changed, NotFound
from fedi_artisan.services import policies, safety
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import conversation, places, post_reactions, works
from fedi_artisan.storage.conversation import Standing
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.places import Place


async def find_work(tx: Tx, uris: Uris, uri: str | None) -> int | None:
    """Return the row of the shown work with this id, if it is one of ours."""
    uid = None if uri is None else uris.uid_of(uri, "works")
    return None if uid is None else await works.find_id(tx, uid)


async def find_place(tx: Tx, uris: Uris, in_reply_to: str | None) -> Place | None:
    """Return in whose conversation an answer to *in_reply_to* stands: that of a work, or of a post of ours, or none.

    None where nothing is known here that has this id.
    """
    if in_reply_to is None:
        return None
    work_id = await find_work(tx, uris, in_reply_to)
    return Place(work_id=work_id) if work_id is not None else await places.find_place(tx, in_reply_to)


async def may_react(tx: Tx, uris: Uris, uri: str | None, sender: Known, rules: Rules) -> bool:
    """Whether what an actor does to what has the id *uri* counts; the database is asked only if a rule is about her."""
    if not rules.concern(sender.actor):
        return True
    place = await find_place(tx, uris, uri)
    owner = None if place is None else await places.find_owner(tx, place)
    if owner is None:
        return safety.judge_sender(rules, sender.actor).verdict is Verdict.PASS
    judgement = await safety.judge_reaction(tx, rules, sender, owner)
    return judgement.verdict is Verdict.PASS


async def welcome(tx: Tx, place: Place, actor_id: int, *, but_for: str, now: datetime) -> bool:
    """Whether what an actor says at this place is shown at once.

    The artisan whose conversation it is says whose words are: of those whom she follows, and of whom she has shown
    something else before (all but what has the id *but_for*); of everybody; of nobody. What others say waits for her.
    """
    return await policies.welcomes(tx, place, actor_id, but_for=but_for, now=now)


async def react(
    tx: Tx,
    uris: Uris,
    uri: str | None,
    *,
    actor_id: int,
    kind: str,
    activity_uri: str,
    content: str | None = None,
    now: datetime,
) -> bool:
    """Count the actor's Like or Announce of what has the id *uri* once, however often it comes.

    Returns whether that is a work or a post of ours that she may read, and may show to others where she announces it.
    """
    aloud = kind == "Announce"
    work_uid, uid = (None, None) if uri is None else (uris.uid_of(uri, "works"), uris.uid_of(uri, "posts"))
    work_id = None if work_uid is None else await conversation.find_work(tx, work_uid, actor_id, aloud=aloud)
    if work_id is not None:
        await conversation.put_reaction(
            tx, work_id=work_id, actor_id=actor_id, kind=kind, activity_uri=activity_uri, content=content, now=now
        )
        return True
    post_id = None if uid is None else await post_reactions.find_post(tx, uid, actor_id, aloud=aloud)
    if post_id is None:
        return False
    await post_reactions.put(
        tx, post_id=post_id, actor_id=actor_id, kind=kind, activity_uri=activity_uri, content=content, now=now
    )
    return True


async def take_back(
    tx: Tx, uris: Uris, actor_id: int, *, activity_uri: str | None, uri: str | None = None, kind: str | None = None
) -> bool:
    """Take back the actor's reaction, found by its id, or by its kind and what it is to; return if there was one."""
    work_id = await find_work(tx, uris, uri)
    if await conversation.delete_reaction(tx, actor_id, activity_uri=activity_uri, work_id=work_id, kind=kind):
        return True
    return await post_reactions.delete(tx, actor_id, activity_uri=activity_uri, post_uri=uri, kind=kind)


async def show_reply(tx: Tx, artisan: Artisan, uri: str, *, version: int) -> int:
    """Show a public reply below the artisan's work or post, in the words that she has read: those of this *version*.

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
    await conversation.set_approved(tx, reply.id, approved=True)
    return reply.id


async def hide_reply(tx: Tx, artisan: Artisan, uri: str) -> int:
    """Show a reply below the artisan's work or post no more; it stays where it was written. Returns its row.

    Raises:
        NotFound: there is no such reply any more.
    """
    reply = await _standing(tx, artisan, uri)
    await conversation.set_approved(tx, reply.id, approved=False)
    return reply.id


async def _standing(tx: Tx, artisan: Artisan, uri: str) -> Standing:
    """Return how a reply to a work or a post of the artisan stands."""
    reply = await conversation.find_standing(tx, artisan.id, uri)
    if reply is None:
        raise NotFound("there is no such reply any more")
    return reply
