"""What a house stands in, as it is asked about when somebody looks: the disk, the memory, names, and authorities.

Each part can be another one: a machine with a full disk, or a name that leads astray.
"""

import asyncio
import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from fedi_artisan.config import Config

NAMES_WITHIN_S = 5.0
_MOST_DOORS = 8
_KIB = 1024


class Door(NamedTuple):
    """Where one knocks for a name: an IP address, and a port."""

    address: str
    port: int


class Memory(NamedTuple):
    """What can still be had: in memory, and of the disk in its place."""

    free_bytes: int
    swap_bytes: int


LookUp = Callable[[str, int], Awaitable[tuple[Door, ...]]]


async def look_up(host: str, port: int) -> tuple[Door, ...]:
    """Return where the name *host* leads, in both kinds of addresses, whether this machine speaks them or not.

    The system is asked in a thread that nobody waits for: a look-up that hangs would keep the program from ending.

    Raises:
        socket.gaierror: nowhere; or nobody could tell.
        TimeoutError: nobody told within five seconds.
    """
    loop = asyncio.get_running_loop()
    told: asyncio.Future[tuple[Door, ...]] = loop.create_future()

    def tell(doors: tuple[Door, ...], error: OSError | None) -> None:
        if not told.done() and error is None:
            told.set_result(doors)
        elif not told.done() and error is not None:
            told.set_exception(error)

    def ask() -> None:
        doors: tuple[Door, ...] = ()
        failure: OSError | None = None
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            doors = tuple(dict.fromkeys(Door(str(where[0]), port) for *_, where in found))[:_MOST_DOORS]
        except (OSError, UnicodeError) as error:
            failure = error if isinstance(error, OSError) else socket.gaierror(socket.EAI_NONAME, "not a name")
        # Whoever asked may have gone, and the loop with it.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, doors, failure)

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    async with asyncio.timeout(NAMES_WITHIN_S):
        return await told


def is_of_this_machine(address: str) -> bool:
    """Whether an IP address is one of this machine's own: only those can be listened on."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as tried:
            tried.bind((address, 0))
    except OSError:
        return False
    return True


def memory() -> Memory | None:
    """Return what Linux says can still be had, in a container within its limit; None where nobody says."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        told = {name: int(rest.split()[0]) * _KIB for name, _, rest in (line.partition(":") for line in lines)}
        free_bytes = min(told["MemAvailable"], _left_in_container())
        return Memory(free_bytes, told.get("SwapFree", 0))
    except (OSError, ValueError, KeyError, IndexError):
        return None


def _left_in_container() -> int:
    """Return how much a container may still take (cgroup v2); more than any machine has where there is no limit."""
    try:
        most, taken = (
            Path(f"/sys/fs/cgroup/memory.{name}").read_text(encoding="ascii").strip() for name in ("max", "current")
        )
        return 2**62 if most == "max" else max(int(most) - int(taken), 0)
    except (OSError, ValueError):
        return 2**62


def mounts() -> str:
    """Return what is mounted where, as Linux says it (fstab(5)); nothing where nobody says."""
    try:
        return Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def open_files_of(process: int) -> int | None:
    """Return how many files a process may have open; None where that is not told (proc(5))."""
    try:
        lines = Path(f"/proc/{process}/limits").read_text(encoding="ascii").splitlines()
        soft = next(line for line in lines if line.startswith("Max open files")).split()[3]
    except (OSError, ValueError, StopIteration, IndexError):
        return None
    return int(soft) if soft.isdigit() else None


def in_container() -> bool:
    """Whether this is the inside of a container, where one listens to all that the outside lets through."""
    return any(Path(name).exists() for name in ("/.dockerenv", "/run/.containerenv"))


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All that is asked about, each as a function; the real one where nothing is given.

    Args:
        statvfs: how full the disk of a path is.
        memory, mounts, open_files_of, in_container: as the functions of these names here.
        look_up: where a name leads.
        is_of_this_machine: whether an address is ours.
        tls: what certificates are held against; the system's authorities where None.
    """

    statvfs: Callable[[Path], os.statvfs_result] = os.statvfs
    memory: Callable[[], Memory | None] = memory
    mounts: Callable[[], str] = mounts
    open_files_of: Callable[[int], int | None] = open_files_of
    in_container: Callable[[], bool] = in_container
    look_up: LookUp = look_up
    is_of_this_machine: Callable[[str], bool] = is_of_this_machine
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What can be looked at without the database.

    Args:
        config: all settings, as far as they can be used.
        world: what it stands in.
        file: where the settings stand; None where that is not known.
        problems: what of them cannot be used, in words.
    """

    config: Config
    world: World = field(default_factory=World)
    file: Path | None = None
    problems: tuple[str, ...] = ()
