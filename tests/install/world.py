"""The rest of the world, in a network of its own beside the machine: an authority, the names, and a neighbour."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.fronts.programs import program, surroundings
from tests.install import authority

Found = TypeVar("Found")

HOST, NEIGHBOUR = "atelier.example", "neighbour.example"
# Addresses as the world hands them out, none that our server would refuse to talk to; no packet of them leaves.
_HERE, _WORLD, _AUTHORITY = "20.0.0.1", "20.0.0.2", "20.0.0.3"
HOSTS = f"127.0.0.1 localhost\n{_HERE} {HOST}\n{_WORLD} {NEIGHBOUR}\n{_AUTHORITY} {authority.NAME}\n"

_CHECKOUT = Path(__file__).parents[2]
_WITHIN_S = 60
_ASK = """
import ssl, sys, urllib.request
asked = urllib.request.Request(sys.argv[1], headers={"Accept": sys.argv[2]})
trusted = ssl.create_default_context(cafile=sys.argv[3])
print(urllib.request.urlopen(asked, timeout=20, context=trusted).read().decode())
"""
# The names of the world are for its programs alone; $0 is the folder of its things.
_HOLD = 'mount --bind "$0/hosts" /etc/hosts; ip link set lo up; exec sleep infinity'


def until(holds: Callable[[], Found], what: str) -> Found:
    """Return the first true value of *holds*, asked again and again."""
    end = time.monotonic() + _WITHIN_S
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(0.1)
    raise SystemExit(f"{what} did not happen within {_WITHIN_S} s")


@dataclass(frozen=True, slots=True)
class World:
    """What lies around the machine: the process that holds its network, and the folder of its things."""

    holder: int
    folder: Path

    @property
    def roots(self) -> Path:
        """By what the certificates are known that the authority gives."""
        return self.folder / "roots.pem"

    @property
    def authority(self) -> Path:
        """By what the authority itself is known."""
        return self.folder / "authority.pem"

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a program in the world."""
        return subprocess.run(
            self._inside(*words), env=self._environment(), cwd=self.folder, capture_output=True, text=True, check=False
        )

    @contextlib.contextmanager
    def running(self, name: str, *words: str) -> Iterator[None]:
        """Have a program run in the world while the block lasts; what it says goes to a file."""
        with (
            (self.folder / f"{name}.out").open("wb") as out,
            _ended(
                subprocess.Popen(
                    self._inside(*words),
                    env=self._environment(),
                    cwd=self.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                )
            ),
        ):
            yield

    def neighbour(self, *words: str) -> str:
        """Have the neighbour type a command of ours, and return what it says."""
        done = self.run(*_ours(*words))
        if done.returncode:
            raise SystemExit(f"the neighbour's {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def get(self, url: str, accept: str, trusted: Path | None = None) -> str:
        """Return what stands at *url* for a stranger, or nothing where it cannot be read."""
        return self.run(sys.executable, "-c", _ASK, url, accept, str(trusted or self.roots)).stdout

    def document(self, url: str, accept: str) -> Any:
        """Return the JSON document at *url*; a certificate may still be on its way."""
        return json.loads(until(lambda: self.get(url, accept), f"an answer at {url}"))

    def _inside(self, *words: str) -> list[str]:
        return ["nsenter", "--target", str(self.holder), "--net", "--mount", f"--wd={self.folder}", *words]

    def _environment(self) -> dict[str, str]:
        quick = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"}
        libraries = surroundings()["LD_LIBRARY_PATH"]
        return {
            **os.environ,
            **quick,
            "LD_LIBRARY_PATH": libraries,
            "PYTHONPATH": str(_CHECKOUT),
            "SSL_CERT_FILE": str(self.roots),
        }


@contextlib.contextmanager
def world_around(init: int, folder: Path) -> Iterator[World]:
    """Give the world beside the machine whose first process is *init*, its authority and the neighbour open."""
    (folder / "hosts").write_text(HOSTS)
    hold = ["unshare", "--net", "--mount", "/bin/sh", "-c", _HOLD, str(folder)]
    with contextlib.ExitStack() as running:
        holder = running.enter_context(_ended(subprocess.Popen(hold, stdin=subprocess.DEVNULL)))
        world = World(holder.pid, folder)
        _lay_cable(init, holder.pid)
        authority.lay_out(folder, _AUTHORITY)
        running.enter_context(world.running("pebble", "pebble", "-config", f"{folder}/pebble.json"))
        running.enter_context(world.running("nginx", str(program("nginx")), "-c", f"{folder}/nginx.conf"))
        roots = f"https://127.0.0.1:{authority.MANAGEMENT}/roots/0"
        world.roots.write_text(until(lambda: world.get(roots, "*/*", world.authority), "the authority's start"))
        _move_in(world)
        running.enter_context(world.running("neighbour", *_ours("serve")))
        yield world


def _lay_cable(init: int, holder: int) -> None:
    """Join the networks of the machine and of the world."""
    own = Path("/proc/self/ns/net").readlink()
    until(lambda: Path(f"/proc/{holder}/ns/net").readlink() != own, "the world's network")
    ends = ["street", "netns", str(init), "type", "veth", "peer", "street", "netns", str(holder)]
    subprocess.run(["ip", "link", "add", *ends], check=True)
    for process, addresses in ((init, (_HERE,)), (holder, (_WORLD, _AUTHORITY))):
        inside = ["nsenter", "--target", str(process), "--net", "ip"]
        for address in addresses:
            subprocess.run([*inside, "address", "add", f"{address}/24", "dev", "street"], check=True)
        subprocess.run([*inside, "link", "set", "street", "up"], check=True)


def _ours(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "fedi_artisan", "--config", "neighbour.toml", *words)


def _move_in(world: World) -> None:
    """Make the portfolio of the neighbour, which has a certificate of its own as well."""
    who = ("--username", "noa", "--name", "Noa", "--data-dir", "noa")
    world.neighbour("init", "--origin", f"https://{NEIGHBOUR}", *who)
    with (world.folder / "neighbour.toml").open("a") as config:
        config.write(
            f'[tls]\nenabled = true\nlisten = ["{_WORLD}:443"]\nplain_listen = ["{_WORLD}:80"]\n'
            f'directory = "{authority.PEBBLE_DIRECTORY}"\nca_file = "authority.pem"\n'
        )


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Give a process, and end it afterwards."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
