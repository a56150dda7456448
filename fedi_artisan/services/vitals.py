"""How the running server is: for health checks, for the watchdog, and for monitoring."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from fedi_artisan.domain.tally import Tally
from fedi_artisan.services.loops import Loops
from fedi_artisan.storage import standing
from fedi_artisan.storage.db import Database

_DATABASE_WITHIN_S = 2.0
_FRESH_FOR_S = 1.0


class Vitals:
    """Knows how one running server is. A class because its parts tell of themselves while they run.

    Args:
        now: seconds that only go forward.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self.tally = Tally()
        self.loops = Loops(now)
        self.stopping = False
        self.certificate_ends: Callable[[], datetime | None] = lambda: None
        self.db: Database | None = None
        self._strains: dict[str, Callable[[], bool]] = {}
        self._reading: asyncio.Task[bool] | None = None
        self._read_at: float | None = None

    def watch(self, name: str, strained: Callable[[], bool]) -> None:
        """Have a part of the house say by *strained*, quickly, whether more than it can bear is asked of it."""
        self._strains[name] = strained

    async def lacking(self) -> tuple[str, ...]:
        """Return the parts for whose sake nobody should be sent here now; none where all is well."""
        return (
            *(["stopping"] if self.stopping else []),
            *([] if await self._reads() else ["database"]),
            *(["loops"] if self.loops.troubled else []),
            *(name for name, strained in self._strains.items() if strained()),
        )

    async def alive(self) -> bool:
        """Whether a new start would be of no use."""
        return self.loops.running and await self._reads()

    async def _reads(self) -> bool:
        """Whether the database answers; however many ask, it is read once a second."""
        if self.db is None:
            return False
        if self._read_at is not None and self._now() - self._read_at < _FRESH_FOR_S:
            return True
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read(self.db))
        # Not given up where it takes too long: the next who asks would wait behind it anyway.
        await asyncio.wait([self._reading], timeout=_DATABASE_WITHIN_S)
        return self._reading.done() and self._reading.result()

    async def _read(self, db: Database) -> bool:
        good = await standing.answers(db)
        if good:
            self._read_at = self._now()
        return good
