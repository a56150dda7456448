"""Starting and stopping the server, as a person does."""

import contextlib
import re
import signal
import subprocess
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from typing import IO

import pytest

from tests.cli.typed import PROGRAM, Terminal
from tests.house import free_socket

# What few requests need, and all would wait for at the start: it is loaded where it is first used.
LATER = frozenset(
    (
        *("aiohttp", "http_message_signatures", "httpsig", "Crypto"),  # the first question to another server
        *("fedi_artisan.web.studio.routes", "webauthn", "pyotp", "segno"),  # the studio, labels
        *(
            "fedi_artisan.cli.demo",
            "fedi_artisan.cli.works",
            "fedi_artisan.services.backups.sealing",
            "pyrage",
            "tarfile",
        ),
        *("acme", "josepy", "requests", "cryptography.x509", "prometheus_client", "obstore"),  # by the settings
        *("pyvips", "PIL", "blurhash", "pi_heif", "fedi_artisan.media.metadata"),  # the photo child
    )
)


def start(
    terminal: Terminal,
    program: Sequence[str] = PROGRAM,
    port: int | None = None,
    stderr: int | IO[str] = subprocess.PIPE,
) -> subprocess.Popen[str]:
    """Start the server on a free port, or on *port*, and return it once it says where it is."""
    serving = subprocess.Popen(
        [*program, "serve", "--listen", f"127.0.0.1:{port or free_port()}"],
        cwd=terminal.folder,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )
    assert serving.stdout is not None
    assert "Your portfolio: " in serving.stdout.readline()
    return serving


def free_port() -> int:
    """Return a port that nobody listens on."""
    with free_socket() as reserved:
        return int(reserved.getsockname()[1])


def opened(port: int, path: str) -> int:
    """Return the status of a page."""
    with contextlib.closing(HTTPConnection("127.0.0.1", port, timeout=15)) as connection:
        connection.request("GET", path, headers={"Host": "127.0.0.1:8099"})
        with connection.getresponse() as answer:
            return answer.status


def loaded(told: Path) -> set[str]:
    """Return the modules that a program has loaded so far, as it told."""
    return set(re.findall(r"^import time: .*\| +(\S+)$", told.read_text(), re.MULTILINE))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_server_stops_without_a_fuss(home: Terminal, how: signal.Signals) -> None:
    """Ctrl-C and a service manager's stop end the server in order, and nothing is complained about."""
    with start(home) as serving:
        serving.send_signal(how)
        _, complaints = serving.communicate(timeout=15)
    assert (serving.returncode, complaints) == (0, "")


def test_a_start_loads_what_it_needs(home: Terminal) -> None:
    """Up to its first page the server loads nothing that only some requests need; the studio comes when it is asked."""
    port, (python, *rest), told = free_port(), PROGRAM, home.folder / "told"
    with told.open("w") as stderr, start(home, (python, "-X", "importtime", *rest), port, stderr) as serving:
        assert opened(port, "/") == 200
        at_first = loaded(told)
        assert opened(port, "/studio") == 303
        at_last = loaded(told)
        serving.terminate()
        serving.communicate(timeout=15)
    assert "fedi_artisan.app" in at_first
    assert not LATER & at_first
    assert "fedi_artisan.web.studio.routes" in at_last


def test_a_second_server_on_the_same_works_is_refused(home: Terminal) -> None:
    """Two servers on one data folder would send everything twice: the second says so and ends with exit code 2."""
    with start(home) as serving:
        second = home.type("serve", "--listen", "127.0.0.1:0")
        serving.terminate()
        serving.communicate(timeout=15)
    assert second.code == 2
    assert "a server is running" in second.err


def test_a_taken_port_is_told(home: Terminal) -> None:
    """A port that somebody else listens on is named, with exit code 2 and without a trace of the inside."""
    with free_socket() as taken:
        taken.listen()
        done = home.type("serve", "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert done.code == 2
    assert "could not start: listen: 127.0.0.1:" in done.err
    assert "Traceback" not in done.err


def test_a_broken_theme_is_told_at_start(home: Terminal) -> None:
    """What of a theme cannot be used is told on the terminal with file and line, and the server runs all the same."""
    templates = home.folder / "data" / "theme" / "templates"
    templates.mkdir(parents=True)
    (templates / "work.html").write_text("one\n{% endif %}")
    with start(home) as serving:
        serving.send_signal(signal.SIGINT)
        _, complaints = serving.communicate(timeout=15)
    assert serving.returncode == 0
    assert "theme/templates/work.html, line 2: Encountered unknown tag 'endif'" in complaints
    assert complaints.count("\n") == 1
