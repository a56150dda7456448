"""How many photographs may be on their way here at once."""

import contextlib
from collections.abc import Iterator

from fedi_artisan.domain.texts import say
from fedi_artisan.errors import TooManyRequests

# A page of ours sends two at a time. What comes is on the disk before it is known whether there is room for it.
MOST_AT_ONCE = 8


class Gate:
    """Lets so many in at once. A class, because it has to remember how many are inside."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._most = most
        self._inside = 0

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Be one of those who are inside, for as long as the block lasts.

        Raises:
            TooManyRequests: there are enough.
        """
        if self._inside >= self._most:
            raise TooManyRequests(say("too many photographs are on their way at once; send this one again in a moment"))
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
