"""Whether there are copies of it all, and how old the last is."""

import asyncio
from datetime import datetime, timedelta

from fedi_artisan.config import Config
from fedi_artisan.domain.house import Finding, Sentence, Verdict, said
from fedi_artisan.media.turns import only_backup
from fedi_artisan.storage import backups, copies
from fedi_artisan.storage.backups import Fault, Noted
from fedi_artisan.storage.db import Tx

COPY_AFTER = timedelta(days=30)
# As many turns of the schedule may be missed: a machine may have been off, a disk not plugged in.
_TURNS = 3
_BACKUP = "fedi-artisan backup"

_WHY = {
    Fault.FULL: said("Make room where it is to lie, or have fewer kept: keep_days, keep_weeks and keep_months."),
    Fault.PLACE: said("Is the disk there on which it is to lie, and may the server write to it?"),
    Fault.OTHER: said("Make one by hand, and see what it says:"),
}


async def copy(tx: Tx, config: Config, now: datetime) -> Finding:
    """Look when the last copy of the data folder was made, and whether the last backup came to something."""
    made_at, begun = await copies.last(tx), await backups.last_begun(tx, now)
    facts: tuple[Sentence, ...] = (said("No copy has been noted yet."),)
    if made_at is not None:
        facts = (said("The last copy was made on {day}.", day=made_at.date()),)
    if begun is not None and begun.fault is not None:
        return _failed(begun, begun.fault, facts, _typed(config, now))
    if begun is not None and begun.ended_at is None:
        if not await asyncio.to_thread(_is_being_made, config):
            cut = said("That of {day} was cut short.", day=begun.begun_at.date())
            return Finding(Verdict.LOOK, (*facts, cut), said("Make another one:"), _typed(config, now))
        facts = (*facts, said("One is being made at this moment."))
    elif made_at is not None and await asyncio.to_thread(_on_the_same_disk, config):
        facts = (*facts, said("Backups lie on the same disk as everything else: have them copied elsewhere as well."))
    if made_at is None:
        advice = said("Copy all of it to another place: your works, your photographs and your keys.")
        return Finding(Verdict.LOOK, facts, advice, _typed(config, now))
    if config.backup.folder is not None and now - made_at > _TURNS * timedelta(hours=config.backup.every_hours):
        late = said("One should have been made by itself since.")
        advice = said("Is the server running? If it is, make one by hand, and see what it says:")
        return Finding(Verdict.LOOK, (*facts, late), advice, _BACKUP)
    if now - made_at > COPY_AFTER:
        return Finding(Verdict.LOOK, facts, said("That is more than a month ago. Make a new one."), _typed(config, now))
    return Finding(Verdict.OK, facts)


def _is_being_made(config: Config) -> bool:
    """Whether somebody makes a backup now; who was killed does not any more."""
    with only_backup(config) as nobody_does:
        return not nobody_does


def _on_the_same_disk(config: Config) -> bool:
    """Whether one broken disk takes backups and house alike; where nothing can be known, it does not."""
    folder = config.backup.folder
    try:
        return folder is not None and folder.stat().st_dev == config.data_dir.stat().st_dev
    except OSError:
        return False


def _failed(begun: Noted, fault: Fault, facts: tuple[Sentence, ...], typed: str) -> Finding:
    """Return what it means that the last backup came to nothing; *typed* makes another."""
    day = begun.begun_at.date()
    command = ""
    if fault is Fault.FULL:
        told = said("That of {day} came to nothing: the disk was full.", day=day)
    elif fault is Fault.PLACE:
        told = said("That of {day} came to nothing: {place} could not be written.", day=day, place=begun.place)
    else:
        told = said("That of {day} came to nothing: {why}.", day=day, why=(begun.told or "?").rstrip("."))
        command = typed
    return Finding(Verdict.BROKEN, (*facts, told), _WHY[fault], command)


def _typed(config: Config, now: datetime) -> str:
    """Return the command that makes a backup."""
    return _BACKUP if config.backup.folder is not None else f"{_BACKUP} house-{now:%Y-%m-%d}.tar"
