"""What becomes of words that somebody elsewhere sent: kept or not, and where."""

from collections.abc import Collection
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.posts import Visibility
from fedi_artisan.domain.safety import Rules, Verdict
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import Forbidden
from fedi_artisan.services import conversation, mentions, neighbours, policies, posts, quotes, safety, timeline
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import following, places
from fedi_artisan.storage import posts as stored_posts
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.places import Place
from fedi_artisan.vocab.notes import Note

NOT_TAKEN = "not taken from this actor"
HELD = "held until the artisan has looked at it"


async def take_in(tx: Tx, uris: Uris, note: Note, sender: Known, now: datetime, *, rules: Rules) -> str:
    """Keep what the sender wrote if it concerns somebody here; return in a few words what became of it.

    Raises:
        Forbidden: it is not hers.
    """
    check_author(note, sender)
    if note.is_poll_vote:
        return "a vote, not a reply"
    place, mentioned, refused = await _find_place(tx, uris, note, sender, now)
    if place == Place() and not mentioned and not await _is_followed(tx, note, sender):
        return "may not be answered" if refused else "not about anything of ours"
    if await neighbours.took_back(tx, sender.actor.uri, note.uri, said_at=note.updated_at or note.published_at):
        return "deleted before it came"
    verdict = await _keep(tx, note, sender, place, mentioned=mentioned, rules=rules, now=now)
    if verdict is not Verdict.PASS:
        return NOT_TAKEN if verdict is Verdict.DROP else HELD
    if place != Place():
        return "replied"
    if not mentioned:
        return "published"
    await posts.want_above(tx, uris, note, steps=1, now=now)
    return "mentioned"


async def _keep(
    tx: Tx, note: Note, author: Known, place: Place, *, mentioned: list[Artisan], rules: Rules, now: datetime
) -> Verdict:
    """Keep what somebody wrote as the rules about others have it, and return what they say."""
    named = safety.unless_blocked(rules, author.actor, mentioned)
    written_to = await _find_written_to(tx, place, named)
    # Named by somebody whom all whom she names have blocked, they are concerned all the same: it is dropped.
    concerned = (
        written_to or await following.find_following(tx, author.id) or frozenset(artisan.id for artisan in mentioned)
    )
    judgement = await safety.judge_post(
        tx, rules, note, sender=author, artisan_ids=concerned, written_to=written_to, now=now
    )
    if judgement.verdict is not Verdict.DROP:
        await posts.keep(tx, note, author=author, place=place, mentioned=named, now=now)
        await safety.heed(tx, note.uri, judgement)
    return judgement.verdict


async def _find_written_to(tx: Tx, place: Place, named: Collection[Artisan]) -> frozenset[int]:
    """Return the rows of the artisans to whom words are.

    In a conversation its artisan alone decides who is in it. Elsewhere those whom they name, who did not block their
    author. What is to nobody merely comes by those who follow her: one keeps nothing from the others.
    """
    owner = await places.find_owner(tx, place)
    return frozenset({owner}) if owner is not None else frozenset(artisan.id for artisan in named)


async def keep_found(
    tx: Tx, uris: Uris, note: Note, author: Known, now: datetime, *, rules: Rules, wanted: bool = False
) -> bool:
    """Keep a post that was asked for at its own server, for the sake of something else; return whether it can be kept.

    Only what anybody may read is. What an artisan asked for herself is *wanted*: no rule stands before that, but whom
    another one blocks does not come into her conversation so.
    """
    check_author(note, author)
    if not note.is_public or note.is_poll_vote:
        return False
    place, mentioned, _ = await _find_place(tx, uris, note, author, now)
    if wanted:
        if await places.find_owner(tx, place) in rules.blocked_by(author.actor):
            place = Place()
        mentioned, rules = safety.unless_blocked(rules, author.actor, mentioned), Rules()
    return await _keep(tx, note, author, place, mentioned=mentioned, rules=rules, now=now) is not Verdict.DROP


async def _find_place(
    tx: Tx, uris: Uris, note: Note, author: Known, now: datetime
) -> tuple[Place, list[Artisan], bool]:
    """Return where words stand, for which artisans they are, and whether they were refused a place.

    Refused, they stand nowhere; an artisan whom they name or quote was written to all the same, for her alone.
    """
    place = await conversation.find_place(tx, uris, note.in_reply_to) or Place()
    refused = place != Place() and not await policies.permits(tx, place, author.id, now)
    mentioned = await mentions.find_mentioned(tx, uris, note)
    quoted = await quotes.find_quoted(tx, uris, note.uri, note.quote_uri)
    if quoted is not None and quoted not in mentioned:
        mentioned.append(quoted)
    return Place() if refused else place, mentioned, refused


async def take_newer(tx: Tx, uris: Uris, note: Note, sender: Known, now: datetime, *, rules: Rules) -> str:
    """Take the newer words of what the sender wrote; what never came is taken in as if it were new.

    Raises:
        Forbidden: it is not hers.
    """
    check_author(note, sender)
    if not await posts.is_known(tx, note.uri):
        # Old posts are edited now and then for many reasons; those that were not wanted then are not wanted now.
        if note.published_at is None or note.published_at < now - posts.MAY_OVERTAKE:
            return "nothing of hers here by that id"
        return await take_in(tx, uris, note, sender, now, rules=rules)
    mentioned = safety.unless_blocked(rules, sender.actor, await mentions.find_mentioned(tx, uris, note))
    if not await posts.take_newer(tx, note, sender, mentioned, now):
        return "nothing newer of hers here"
    written_to = await stored_posts.find_written_to(tx, note.uri)
    concerned = written_to or await following.find_following(tx, sender.id)
    judgement = await safety.judge_post(
        tx, rules, note, sender=sender, artisan_ids=concerned, written_to=written_to, now=now
    )
    if judgement.verdict is Verdict.DROP:
        await posts.forget(tx, note.uri, sender.id)
        return NOT_TAKEN
    await safety.heed(tx, note.uri, judgement)
    return "post revised"


def check_author(note: Note, sender: Known) -> None:
    """Refuse words that are not the sender's own.

    Raises:
        Forbidden: they are not.
    """
    if note.attributed_to != sender.actor.uri:
        raise Forbidden(f"{sender.actor.uri} cannot speak for {note.attributed_to}")


async def _is_followed(tx: Tx, note: Note, sender: Known) -> bool:
    """Whether a post is for those who follow the sender, and somebody here does."""
    if note.visibility(sender.actor.followers_uri) is Visibility.DIRECT:
        return False
    return await timeline.is_followed(tx, sender.id)
