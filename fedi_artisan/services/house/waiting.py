"""What waits in the house, and whether it waits longer than it should."""

from datetime import datetime, timedelta

from fedi_artisan.config import Config
from fedi_artisan.domain.house import Finding, Sentence, Verdict, said, said_many
from fedi_artisan.storage import health
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.health import Waiting

# What arrives takes effect within seconds. What is sent goes to one server after another, and a whole shop of
# photographs is made one by one.
_ARRIVES_WITHIN = timedelta(minutes=10)
_LEAVES_WITHIN = timedelta(hours=1)
_LOOK_BACK = timedelta(days=7)
_MANY_TRIES = 3
_FEW = 10


async def inbox(tx: Tx, config: Config, now: datetime) -> Finding:
    """Look whether what arrives takes effect."""
    del config
    waits = await health.inbox(tx)
    facts = (_counted(waits, said("Nothing waits to take effect.")),)
    return _judged(waits, facts, now, _ARRIVES_WITHIN)


async def deliveries(tx: Tx, config: Config, now: datetime) -> Finding:
    """Look whether what is to be sent gets away, and arrives."""
    del config
    waits = await health.deliveries(tx, now)
    sent = await health.sent(tx, now - _LOOK_BACK)
    facts: tuple[Sentence, ...] = (
        _counted(waits, said("Nothing waits to be sent.")),
        said_many(
            "In the last week one message was given up, as the other server did not answer for days.",
            "In the last week {count} messages were given up, as other servers did not answer for days.",
            sent.given_up,
        )
        if sent.given_up
        else said("In the last week none was given up."),
    )
    if in_peace := await health.left_in_peace(tx, now):
        facts += (
            said_many(
                "One server does not answer, and is left in peace for a while.",
                "{count} servers do not answer, and are left in peace for a while.",
                in_peace,
            ),
        )
    finding = _judged(waits, facts, now, _LEAVES_WITHIN)
    if finding.verdict is Verdict.OK and sent.given_up > max(sent.delivered, _FEW):
        # One server that is gone is its own business; where most are not reached, something here is in the way.
        advice = said("Most servers could not be reached. Is this server allowed to connect to others?")
        return Finding(Verdict.LOOK, facts, advice)
    return finding


async def pictures(tx: Tx, config: Config, now: datetime) -> Finding:
    """Look whether photographs are made."""
    del config
    unmade = await health.photographs(tx, many_tries=_MANY_TRIES)
    facts = [_counted(unmade.waiting, said("No photograph waits for its pictures."))]
    if unmade.refused:
        facts.append(
            said_many(
                "One photograph could not be read; its work says why.",
                "{count} photographs could not be read; their works say why.",
                unmade.refused,
            )
        )
    if unmade.failing:
        facts.append(said_many("One was tried several times.", "{count} were tried several times.", unmade.failing))
        advice = said(
            "Something keeps them from being made: room on the disk, memory, or the bucket. The log says what."
        )
        return Finding(Verdict.LOOK, tuple(facts), advice)
    return _judged(unmade.waiting, tuple(facts), now, _LEAVES_WITHIN)


def _counted(waits: Waiting, nothing: Sentence) -> Sentence:
    return said_many("One waits.", "{count} wait.", waits.count) if waits.count else nothing


def _judged(waits: Waiting, facts: tuple[Sentence, ...], now: datetime, within: timedelta) -> Finding:
    """Return what it means that something has been due for so long."""
    if waits.due_at is None or now - waits.due_at <= within:
        return Finding(Verdict.OK, facts)
    late = said("The oldest should have been done {time} ago.", time=now - waits.due_at)
    advice = said("Is the server running? If it is, start it again, and look into its log.")
    return Finding(Verdict.LOOK, (*facts, late), advice)
