"""What a running process takes of the machine, as the system itself counts it."""

import os
from collections.abc import Iterator
from pathlib import Path

_KILOBYTE = 1024
# Fields of /proc/PID/stat after the name: proc(5).
_OWN_CPU = (11, 12)
_CHILDREN_CPU = (13, 14)
_FORGET_PEAK = "5"


def resident_bytes(pid: int) -> int:
    """Return what of a process is in memory now; nothing where it has ended."""
    return _memory_bytes(pid, "VmRSS")


def peak_bytes(pid: int) -> int:
    """Return the most that ever was, since it became the program that it is or since `forget_peak`."""
    return _memory_bytes(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """Let the most that ever was be what is now."""
    Path(f"/proc/{pid}/clear_refs").write_text(_FORGET_PEAK, encoding="ascii")


def cpu_s(pid: int) -> float:
    """Return the seconds of processor time that a process has used so far."""
    return _cpu_s(pid, _OWN_CPU)


def children_cpu_s(pid: int) -> float:
    """Return the seconds of processor time that its children have used which have ended."""
    return _cpu_s(pid, _CHILDREN_CPU)


def family(pid: int) -> Iterator[int]:
    """Give a process and all its descendants."""
    yield pid
    for thread in _entries(Path(f"/proc/{pid}/task")):
        for child in _read(thread / "children").split():
            yield from family(int(child))


def program(pid: int) -> list[str]:
    """Return with which words it was started."""
    return _read(Path(f"/proc/{pid}/cmdline")).split("\0")


def _memory_bytes(pid: int, name: str) -> int:
    lines = _read(Path(f"/proc/{pid}/status")).splitlines()
    return sum(int(line.split()[1]) * _KILOBYTE for line in lines if line.startswith(f"{name}:"))


def _cpu_s(pid: int, fields: tuple[int, ...]) -> float:
    counted = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(int(counted[field]) for field in fields) / os.sysconf("SC_CLK_TCK")


def _entries(folder: Path) -> list[Path]:
    """Return what is in a folder of the system; nothing where its process has ended."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _read(file: Path) -> str:
    """Return what the system says; nothing where the process has ended."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
