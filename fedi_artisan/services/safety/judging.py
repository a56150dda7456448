"""What is done with something that came: whether it passes, is held until the artisan has looked at it, or is dropped.

Most of what comes is decided by the rules in memory alone; the database is asked only where a rule needs it.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from fedi_artisan.domain.actors import Artisan, RemoteActor
from fedi_artisan.domain.safety import (
    NEW_FOR,
    PASS,
    Judgement,
    Reason,
    Rules,
    Severity,
    Verdict,
    handle_of,
    is_like_spam,
)
from fedi_artisan.domain.unwanted import Action
from fedi_artisan.domain.uris import host_of
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import held, servers
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab.html import plain_text
from fedi_artisan.vocab.notes import Note

_LINK = re.compile(r"<a\b[^>]*>", re.IGNORECASE)
_NO_LINK = re.compile(r'class="[^"]*(?:mention|hashtag)', re.IGNORECASE)


def judge_sender(rules: Rules, sender: RemoteActor, artisan_ids: frozenset[int] | None = None) -> Judgement:
    """Return whether anything of an actor is taken, whatever it is; asks nothing but the rules.

    Args:
        rules: as they stand.
        sender: who did something.
        artisan_ids: whom it concerns; nothing passes of somebody whom all of them blocked. None where it concerns
            nobody by name.
    """
    refused = rules.refuses(sender.uri)
    if refused is not None:
        return _drop(refused, host_of(sender.uri))
    if artisan_ids and artisan_ids <= rules.blocked_by(sender):
        return _drop(Reason.BLOCKED)
    return PASS


def unless_blocked(rules: Rules, sender: RemoteActor, artisans: Iterable[Artisan]) -> list[Artisan]:
    """Return those of some artisans who did not block an actor."""
    blocked_by = rules.blocked_by(sender)
    return [artisan for artisan in artisans if artisan.id not in blocked_by]


async def judge_reaction(tx: Tx, rules: Rules, sender: Known, artisan_id: int) -> Judgement:
    """Return what is done with a Like or an Announce; of a silenced server only those whom somebody follows count."""
    judgement = judge_sender(rules, sender.actor, frozenset({artisan_id}))
    if judgement.verdict is Verdict.PASS and rules.severity(sender.actor.uri) is Severity.SILENCED:
        return PASS if await held.is_followed(tx, sender.id) else _drop(Reason.SILENCED, host_of(sender.actor.uri))
    return judgement


async def judge_follow(tx: Tx, rules: Rules, sender: Known, artisan_id: int, *, recent: int) -> Judgement:
    """Return what is done with a request to follow: what is held, the artisan answers herself.

    Args:
        tx: the transaction.
        rules: as they stand.
        sender: who asks.
        artisan_id: whom she wants to follow.
        recent: how many on her server asked within an hour.
    """
    judgement = judge_sender(rules, sender.actor, frozenset({artisan_id}))
    if judgement.verdict is not Verdict.PASS:
        return judgement
    host = host_of(sender.actor.uri)
    if rules.severity(sender.actor.uri) is Severity.SILENCED and not await held.is_followed(tx, sender.id):
        return _hold(Reason.SILENCED, host)
    if await held.is_known(tx, sender.id):
        return PASS
    if recent > rules.limits.requests or await _is_full(tx, rules, sender.actor.uri):
        return _hold(Reason.FLOOD, host)
    return PASS


async def judge_post(
    tx: Tx,
    rules: Rules,
    note: Note,
    *,
    sender: Known,
    artisan_ids: frozenset[int],
    written_to: frozenset[int],
    now: datetime,
) -> Judgement:
    """Return what is done with something that somebody wrote.

    Args:
        tx: the transaction.
        rules: as they stand.
        note: what she wrote.
        sender: who wrote it.
        artisan_ids: the rows of the artisans whom it concerns: in whose conversation it stands, whom it names, or who
            follow her. What all of them muted passes quietly.
        written_to: the rows of those of them in whose conversation it stands, or whom it names. What one of these does
            not want to read is held until she has looked at it; what merely comes by is left out for each where she
            reads, and for nobody else.
        now: the moment.
    """
    judgement = judge_sender(rules, sender.actor, artisan_ids)
    if judgement.verdict is not Verdict.PASS:
        return judgement
    uri, handle = sender.actor.uri, handle_of(sender.actor.username, sender.actor.uri)
    if rules.severity(uri) is Severity.SILENCED and not await held.is_followed(tx, sender.id):
        return await _within(tx, rules, sender, _hold(Reason.SILENCED, host_of(uri)))
    quiet = bool(artisan_ids) and all(rules.is_muted(one, uri, handle, now) for one in artisan_ids)
    caught = _caught(rules, note, written_to)
    if caught is not None and caught.verdict is Verdict.HOLD:
        return await _within(tx, rules, sender, caught)
    if await _is_spam(tx, note, sender, now):
        return await _within(tx, rules, sender, _hold(Reason.SPAM))
    if caught is not None or quiet:
        return Judgement(verdict=Verdict.PASS, warning="" if caught is None else caught.warning, quiet=quiet)
    return PASS


def _caught(rules: Rules, note: Note, artisan_ids: frozenset[int]) -> Judgement | None:
    """Return what is done with words that one of the artisans does not want to read; None where there are none."""
    if not any(one in rules.words for one in artisan_ids):
        return None
    text = "\n".join((note.name, note.summary, plain_text(note.content_html)))
    found = [word for one in artisan_ids if (word := rules.caught(one, text, note.language)) is not None]
    if not found:
        return None
    word = min(found, key=lambda one: one.action is not Action.HIDE)
    if word.action is Action.HIDE:
        return _hold(Reason.WORD, word.phrase)
    return Judgement(verdict=Verdict.PASS, reason=Reason.WORD, detail=word.phrase, warning=word.phrase)


async def _is_spam(tx: Tx, note: Note, sender: Known, now: datetime) -> bool:
    """Whether it looks as spam does, and is from somebody new whom nobody here has to do with."""
    links = sum(_NO_LINK.search(tag) is None for tag in _LINK.findall(note.content_html))
    if not is_like_spam(named=len(note.mentions), links=links):
        return False
    return await held.is_new(tx, sender.id, now, NEW_FOR) and not await held.is_known(tx, sender.id)


async def _within(tx: Tx, rules: Rules, sender: Known, judgement: Judgement) -> Judgement:
    """Return the same, but where too much of one server is held already."""
    host = host_of(sender.actor.uri)
    if await held.count_of_host(tx, host) >= rules.limits.held:
        return _drop(Reason.FLOOD, host)
    return judgement


async def _is_full(tx: Tx, rules: Rules, uri: str) -> bool:
    """Whether as many follow from one server as may without further question."""
    most = rules.limits.followers
    return await servers.count_followers(tx, host_of(uri), most) >= most


def _hold(reason: Reason, detail: str = "") -> Judgement:
    return Judgement(verdict=Verdict.HOLD, reason=reason, detail=detail)


def _drop(reason: Reason, detail: str = "") -> Judgement:
    return Judgement(verdict=Verdict.DROP, reason=reason, detail=detail)
