"""A bare Debian with a real systemd, in namespaces of its own: what a VPS is on its first day.

Its files are a folder made by mmdebstrap; its network is its own, with nothing on it but what a test puts there.
"""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# What every image of a provider has beside Debian's "minbase".
_OF_EVERY_VPS = ("systemd", "systemd-sysv", "dbus", "iproute2", "tzdata")
_BOOT_S = 60
_DEVICES = "null zero full random urandom tty"
# Run by the first process of the new namespaces; $1 is the folder of the machine's files.
_BOOT = f"""
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755,nosuid tmpfs dev
for name in {_DEVICES}; do touch dev/$name; mount --bind /dev/$name dev/$name; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for number in 0 1 2; do ln -s fd/$number dev/$(echo stdin stdout stderr | cut -d' ' -f$((number + 1))); done
ip link set lo up
mkdir -p before
pivot_root . before
cd /
umount -l /before
exec env -i container=other PATH=/usr/sbin:/usr/bin /lib/systemd/systemd --log-target=null
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """A running machine: where its files lie, and its first process as seen from here."""

    root: Path
    init: int

    def run(
        self, commands: str, *, online: bool = False, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Have root type *commands*, up to the first that fails; *online* with the network of whoever tests."""
        spaces = ("--mount", "--uts", "--ipc", "--pid", "--cgroup", *(() if online else ("--net",)))
        at_home = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "HOME": "/root", "LANG": "C.UTF-8"}
        return subprocess.run(
            ["nsenter", "--target", str(self.init), *spaces, "--wd", "/bin/bash", "-e", "-c", f"cd\n{commands}"],
            env={**at_home, "DEBIAN_FRONTEND": "noninteractive", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def put(self, path: str, content: str | bytes, *, add: bool = False) -> None:
        """Write a file on it, or add to one."""
        file = self.root / path.removeprefix("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab" if add else "wb") as opened:
            opened.write(content.encode() if isinstance(content, str) else content)


def install_debian(root: Path, release: str) -> None:
    """Make the files of a machine as the provider hands it over, from the mirror of the machine that tests."""
    command = ["mmdebstrap", "--variant=minbase", f"--include={','.join(_OF_EVERY_VPS)}", release, str(root)]
    subprocess.run(command, check=True, capture_output=True)
    shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")


@contextlib.contextmanager
def booted(root: Path) -> Iterator[Machine]:
    """Run the machine whose files lie below *root*."""
    group = _unified() / f"fedi-artisan-{os.getpid()}"
    group.mkdir()
    spaces = ("--pid", "--mount", "--uts", "--ipc", "--net", "--cgroup", "--fork", "--kill-child")
    # The new cgroup namespace begins where the process stands that makes it.
    enter = f'echo $$ > {group}/cgroup.procs; exec unshare {" ".join(spaces)} /bin/sh -c "$0" sh "$1"'
    process = subprocess.Popen(["/bin/sh", "-c", enter, _BOOT, str(root)], stdin=subprocess.DEVNULL)
    try:
        machine = Machine(root, _first_process(process))
        _wait_until_up(machine)
        yield machine
    finally:
        process.kill()
        process.wait()
        _remove(group)


def _unified() -> Path:
    """Return where the second kind of control groups lies."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    return next(Path(mount[1]) for mount in mounts if mount[2] == "cgroup2")


def _first_process(unshare: subprocess.Popen[bytes]) -> int:
    children = Path(f"/proc/{unshare.pid}/task/{unshare.pid}/children")
    for _ in range(_BOOT_S * 20):
        found = children.read_text().split() if unshare.poll() is None else []
        if found:
            return int(found[0])
        time.sleep(0.05)
    raise SystemExit("the namespaces of the machine could not be made; it needs to be root, outside of a container")


def _wait_until_up(machine: Machine) -> None:
    for _ in range(_BOOT_S * 5):
        if machine.run("systemctl is-system-running").stdout.strip() in {"running", "degraded"}:
            return
        time.sleep(0.2)
    raise SystemExit("systemd does not come up in its namespaces")


def _remove(group: Path) -> None:
    """Take the control groups of the machine away, once its last process is gone."""
    for _ in range(100):
        try:
            for folder in sorted(group.rglob("*/"), key=lambda one: -len(one.parts)):
                folder.rmdir()
            group.rmdir()
        except OSError:
            time.sleep(0.1)
        else:
            return
