"""The loops that work while the server runs: started together, started again when they fail, ended together."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping

from fedi_artisan.errors import ArtisanError, of_system

log = logging.getLogger(__name__)

RESTART_AFTER_S = 1.0
# While the disk is full, for example, each failure follows upon the one before: so it does not fill the log as well.
LONGEST_REST_S = 8.0
TROUBLED_FOR_S = 60.0


class Loops:
    """Keeps loops running. A class because it knows how they stand.

    Args:
        now: seconds that only go forward.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._failed_at: float | None = None
        self.restarts: Counter[str] = Counter()

    def start(self, loops: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
        """Run these loops, each under its name, until `stop`."""
        for name, run in loops.items():
            self.restarts[name] = 0
            self._tasks[name] = asyncio.create_task(self._keep_running(name, run))

    async def stop(self) -> None:
        """End all of them, and return when they have ended."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    @property
    def running(self) -> bool:
        """Whether none has ended for good."""
        return not any(task.done() for task in self._tasks.values())

    @property
    def troubled(self) -> bool:
        """Whether one has failed within the last minute, or ended."""
        lately = self._failed_at is not None and self._now() - self._failed_at < TROUBLED_FOR_S
        return lately or not self.running

    async def _keep_running(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run for ever; after a failure, a full disk for example, go on a moment later where the database stands.

        Where it fails again at once, the moments grow.
        """
        rest_s = RESTART_AFTER_S
        while True:
            begun = self._now()
            try:
                await run()
            except Exception as error:  # noqa: BLE001 - the outermost boundary of the loops: they must outlive any failure
                _tell(name, error)
                self._failed_at = self._now()
            if self._now() - begun > LONGEST_REST_S:
                rest_s = RESTART_AFTER_S
            self.restarts[name] += 1
            await asyncio.sleep(rest_s)
            rest_s = min(2 * rest_s, LONGEST_REST_S)


def _tell(name: str, error: Exception) -> None:
    """Say in the log why a loop failed: in a line where the reason has a name, else with all that is known."""
    reasons = {str(reason) if reason is not None else None for reason in _reasons(error)}
    if None in reasons:
        log.error("the %s failed and is started again", name, exc_info=error)
    else:
        log.warning("the %s cannot go on for now: %s", name, "; ".join(sorted(filter(None, reasons))))


def _reasons(error: BaseException) -> Iterator[ArtisanError | None]:
    """Yield the named failures that *error* consists of; None for each that has no name."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _reasons(inner)
    elif isinstance(error, OSError):
        yield of_system(error)
    else:
        yield error if isinstance(error, ArtisanError) else None
