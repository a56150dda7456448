"""How much memory this program takes, and what is done when that is too much."""

import gc
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

from fedi_artisan import heaps

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
MAKE_ROOM_EVERY_S = 60.0
_STATM = Path("/proc/self/statm")
_RESIDENT = 1  # the second number of it, in pages (proc(5))


def resident_bytes() -> int:
    """Return how much memory this program takes now; 0 where the system does not tell."""
    try:
        return int(_STATM.read_bytes().split()[_RESIDENT]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


class Memory:
    """Tells whether memory runs short, and then makes room. A class because it looks once in a while, not each time.

    Args:
        most_bytes: more than this is too much.
        forget: has what is kept only to be quicker go.
        taken_bytes: how much is taken.
        now: seconds that never go back.
    """

    def __init__(
        self,
        most_bytes: int,
        forget: Callable[[], None],
        *,
        taken_bytes: Callable[[], int] = resident_bytes,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most_bytes = most_bytes
        self._forget = forget
        self._taken_bytes = taken_bytes
        self._now = now
        self._looked_at = self._made_room_at = float("-inf")
        self._is_short = False

    def is_short(self) -> bool:
        """Whether more is taken than should be."""
        now = self._now()
        if now - self._looked_at < LOOK_EVERY_S:
            return self._is_short
        self._looked_at = now
        taken_bytes = self._taken_bytes()
        self._is_short = taken_bytes > self._most_bytes
        # What is freed goes back to the system only when it is asked to, and not all of it; once a minute is enough.
        if self._is_short and now - self._made_room_at >= MAKE_ROOM_EVERY_S:
            self._made_room_at = now
            log.warning("memory runs short: %d MB are taken; kept answers are forgotten", taken_bytes // 1_000_000)
            self._forget()
            gc.collect()
            heaps.give_back()
            self._is_short = self._taken_bytes() > self._most_bytes
        return self._is_short
