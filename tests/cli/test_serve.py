"""Starting and stopping the server, as a person does."""

import signal
import subprocess

import pytest

from tests.cli.typed import PROGRAM, Terminal
from tests.house import free_socket


def start(terminal: Terminal) -> subprocess.Popen[str]:
    """Start the server on a free port and return it once it says where it is."""
    with free_socket() as reserved:
        listen = f"127.0.0.1:{reserved.getsockname()[1]}"
    serving = subprocess.Popen(
        [*PROGRAM, "serve", "--listen", listen],
        cwd=terminal.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert serving.stdout is not None
    assert "Your portfolio: " in serving.stdout.readline()
    return serving


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM)])
def test_the_server_stops_without_a_fuss(home: Terminal, how: signal.Signals, code: int) -> None:
    """Ctrl-C and a service manager's stop end the server in order, and nothing is complained about."""
    with start(home) as serving:
        serving.send_signal(how)
        _, complaints = serving.communicate(timeout=15)
    assert (serving.returncode, complaints) == (code, "")


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
    assert "could not start on 127.0.0.1:" in done.err
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
