"""So many are served at the same time, so many may wait a moment, and all others are told to come back."""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncIterator


class NoPlace(Exception):
    """There is no place, and none becomes free soon enough."""


class Places:
    """Gives places in the order in which they were asked for. A class because it remembers who has one.

    Args:
        most: how many places there are.
        patience_s: how long one may wait for a place; as many may wait as there are places.
    """

    def __init__(self, most: int, patience_s: float) -> None:
        self.most = most
        self._patience_s = patience_s
        # Nobody alone may have so many that nobody else comes in.
        self._most_of_one = max(most // 2, 1)
        self._taken = 0
        self._of_one: Counter[str] = Counter()
        self._waiting: deque[tuple[asyncio.Future[None], int]] = deque()

    @property
    def taken(self) -> int:
        """How many places are taken."""
        return self._taken

    @contextlib.asynccontextmanager
    async def one(self, visitor: str, size: int = 1, *, only: int | None = None) -> AsyncIterator[None]:
        """Give a place while the block lasts.

        Args:
            visitor: who asks; empty where that is not known, and then may be anybody.
            size: how many places are needed; whoever needs more than there are gets all.
            only: how many places there are for the time being; then nobody waits.

        Raises:
            NoPlace: there is none.
        """
        size = min(size, self._most_of_one)
        if visitor and self._of_one[visitor] + size > self._most_of_one:
            raise NoPlace
        # Counted from now on: who waits is as much in the way as who is served.
        self._of_one[visitor] += size
        try:
            await self._enter(size, only)
            try:
                yield
            finally:
                self._leave(size)
        finally:
            self._of_one[visitor] -= size
            if not self._of_one[visitor]:
                del self._of_one[visitor]

    async def _enter(self, size: int, only: int | None) -> None:
        """Take places, after those who came before.

        Raises:
            NoPlace: there are none.
        """
        if only is not None and self._taken + min(size, only) > only:
            raise NoPlace
        if not self._waiting and self._taken + size <= self.most:
            self._taken += size
            return
        if len(self._waiting) >= self.most:
            raise NoPlace
        turn = asyncio.get_running_loop().create_future(), size
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._patience_s):
                await turn[0]
        except BaseException as error:
            self._give_up(turn)
            if isinstance(error, TimeoutError):
                raise NoPlace from None
            raise

    def _give_up(self, turn: tuple[asyncio.Future[None], int]) -> None:
        """Leave the queue; if the turn came at this very moment, pass it on."""
        future, size = turn
        if future.done() and not future.cancelled():
            self._leave(size)
        elif turn in self._waiting:
            self._waiting.remove(turn)
            self._call_in()

    def _leave(self, size: int) -> None:
        """Give places back."""
        self._taken -= size
        self._call_in()

    def _call_in(self) -> None:
        """Have those come in who wait and for whom there is room now."""
        while self._waiting and self._taken + self._waiting[0][1] <= self.most:
            future, size = self._waiting.popleft()
            if not future.done():
                self._taken += size
                future.set_result(None)
