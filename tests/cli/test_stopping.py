"""How the server ends: in order, soon, and whatever hangs."""

import asyncio
import contextlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pyvips

from fedi_artisan.config import load
from tests.cli.served import Served, at_work, served
from tests.cli.typed import Terminal
from tests.house import free_socket

# Twelve megapixels take a second or two, most of it in a process of their own.
_LARGE_PX = (4000, 3000)
_CONNECTIONS = 300
_TO_INBOX = "POST /ap/inbox HTTP/1.1\r\nHost: a\r\nContent-Type: application/activity+json\r\nExpect: 100-continue\r\n"
_AT_ONCE_S = 2.0
_IN_ANY_CASE_S = 10.0


def large() -> bytes:
    """Return a photograph whose pictures take long to make."""
    rings = pyvips.Image.zone(*_LARGE_PX).linear(127, 128).cast("uchar")
    return bytes(rings.jpegsave_buffer(Q=80))


@contextlib.asynccontextmanager
async def silent_neighbour() -> AsyncIterator[int]:
    """Give the port of a server that takes every question and answers none."""
    heard = asyncio.Event()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await reader.read(10_000)
            heard.set()
            await reader.read()
        writer.close()

    listening = free_socket()
    server = await asyncio.start_server(take, sock=listening)
    async with server:
        yield listening.getsockname()[1]


async def visit(running: Served) -> None:
    """Have browsers there that were answered and stay, and visitors who never finish a sentence."""
    for _ in range(_CONNECTIONS):
        reader, _ = await running.say("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        await reader.readuntil(b"}")
    for beginning in ("", "GET / HT", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "):
        await running.say(beginning)


def lives(process: int) -> bool:
    """Whether there is such a process."""
    return Path(f"/proc/{process}").exists()


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    """Return rows of the database of a server that has ended."""
    config = load(folder / "config.toml")
    assert not config.database.with_name(f"{config.database.name}-wal").exists(), "the database was not closed"
    with contextlib.closing(sqlite3.connect(config.database)) as connection:
        return connection.execute(sql).fetchall()


async def test_it_ends_at_once_where_nobody_is_answered(home: Terminal) -> None:
    """Connections that stay, sentences never finished, and a photograph at work hold up nothing; it is made later."""
    async with served(home) as running:
        await visit(running)
        status, draft = await running.give_photo(large())
        assert status == 201
        await at_work(running)
        children = running.children()
        code, took_s = await running.end()
        assert (code, running.complaints()) == (0, [])
        assert took_s < _AT_ONCE_S
        assert [child for child in children if lives(child)] == []
        assert (await running.hear("STOPPING=1")).endswith("Finishing what is under way")
    assert rows(home.folder, "SELECT uid FROM drafts") == [(draft,)]
    assert rows(home.folder, "SELECT count(*) FROM photo_jobs") == [(1,)]
    assert list((home.folder / "data" / "originals").rglob("*.jpg"))


async def test_it_ends_in_ten_seconds_whatever_hangs(home: Terminal) -> None:
    """Somebody sends a byte a minute, another server leaves a question unanswered: both are cut off in the end.

    What can come to its end does so meanwhile.
    """
    async with silent_neighbour() as port, served(home) as running:
        slow, _ = await running.say(f"{_TO_INBOX}Content-Length: 9\r\n\r\n{{")
        form = f"address=%40bob%40127.0.0.1%3A{port}"
        asked, _ = await running.say(
            f"POST /follow HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: same-origin\r\nContent-Length: {len(form)}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}"
        )
        whole, ending = await running.say(f"{_TO_INBOX}Content-Length: 2\r\n\r\n{{")
        # Both are being read: the server says so.
        for asking in (slow, whole):
            assert await asking.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        leaving = asyncio.create_task(running.end())
        await running.hear("STOPPING=1")
        ending.write(b"}")
        answer = await whole.readuntil(b"\r\n")
        assert answer.split(b" ")[1] in {b"400", b"401", b"415"}
        code, took_s = await leaving
        assert (code, running.complaints()) == (0, [])
        assert took_s < _IN_ANY_CASE_S
        assert await slow.read() == await asked.read() == b""
    rows(home.folder, "SELECT 1")


def test_what_hangs_for_ever_is_left_behind() -> None:
    """When the time is up the process leaves, with the code of an end in order, whoever has not come to his end."""
    code = (
        "import logging, sys, threading, time; from fedi_artisan.serving.asked import Asked; "
        "logging.basicConfig(); hold = threading.Thread(target=time.sleep, args=(60,)); hold.start(); "
        "logging.getLogger().handlers[0].acquire(); Asked(in_time=True).hurry(0.1); hold.join()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=30, check=False)
    assert done.returncode == 0


async def test_asked_twice_it_ends_this_moment(home: Terminal) -> None:
    """A second Ctrl-C waits for nobody."""
    async with served(home) as running:
        asking, _ = await running.say(f"{_TO_INBOX}Content-Length: 9\r\n\r\n{{")
        await asking.readuntil(b"\r\n\r\n")
        running.process.send_signal(signal.SIGINT)
        await running.hear("STOPPING=1")
        code, took_s = await running.end(signal.SIGINT)
        assert (code, running.complaints()) == (0, [])
        assert took_s < 1
