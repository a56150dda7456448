"""`fedi-artisan` as it stands on the PATH of a test: the real program, in processes that have read it already.

To start from nothing takes most of a second, and pages have some ninety commands. So one process reads the program,
and splits off another for each command, which has the words, folder, environment and streams of whoever typed it.
"""

import contextlib
import json
import os
import runpy
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PLACE = "FEDI_ARTISAN_WARM"
_STREAMS = 3
_LONGEST_BYTES = 100_000
_STARTS_WITHIN_S = 60
# What is typed: passes everything on, and ends as the command ends.
_TYPED = f"""#!{sys.executable} -IES
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as way:
    way.connect(os.environ["{PLACE}"])
    told = {{"words": sys.argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}}
    socket.send_fds(way, [json.dumps(told).encode()], [0, 1, 2])
    way.shutdown(socket.SHUT_WR)
    sys.exit(int(way.recv(10) or b"99"))
"""


@contextlib.contextmanager
def on_the_path(folder: Path) -> Iterator[dict[str, str]]:
    """Put the command into a new folder while the block lasts; give the environment in which it is found."""
    folder.mkdir()
    place, command = folder / "socket", folder / "fedi-artisan"
    command.write_text(_TYPED)
    command.chmod(0o755)
    root = Path(__file__).parents[2]
    process = subprocess.Popen([sys.executable, "-m", "tests.docs.warm", str(place)], cwd=root)
    try:
        end = time.monotonic() + _STARTS_WITHIN_S
        while not place.exists() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        yield {"PATH": f"{folder}:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", PLACE: str(place)}
    finally:
        process.terminate()
        process.wait()


def main(place: Path) -> None:
    """Read the program, then be every command that is typed, until this process is ended."""
    import fedi_artisan.cli  # noqa: F401, PLC0415 - read once, here

    with socket.socket(socket.AF_UNIX) as door:
        door.bind(f"{place}.soon")
        door.listen()
        # It is there when it can be asked.
        Path(f"{place}.soon").rename(place)
        while True:
            way, _ = door.accept()
            if os.fork() == 0:
                door.close()
                _answer(way)
                os._exit(0)
            way.close()
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


def _answer(way: socket.socket) -> None:
    """Have a process be the command, and tell with which code it ended."""
    told, streams, _, _ = socket.recv_fds(way, _LONGEST_BYTES, _STREAMS)
    told += way.makefile("rb").read()
    child = os.fork()
    if child == 0:
        way.close()
        _be(json.loads(told), streams)
    _, status = os.waitpid(child, 0)
    way.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def _be(told: dict[str, object], streams: list[int]) -> None:
    """Be the command; this ends the process."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8", closefd=False) for number, mode in enumerate(("r", "w", "w"))
    )
    words, folder, environment = told["words"], told["folder"], told["environment"]
    assert isinstance(words, list)
    assert isinstance(folder, str)
    assert isinstance(environment, dict)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["fedi-artisan", *words]
    code = 1
    try:
        runpy.run_module("fedi_artisan", run_name="__main__")
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - as Python ends a program
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
