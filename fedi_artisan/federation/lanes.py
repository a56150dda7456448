"""Two lanes for deliveries: one for those that go quickly, and a wide one for those that wait on slow servers."""

import asyncio
from collections.abc import Callable

from fedi_artisan.config import Delivery as Rules


class Lanes:
    """Counts what is under way; a delivery that takes long moves over, and makes room for the next.

    Args:
        rules: how many fit, and when a delivery counts as slow.
        changed: called when there is room again.
    """

    def __init__(self, rules: Rules, changed: Callable[[], None]) -> None:
        self._rules = rules
        self._changed = changed
        self._fast = 0
        self._slow = 0

    def room(self) -> int:
        """Return how many more deliveries may start."""
        return self._rules.concurrency - self._fast

    def enter(self) -> Callable[[], None]:
        """Count one delivery in, as a fast one for now; call what is returned when it has ended."""
        self._fast += 1
        is_slow = False
        loop = asyncio.get_running_loop()
        timer: asyncio.TimerHandle

        def turn_slow() -> None:
            nonlocal is_slow, timer
            if self._slow >= self._rules.slow_concurrency:
                timer = loop.call_later(self._rules.slow_after_s, turn_slow)
            else:
                is_slow = True
                self._fast -= 1
                self._slow += 1
                self._changed()

        timer = loop.call_later(self._rules.slow_after_s, turn_slow)

        def leave() -> None:
            timer.cancel()
            if is_slow:
                self._slow -= 1
            else:
                self._fast -= 1
            self._changed()

        return leave
