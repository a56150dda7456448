"""A flood before a real server: slow ones, many at once, large messages; and one visitor who notices nothing of it.

`python -m tests.limits.flood` makes the large one and prints what came of it.
"""

import asyncio
import contextlib
import resource
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import click

from bench.watch import forget_peak, peak_bytes, resident_bytes
from fedi_artisan.config import load
from tests.cli.test_serve import start
from tests.cli.typed import Terminal
from tests.house import furnish

WITHIN_S = 60.0
LARGE = b"x" * 900_000
NEVER = "hung up on"


@dataclass(frozen=True, slots=True)
class Size:
    """How many begin a request and never end it, and how many ask all at once."""

    slow: int
    at_once: int


@dataclass(slots=True)
class Outcome:
    """What came of it: answers by what was asked and their status, seconds of the visitor's pages, bytes of memory."""

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    visits: Counter[str] = field(default_factory=Counter)
    took_s: list[float] = field(default_factory=list)
    before_bytes: int = 0
    peak_bytes: int = 0
    log: str = ""

    @property
    def p99_s(self) -> float:
        """In how many seconds all but the slowest hundredth of the visitor's pages were there."""
        return sorted(self.took_s)[int(len(self.took_s) * 0.99)]

    @property
    def statuses(self) -> set[str]:
        """All statuses that were told."""
        return {status for _, status in self.answers} | set(self.visits)


def request(method: str, path: str, body: bytes = b"", kind: str = "text/html") -> bytes:
    """Return a request on a connection that ends with its answer."""
    lines = [f"{method} {path} HTTP/1.1", "Host: a", "Accept: text/html", "Connection: close"]
    lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def asked(number: int) -> tuple[str, bytes]:
    """Return what the one with this number asks for: none of it is kept, half of it is large."""
    form, activity = "application/x-www-form-urlencoded", "application/activity+json"
    return (
        ("search", request("GET", f"/works?q=moon{number}")),
        ("page", request("GET", f"/works/none{number}")),
        ("inbox", request("POST", "/ap/inbox", LARGE, activity)),
        ("form", request("POST", "/follow", LARGE, form)),
    )[number % 4]


async def ask(port: int, what: bytes, address: str) -> str:
    """Return the status of the answer to somebody at *address*."""
    try:
        async with asyncio.timeout(WITHIN_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
            with contextlib.closing(writer):
                writer.write(what)
                return (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
    except (OSError, asyncio.IncompleteReadError):
        return NEVER


async def dawdle(port: int, address: str) -> None:
    """Begin a request, a byte at a time, and begin again where one is hung up on."""
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
            with contextlib.closing(writer):
                for letter in request("GET", "/" + "x" * 1_000):
                    if reader.at_eof():
                        break
                    writer.write(bytes([letter]))
                    await asyncio.sleep(0.3)


def visit(port: int, outcome: Outcome, end: threading.Event) -> None:
    """Open the home page again and again, in a thread: what the flood itself makes wait must not count."""
    while not end.wait(0.01):
        began = time.perf_counter()
        try:
            with socket.create_connection(("127.0.0.1", port), WITHIN_S) as visitor:
                visitor.sendall(request("GET", "/"))
                status = visitor.recv(65_536)[9:12].decode() or NEVER
        except OSError:
            status = NEVER
        outcome.visits[status] += 1
        outcome.took_s.append(time.perf_counter() - began)


async def flood(pid: int, port: int, size: Size) -> Outcome:
    """Return what came of it, when it is over."""
    outcome = Outcome()
    for number in range(12):
        await ask(port, asked(number)[1], "127.0.0.1")
    outcome.before_bytes = resident_bytes(pid)
    forget_peak(pid)
    beside = [asyncio.create_task(dawdle(port, f"127.0.1.{1 + number % 10}")) for number in range(size.slow)]
    end = threading.Event()
    visiting = asyncio.create_task(asyncio.to_thread(visit, port, outcome, end))

    async def one(number: int) -> None:
        what, said = asked(number)
        outcome.answers[what, await ask(port, said, f"127.0.{2 + number % 50}.{1 + number % 7}")] += 1

    await asyncio.gather(*(one(number) for number in range(size.at_once)))
    outcome.peak_bytes = peak_bytes(pid)
    end.set()
    await visiting
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
    return outcome


def run(folder: Path, size: Size) -> Outcome:
    """Return what comes of a flood before the server of a new portfolio in this folder, which runs for as long."""
    config = folder / "config.toml"
    config.write_text('origin = "http://127.0.0.1:8000"\n', encoding="utf-8")
    asyncio.run(furnish(load(config)))
    # Whoever floods has a file open for each connection as well.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with start(Terminal(folder)) as serving:
        assert serving.stdout is not None
        listen = next(word for word in serving.args if str(word).startswith("127.0.0.1:"))  # type: ignore[union-attr]
        port = int(str(listen).rpartition(":")[2])
        try:
            outcome = asyncio.run(flood(serving.pid, port, size))
            outcome.visits[asyncio.run(ask(port, request("GET", "/works/afterwards"), "127.0.0.1"))] += 1
        finally:
            serving.terminate()
            _, outcome.log = serving.communicate(timeout=30)
    return outcome


def main() -> None:
    """Make the large flood and print what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(Path(folder), Size(slow=500, at_once=2_000))
    for (what, status), number in sorted(outcome.answers.items()):
        click.echo(f"{what:8} {status:12} {number:5}")
    click.echo(f"home     {dict(outcome.visits)}, p99 {outcome.p99_s * 1000:.0f} ms")
    click.echo(f"memory   {outcome.before_bytes / 1e6:.0f} MB, at most {outcome.peak_bytes / 1e6:.0f} MB")
    click.echo(outcome.log)
    sys.exit("500" in outcome.statuses)


if __name__ == "__main__":
    main()
