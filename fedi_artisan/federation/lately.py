"""How much was asked of others lately."""

from collections import deque

IDLE_S = 15.0
MOST_IDLE = 128


class Lately:
    """Counts what was asked within the time for which connections stay open unused; a class because it remembers.

    A work gone viral has us ask thousands of servers for a key each: so many open connections would take all the files
    that a process may have open, and the database would be the next to find none.
    """

    def __init__(self) -> None:
        self._asked: deque[float] = deque()

    def is_much(self, now: float) -> bool:
        """Note that something is asked *now*, in seconds; return whether its connection should not stay open."""
        while self._asked and self._asked[0] <= now - IDLE_S:
            self._asked.popleft()
        self._asked.append(now)
        return len(self._asked) > MOST_IDLE
