"""The two tables of what is looked at from inside: with the configuration alone, and with the database."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.house import Check, Finding, Group, Look, Sentence, said
from fedi_artisan.services.house import certificate, copies, crowds, folder, ground, machine, waiting
from fedi_artisan.services.house.world import House, World
from fedi_artisan.storage.db import Database, Tx

_Bare = Callable[[House], Awaitable[Finding]]
_Furnished = Callable[[Tx, Config, datetime], Awaitable[Finding]]

# What can be looked at whatever state the database is in: it may be what is broken.
_BARE = (
    ("settings", said("Settings"), machine.settings),
    ("version", said("Version"), machine.version),
    ("memory", said("Memory"), machine.memory),
    ("disk", said("Room on the disk"), folder.disk),
    ("folder", said("Data folder"), folder.folder),
    ("secrets", said("Secrets"), folder.secrets),
    ("database", said("Database"), ground.database),
    ("own_certificate", said("Own certificate"), certificate.own_certificate),
)
# What the database tells: each gets a transaction to read in, the settings of the file, and the moment.
_FURNISHED = (
    ("photographs", said("Room for photographs"), ground.photographs),
    ("inbox", said("What arrives"), waiting.inbox),
    ("deliveries", said("What is sent"), waiting.deliveries),
    ("pictures", said("Pictures being made"), waiting.pictures),
    ("visitors", said("Visitors"), crowds.visitors),
    ("copy", said("Copies"), copies.copy),
)


def bare(
    config: Config, *, file: Path | None = None, problems: tuple[str, ...] = (), world: World | None = None
) -> tuple[Look, ...]:
    """Return what can be looked at without the database.

    Args:
        config: all settings, as far as they can be used.
        file: where they stand, if that is known.
        problems: what of them cannot be used, in words.
        world: what the house stands in; the real one where None.
    """
    house = House(config=config, world=world or World(), file=file, problems=problems)

    def look(name: str, title: Sentence, find: _Bare) -> Look:
        return Look(name, title, lambda: find(house), Group.MACHINE)

    return tuple(look(*row) for row in _BARE)


def unusable(file: Path, problems: tuple[str, ...]) -> tuple[Check, ...]:
    """Return all that can be said where the settings cannot be read at all."""
    found = machine.of_settings(file, problems)
    name, title, _ = _BARE[0]
    return (
        Check(
            name=name,
            title=title,
            verdict=found.verdict,
            facts=found.facts,
            advice=found.advice,
            command=found.command,
            group=Group.MACHINE,
        ),
    )


def furnished(config: Config, db: Database, clock: Clock) -> tuple[Look, ...]:
    """Return what the database tells."""

    def look(name: str, title: Sentence, find: _Furnished) -> Look:
        async def found() -> Finding:
            async with db.read() as tx:
                return await find(tx, config, clock())

        return Look(name, title, found, Group.WORK)

    return tuple(look(*row) for row in _FURNISHED)
