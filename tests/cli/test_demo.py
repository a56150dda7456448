"""The demo: up at once, gone without a trace, and plain about what stands in its way."""

import contextlib
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.cli.typed import PROGRAM, Terminal
from tests.house import free_socket


@contextlib.contextmanager
def demo(terminal: Terminal, port: int) -> Iterator[subprocess.Popen[str]]:
    """Start the demo on *port*, its folder below that of the terminal."""
    with subprocess.Popen(
        [*PROGRAM, "demo", "--port", str(port)],
        cwd=terminal.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": str(terminal.folder)},
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def a_free_port() -> int:
    """Return a port that nobody listens on."""
    with free_socket() as reserved:
        return int(reserved.getsockname()[1])


def test_the_demo_opens_and_leaves_nothing(terminal: Terminal) -> None:
    """The first work is there when the address is printed; Ctrl-C while others are made ends it and its folder."""
    port = a_free_port()
    with demo(terminal, port) as running:
        assert running.stdout is not None
        assert f"http://127.0.0.1:{port}/" in running.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/?lang=fr", timeout=10) as answer:
            page = answer.read().decode()
        assert "Jarre de lune" in page
        assert "Atelier Léa Morel" in page
        [kept] = terminal.folder.iterdir()
        assert (kept / "config.toml").exists()
        running.send_signal(signal.SIGINT)
        _, complaints = running.communicate(timeout=15)
    assert (running.returncode, complaints) == (0, "")
    assert list(terminal.folder.iterdir()) == []


def test_the_demo_tidies_up_when_it_is_ended_early(terminal: Terminal) -> None:
    """A service manager's stop before anything can be seen leaves nothing behind either, in the middle of a write."""
    port = a_free_port()
    with demo(terminal, port) as running:
        while not list(terminal.folder.glob("*/data/*.sqlite3")):
            assert running.poll() is None
        running.terminate()
        _, complaints = running.communicate(timeout=15)
    assert (running.returncode, complaints) == (0, "")
    assert list(terminal.folder.iterdir()) == []


def test_the_demo_tells_of_a_taken_port(terminal: Terminal) -> None:
    """A port that somebody else listens on is named, with what to do, before anything is made."""
    with free_socket() as taken:
        taken.listen()
        port = taken.getsockname()[1]
        done = terminal.type("demo", "--port", str(port), "--folder", "kept")
    assert done.code == 2
    assert f"port {port} cannot be used" in done.err
    assert "--port" in done.err
    assert "Traceback" not in done.err
    assert not (terminal.folder / "kept").exists()


def test_the_demo_leaves_a_folder_alone_that_holds_something(terminal: Terminal) -> None:
    """A folder with anything in it is not furnished; the refusal says how to open a demo that was kept."""
    (terminal.folder / "kept").mkdir()
    (terminal.folder / "kept" / "diary.txt").write_text("Dear diary", encoding="utf-8")
    done = terminal.type("demo", "--port", str(a_free_port()), "--folder", "kept")
    assert done.code == 1
    assert "is not empty" in done.err
    assert "--config kept/config.toml serve" in done.err
    assert [file.name for file in Path(terminal.folder / "kept").iterdir()] == ["diary.txt"]
