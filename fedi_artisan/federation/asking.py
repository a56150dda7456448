"""How much other servers are asked: nobody can make this one a burden to another, or keep it busy waiting."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from cachetools import TTLCache

from fedi_artisan.errors import RemoteUnavailable

_HOSTS_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Courtesy:
    """How much is asked of others at most.

    Args:
        at_once: of all hosts together; fits beside the deliveries into the pool of connections.
        at_once_of_a_host: of one host.
        waiting_for_a_host: how many may stand in line for one host.
        patience_s: how long anybody stands there.
        of_a_host: how often one host is asked within `window_s`.
        window_s: after which it may be asked as often again.
    """

    at_once: int = 24
    at_once_of_a_host: int = 2
    waiting_for_a_host: int = 200
    patience_s: float = 20.0
    of_a_host: int = 1000
    window_s: float = 300.0


@dataclass(slots=True)
class _Line:
    """Those who ask one host, or wait for their turn."""

    turns: asyncio.Semaphore
    length: int = 0


@dataclass(slots=True)
class _Count:
    """How often one host was asked in the present window."""

    asked: int = 0


class Asking:
    """Gives turns for asking other servers; a class because it counts them.

    Source: WIRE 10.1; 10.2 #13, #43, #44.
    """

    def __init__(self, courtesy: Courtesy | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self._courtesy = courtesy or Courtesy()
        self._turns = asyncio.Semaphore(self._courtesy.at_once)
        self._lines: dict[str, _Line] = {}
        self._counts: TTLCache[str, _Count] = TTLCache(_HOSTS_REMEMBERED, self._courtesy.window_s, now)

    @contextlib.asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for the turn to ask *host*, and keep it while the block lasts.

        Raises:
            RemoteUnavailable: it was asked too often lately, or too many wait already.
        """
        rules = self._courtesy
        count = self._counts.setdefault(host, _Count())
        line = self._lines.get(host) or _Line(asyncio.Semaphore(rules.at_once_of_a_host))
        if count.asked >= rules.of_a_host or line.length >= rules.waiting_for_a_host:
            raise RemoteUnavailable(f"{host} is asked a lot at the moment", retry_after_s=rules.window_s)
        self._lines[host] = line
        count.asked += 1
        line.length += 1
        try:
            async with contextlib.AsyncExitStack() as turns:
                try:
                    async with asyncio.timeout(rules.patience_s):
                        await turns.enter_async_context(line.turns)
                        await turns.enter_async_context(self._turns)
                except TimeoutError:
                    raise RemoteUnavailable(f"too much is asked at the moment, of {host} or others") from None
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[host]
