"""Whether there is room: what would end in the middle is not begun."""

import shutil
from pathlib import Path

from fedi_artisan.errors import DiskFull


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
            f"{place}: has room for {free_bytes / 1e6:,.0f} MB, but {what} takes {needed_bytes / 1e6:,.0f} MB"
        )
