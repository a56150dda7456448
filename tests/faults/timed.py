"""`fedi-artisan`, by a clock that a test moves: whoever asks what time it is gets to see that one."""

import mmap
import os
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from fedi_artisan.cli import main
from fedi_artisan.domain import clock
from tests.faults.wall import VARIABLE, ahead_s


def _move() -> None:
    """Have this process see the clock in the file that is named in its environment."""
    with Path(os.environ[VARIABLE]).open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    true = time.time

    class Moved(datetime):
        """Says what the moved clock shows."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # not Moved: a plain one
            return datetime.now(tz) + timedelta(seconds=ahead_s(mapped))

    clock.datetime = Moved  # type: ignore[attr-defined]
    time.time = lambda: true() + ahead_s(mapped)


if __name__ == "__main__":
    _move()
    main()
