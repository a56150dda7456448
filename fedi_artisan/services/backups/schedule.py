"""Backups that are made by themselves: when the next one is due, and the loop that has it made.

The work is done by `fedi-artisan backup` in a process of its own, which stands back behind everything else.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from pathlib import Path

from fedi_artisan.config import Backup, Config
from fedi_artisan.domain.backups import due_after
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.services.commands import command
from fedi_artisan.storage import backups
from fedi_artisan.storage.backups import Noted
from fedi_artisan.storage.db import Database

_log = logging.getLogger(__name__)

# The clock on the wall may be set, so nobody sleeps until a moment that is far ahead.
LOOK_EVERY_S = 60.0
# After a start there is other work to do; what was missed is made up for then.
FIRST_LOOK_S = 30.0
AGAIN_AFTER = timedelta(hours=1)

Make = Callable[[], Awaitable[None]]


def due_at(last: Noted | None, settings: Backup, zone: tzinfo | None = None) -> datetime | None:
    """Return when the next backup is due after the *last* one that was begun; None where it is due at once."""
    if last is None:
        return None
    due = due_after(last.begun_at, every_hours=settings.every_hours, at=time.fromisoformat(settings.at), zone=zone)
    # What came to nothing, or was cut short, is tried again before its time.
    return due if last.good else min(due, last.begun_at + AGAIN_AFTER)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Has backups made when they are due, and when somebody asks. Its parts are what every step needs.

    Args:
        config: all settings.
        db: the database.
        make: makes one, and notes it; None where nobody can.
        clock: what time it is.
        zone: in which the time of the day is meant; that of this machine where None.
    """

    config: Config
    db: Database
    make: Make | None
    clock: Clock = utc_now
    zone: tzinfo | None = None
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ready(self) -> bool:
        """Whether one can be made: somebody can, and it is known where it goes."""
        return self.make is not None and self.config.backup.folder is not None

    async def run(self) -> None:
        """Have backups made until cancelled."""
        await self._wait(FIRST_LOOK_S)
        while True:
            if self.make is not None and self.ready and (self._woken.is_set() or await self.is_due()):
                self._woken.clear()
                await self.make()
            await self._wait(LOOK_EVERY_S)

    def wake(self) -> None:
        """Have one made now, if one can be made."""
        if self.ready:
            self._woken.set()

    async def is_due(self) -> bool:
        """Whether one is to be made."""
        now = self.clock()
        async with self.db.read() as tx:
            due = due_at(await backups.last_begun(tx, now), self.config.backup, self.zone)
        return due is None or due <= now

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()


async def make_by_command(file: Path) -> None:
    """Have `fedi-artisan backup` make one by the configuration *file*; what comes of it is noted by the command."""
    async with command(file, "backup", "--by-schedule", complaints=asyncio.subprocess.PIPE) as making:
        _, complaints = await making.communicate()
    if making.returncode:
        _log.warning("no backup was made: %s", complaints.decode("utf-8", "replace").strip())
    else:
        _log.info("a backup was made")
