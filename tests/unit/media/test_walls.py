"""The process that decodes is shut in: a photograph that broke a decoder would find nothing there to take."""

import subprocess
import sys
from pathlib import Path

import pytest

from fedi_artisan.media import darkroom, walls
from tests.house import free_socket

PACKAGES = Path(darkroom.__file__).parents[2]
# What a photograph could try that does as it likes in there; each answer is a line.
TRIES = """
import ctypes, os, socket, sys
from fedi_artisan.media import walls
secret, port, parent = sys.argv[1], int(sys.argv[2]), os.getppid()
os.open(secret, os.O_RDONLY)
print("built", walls.build())
def tried(name, what):
    try:
        what()
    except OSError as error:
        print(name, type(error).__name__)
    else:
        print(name, "done")
tried("read", lambda: open(secret).read())
tried("list", lambda: os.listdir(os.path.dirname(secret)))
tried("write", lambda: open(secret + ".new", "w"))
tried("remove", lambda: os.remove(secret))
tried("memory", lambda: open(f"/proc/{parent}/mem", "rb"))
tried("environment", lambda: open(f"/proc/{parent}/environ", "rb"))
tried("connect", lambda: socket.create_connection(("127.0.0.1", port)))
tried("end", lambda: os.kill(parent, 0))
tried("run", lambda: os.execv("/bin/sh", ["sh", "-c", "true"]))
tried("password", lambda: open("/etc/passwd"))
import fractions
from fedi_artisan.media import metadata
"""


def test_behind_the_walls_is_nothing_but_the_program(tmp_path: Path) -> None:
    """WIRE 10.2 #52: no file of the house, no other process, no network and no command; Python and ours go on."""
    secret = tmp_path / "secret"
    secret.write_text("a private key")
    with free_socket() as listening:
        listening.listen()
        command = [sys.executable, "-P", "-c", TRIES, str(secret), str(listening.getsockname()[1])]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=30, check=False, env={"PYTHONPATH": str(PACKAGES)}, cwd="/"
        )
        if "built False" in done.stdout:
            pytest.skip("this Linux builds no walls")
    said = dict(line.split() for line in done.stdout.splitlines())
    assert done.returncode == 0, done.stderr
    refused = {"read", "list", "write", "remove", "memory", "environment", "run", "password"}
    assert {name: said[name] for name in refused} == dict.fromkeys(refused, "PermissionError")
    assert secret.read_text() == "a private key"
    # Only newer ones forbid these as well.
    assert said["connect"] in {"PermissionError", "done"}
    assert said["end"] in {"PermissionError", "done"}


def test_the_data_beside_a_checkout_is_behind_them() -> None:
    """The folder in which the package lies is not to be read as a whole: `make run` keeps its data there."""
    assert PACKAGES not in set(walls._readable())  # noqa: SLF001 - the rule itself
    assert PACKAGES / "fedi_artisan" in set(walls._readable())  # noqa: SLF001 - the rule itself


def test_the_child_builds_them_before_it_reads_a_picture(tmp_path: Path) -> None:
    """The very process that decodes can read nothing of the house any more once it has bound itself."""
    if not _can_build():
        pytest.skip("this Linux builds no walls")
    code = (
        "from fedi_artisan.media import child\n"
        "child._bind(1_600_000_000, 20)\n"
        f"print(open({str(tmp_path / 'x')!r}).read())\n"
    )
    (tmp_path / "x").write_text("readable")
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={"PYTHONPATH": str(PACKAGES), "MALLOC_ARENA_MAX": "2"},
        cwd="/",
    )
    assert "PermissionError" in done.stderr
    assert "readable" not in done.stdout


def _can_build() -> bool:
    command = [sys.executable, "-P", "-c", "from fedi_artisan.media import walls; print(walls.build())"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(PACKAGES)})
    return "True" in done.stdout
