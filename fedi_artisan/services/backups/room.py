"""Whether there is room: what would end in the middle is not begun."""

import math
import shutil
from pathlib import Path

from fedi_artisan.errors import DiskFull

_MB = 1_000_000


def check_room(place: Path, needed_bytes: int, what: str) -> None:
    """Return where the disk of *place* has room for so much.

    Args:
        place: a folder that is there.
        needed_bytes: how much is needed.
        what: takes so much, as a person reads it.

    Raises:
        DiskFull: it has not.
    """
    free_bytes = shutil.disk_usage(place).free
    if free_bytes < needed_bytes:
        raise DiskFull(
            f"{place}: has room for {free_bytes // _MB:,} MB, but {what} takes {math.ceil(needed_bytes / _MB):,} MB"
        )
