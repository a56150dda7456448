"""The server as a person runs it, in a process of its own."""

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path

import aiohttp

from tests.faults.wall import VARIABLE, Wall

LONGEST_START_S = 60.0
# One town of the tests comes from one address, and does in a minute what is a day's work of a real one.
NO_LIMITS = """
[limits]
pages_per_minute = 1_000_000
searches_per_minute = 1_000_000
documents_per_minute = 1_000_000
messages_per_minute = 1_000_000
connections_per_address = 1_000
"""


class Server:
    """`fedi-artisan` as a person runs it, in a process of its own; a class because it is started again and again."""

    def __init__(self, file: Path, origin: str, session: aiohttp.ClientSession, *, wall: Wall | None = None) -> None:
        self._command = (
            sys.executable,
            "-m",
            "fedi_artisan" if wall is None else "tests.faults.timed",
            "--config",
            str(file),
        )
        self.file = file
        self._origin = origin
        self._session = session
        self._log = file.with_name("server.log")
        self._process: asyncio.subprocess.Process | None = None
        self._environment = {**os.environ} if wall is None else {**os.environ, VARIABLE: str(wall.file)}

    async def command(self, *arguments: str) -> str:
        """Run another command beside the server and return what it prints."""
        process = await self.begin(*arguments)
        printed, _ = await process.communicate()
        assert process.returncode == 0, printed.decode()
        return printed.decode()

    async def begin(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start another command beside the server and return its process."""
        return await asyncio.create_subprocess_exec(
            *self._command,
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self._environment,
        )

    @property
    def process(self) -> asyncio.subprocess.Process | None:
        """The server's own process, from its start to its end."""
        return self._process

    async def start(self) -> None:
        """Start it; it need not answer yet."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, "serve", stdout=log, stderr=log, env=self._environment
            )

    def log_bytes(self) -> int:
        """Return how long the log is by now."""
        return self._log.stat().st_size if self._log.exists() else 0

    async def ended(self) -> int:
        """Return with what status it ended by itself, and what it said is in the log."""
        assert self._process is not None
        async with asyncio.timeout(LONGEST_START_S):
            status = await self._process.wait()
        self._process = None
        return status

    def said(self, *, since_byte: int = 0) -> str:
        """Return what it said, behind the first bytes of its log."""
        return self._log.read_bytes()[since_byte:].decode(errors="replace")

    async def answers(self) -> float:
        """Return the seconds until it answers; fail at once where it has ended instead."""
        begun = time.perf_counter()
        async with asyncio.timeout(LONGEST_START_S):
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    async with self._session.get(f"{self._origin}/nodeinfo/2.1") as answer:
                        if answer.status == 200:
                            return time.perf_counter() - begun
                if self._process is not None and self._process.returncode is not None:
                    raise AssertionError(f"the server ended with {self._process.returncode}: {self.said()[-2000:]}")
                await asyncio.sleep(0.005)

    async def end(self, how: signal.Signals) -> None:
        """End it, and wait until it has gone."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(how)
            async with asyncio.timeout(LONGEST_START_S):
                await self._process.wait()
        self._process = None

    def crashes(self, *, since_byte: int = 0) -> list[str]:
        """Return what the log holds of failures that nobody expected, behind its first bytes."""
        lines = self._log.read_bytes()[since_byte:].decode(errors="replace").splitlines()
        return [line for line in lines if line.startswith("Traceback") or _level(line) in {"error", "critical"}]


def _level(line: str) -> str:
    """Return how grave a line of the log is; empty for what was printed besides."""
    return str(json.loads(line)["level"]) if line.startswith("{") else ""
