"""The server as a person runs it, in a process of its own."""

import asyncio
import contextlib
import signal
import sys
import time
from pathlib import Path

import aiohttp

LONGEST_START_S = 20.0


class Server:
    """`fedi-artisan` as a person runs it, in a process of its own; a class because it is started again and again."""

    def __init__(self, file: Path, origin: str, session: aiohttp.ClientSession) -> None:
        self._command = (sys.executable, "-m", "fedi_artisan", "--config", str(file))
        self._origin = origin
        self._session = session
        self._log = file.with_name("server.log")
        self._process: asyncio.subprocess.Process | None = None

    async def command(self, *arguments: str) -> str:
        """Run another command beside the server and return what it prints."""
        process = await self.begin(*arguments)
        printed, _ = await process.communicate()
        assert process.returncode == 0, printed.decode()
        return printed.decode()

    async def begin(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start another command beside the server and return its process."""
        return await asyncio.create_subprocess_exec(
            *self._command, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )

    @property
    def process(self) -> asyncio.subprocess.Process | None:
        """The server's own process, from its start to its end."""
        return self._process

    async def start(self) -> None:
        """Start it; it need not answer yet."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(*self._command, "serve", stdout=log, stderr=log)

    async def answers(self) -> float:
        """Return the seconds until it answers."""
        begun = time.perf_counter()
        async with asyncio.timeout(LONGEST_START_S):
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    async with self._session.get(f"{self._origin}/nodeinfo/2.1") as answer:
                        if answer.status == 200:
                            return time.perf_counter() - begun
                await asyncio.sleep(0.005)

    async def end(self, how: signal.Signals) -> None:
        """End it, and wait until it has gone."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(how)
            async with asyncio.timeout(LONGEST_START_S):
                await self._process.wait()
        self._process = None

    def crashes(self) -> list[str]:
        """Return what the log holds of failures that nobody expected."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [line for line in lines if line.startswith(("ERROR", "CRITICAL", "Traceback"))]
