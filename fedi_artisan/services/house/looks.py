"""The two tables of what is looked at from inside: with the configuration alone, and with the database."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.house import Finding, Look, Sentence, said
from fedi_artisan.services.house import ground, waiting
from fedi_artisan.storage.db import Database, Tx

_Bare = Callable[[Config], Awaitable[Finding]]
_Furnished = Callable[[Tx, Config, datetime], Awaitable[Finding]]

# What can be looked at whatever state the database is in: it may be what is broken.
_BARE = (
    ("version", said("Version"), ground.version),
    ("disk", said("Room on the disk"), ground.disk),
    ("database", said("Database"), ground.database),
)
# What the database tells: each gets a transaction to read in, the settings of the file, and the moment.
_FURNISHED = (
    ("photographs", said("Room for photographs"), ground.photographs),
    ("inbox", said("What arrives"), waiting.inbox),
    ("deliveries", said("What is sent"), waiting.deliveries),
    ("pictures", said("Pictures being made"), waiting.pictures),
    ("copy", said("Copies"), ground.copy),
)


def bare(config: Config) -> tuple[Look, ...]:
    """Return what can be looked at without the database."""

    def look(name: str, title: Sentence, find: _Bare) -> Look:
        return Look(name, title, lambda: find(config))

    return tuple(look(*row) for row in _BARE)


def furnished(config: Config, db: Database, clock: Clock) -> tuple[Look, ...]:
    """Return what the database tells."""

    def look(name: str, title: Sentence, find: _Furnished) -> Look:
        async def found() -> Finding:
            async with db.read() as tx:
                return await find(tx, config, clock())

        return Look(name, title, found)

    return tuple(look(*row) for row in _FURNISHED)
