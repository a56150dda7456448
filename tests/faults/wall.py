"""The clock on the wall, as our server sees it: a test moves it, while what counts seconds goes on as ever.

It lies in a few bytes of a file that both processes have mapped. libfaketime would move the clock of the whole process
from outside, but slows threads of Python down a hundredfold.
"""

import mmap
import struct
from datetime import timedelta
from pathlib import Path

VARIABLE = "FAULTS_CLOCK"
_SECONDS = struct.Struct("=d")


class Wall:
    """The clock of the server. A class because it is moved."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.write_bytes(bytes(_SECONDS.size))
        with file.open("r+b") as opened:
            self._seconds = mmap.mmap(opened.fileno(), _SECONDS.size)

    def set(self, ahead: timedelta) -> None:
        """Set it ahead of the true time, or behind."""
        _SECONDS.pack_into(self._seconds, 0, ahead.total_seconds())


def ahead_s(mapped: mmap.mmap) -> float:
    """Return by how many seconds the clock in these bytes is ahead."""
    (seconds,) = _SECONDS.unpack_from(mapped)
    return float(seconds)
