"""The processes in which photographs are decoded, found from outside: by the file of ours that each of them reads."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Child:
    """One of them; it is *orphaned* where what started it was killed."""

    pid: int
    parent: int
    orphaned: bool


def find_children(data_dir: Path) -> list[Child]:
    """Return every living process whose standard input is a file of the data folder."""
    found = []
    for process in _PROC.glob("[1-9]*"):
        # Processes go while one looks.
        with contextlib.suppress(OSError):
            if str((process / "fd" / "0").readlink()).startswith(f"{data_dir}/"):
                # The name of the program stands in brackets and may hold anything.
                parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
                started_by_us = str(data_dir.parent).encode() in (_PROC / str(parent) / "cmdline").read_bytes()
                found.append(Child(int(process.name), parent, orphaned=not started_by_us))
    return found
