"""Follow: somebody wants to see an artisan's works (ActivityPub 7.5)."""

from fedi_artisan.domain.safety import Verdict
from fedi_artisan.federation.event import Event
from fedi_artisan.services import followers, safety
from fedi_artisan.storage.db import Tx


async def handle(tx: Tx, event: Event) -> str:
    """Take the sender as a follower and enqueue the Accept, or have her wait for the artisan's answer, or refuse.

    Whoever is blocked gets no answer.
    """
    artisan = await event.artisan(tx, event.activity.object.uri)
    follow_uri = event.activity.uri
    recent = event.guard.count_request(event.sender.actor.uri)
    judgement = await safety.judge_follow(tx, event.guard.rules, event.sender, artisan.id, recent=recent)
    if judgement.verdict is Verdict.DROP:
        return "not taken from this actor"
    follows = await followers.request(
        tx,
        event.uris,
        artisan,
        event.sender,
        follow_uri=follow_uri,
        now=event.now,
        waits=judgement.verdict is Verdict.HOLD,
    )
    if follows:
        return "follows"
    return "told that the artisan has moved" if artisan.moved_to is not None else "waits for the artisan's answer"
