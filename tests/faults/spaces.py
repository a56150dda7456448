"""Namespaces: mounts and networks that only one run of the tests sees, so that it can break them."""

import os
import subprocess
from functools import cache


class NoSpaces(RuntimeError):
    """This machine gives no namespaces of our own; without them nothing can be broken safely."""


@cache
def entering() -> tuple[str, ...]:
    """Return the command before a command that has mounts and a network of its own, in which it is root.

    Raises:
        NoSpaces: there is no way here.
    """
    own = ("unshare", "--mount", "--net", "--propagation", "private")
    ways = (own,) if os.geteuid() == 0 else ((*own[:1], "--user", "--map-root-user", *own[1:]),)
    told = ""
    for way in ways:
        try:
            # The lowest that is asked of it later: a file system, and a loopback that is up.
            trial = "mount -t tmpfs -o size=64k none /mnt && ip link set lo up"
            subprocess.run([*way, "sh", "-c", trial], check=True, capture_output=True)
        except FileNotFoundError as error:
            told = f"{error.filename} is missing"
        except subprocess.CalledProcessError as error:
            told = error.stderr.decode().strip()
        else:
            return way
    raise NoSpaces(
        "the fault suites need mounts and a network of their own: run them as root, or allow user namespaces "
        f"(sysctl kernel.unprivileged_userns_clone=1, or user.max_user_namespaces above 0); {told}"
    )


def furnish() -> None:
    """Prepare the network of this namespace: loopback up, and an address besides that no resolver passes over."""
    for command in ("ip link set lo up", "ip address add 10.88.0.1/32 dev lo"):
        subprocess.run(command.split(), check=True, capture_output=True)


def run(*command: str) -> None:
    """Run a command of the system.

    Raises:
        RuntimeError: it failed, with what it said.
    """
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    if ended.returncode:
        raise RuntimeError(f"{' '.join(command)}: {ended.stderr.strip()}")
