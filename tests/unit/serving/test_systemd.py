"""What a service manager hears."""

import os
import socket
import time
from pathlib import Path

import pytest

from fedi_artisan.serving import systemd


@pytest.mark.parametrize("abstract", [False, True])
def test_messages_arrive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, abstract: bool) -> None:
    """One datagram for each message, through a file or a name without one."""
    name = f"fedi-artisan-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{name}" if abstract else name)
        manager.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}" if abstract else name)
        systemd.tell_ready("https://atelier.example/")
        assert manager.recv(1000) == b"READY=1\nSTATUS=Open at https://atelier.example/"
        before = time.monotonic_ns() // 1000
        systemd.tell_reloading()
        said = dict(line.split("=", 1) for line in manager.recv(1000).decode().splitlines())
        assert said["RELOADING"] == "1"
        assert before <= int(said["MONOTONIC_USEC"]) <= time.monotonic_ns() // 1000
        systemd.tell_stopping()
        assert manager.recv(1000).startswith(b"STOPPING=1\n")
        systemd.tell_alive()
        assert manager.recv(1000) == b"WATCHDOG=1"


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "@fedi-artisan-nobody", "relative", "/" + "x" * 300])
def test_nobody_listening_is_no_trouble(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Without a manager, or with one that has gone, the server goes on."""
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    systemd.tell_ready("x")


@pytest.mark.parametrize(
    ("bites_after", "of", "every_s"),
    [(None, None, None), ("0", None, None), ("x", None, None), ("30000000", None, 15.0), ("30000000", "1", None)],
)
def test_the_watchdog_hears_twice_as_often_as_it_bites(
    monkeypatch: pytest.MonkeyPatch, bites_after: str | None, of: str | None, every_s: float | None
) -> None:
    """Where it watches this very process; otherwise never."""
    for name, value in (("WATCHDOG_USEC", bites_after), ("WATCHDOG_PID", of)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert systemd.watchdog_every_s() == every_s
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    assert systemd.watchdog_every_s() == (15.0 if bites_after == "30000000" else None)
