"""The server as a service manager runs it: a process of its own, its log in a file, its visitors around it."""

import asyncio
import contextlib
import io
import json
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from fedi_artisan.config import load
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.sessions import form_token
from fedi_artisan.resources import folder
from fedi_artisan.services import drafts, sessions
from fedi_artisan.storage import artisans
from fedi_artisan.storage.db import Database
from tests.cli.typed import PROGRAM, Terminal
from tests.house import free_socket, until

_LONGEST_S = 30.0


@dataclass
class Served:
    """One running server; *manager* hears what it tells its service manager."""

    folder: Path
    port: int
    process: asyncio.subprocess.Process
    manager: socket.socket
    session: aiohttp.ClientSession
    speakers: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def config_file(self) -> Path:
        """Its settings."""
        return self.folder / "config.toml"

    def log(self) -> list[dict[str, Any]]:
        """Return what it told so far; whatever is no line of a log, a trace for example, fails here."""
        return [json.loads(line) for line in (self.folder / "log").read_text().splitlines()]

    def complaints(self) -> list[dict[str, Any]]:
        """Return what it told that is graver than news."""
        return [line for line in self.log() if line["level"] not in {"info", "debug"}]

    async def hear(self, begins: str) -> str:
        """Return the next message to the service manager that begins so; the others are passed over."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_LONGEST_S):
            while True:
                message = (await loop.sock_recv(self.manager, 1000)).decode()
                if message.startswith(begins):
                    return message

    async def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """End it; return its exit code, and the seconds it took."""
        began = time.perf_counter()
        self.process.send_signal(how)
        async with asyncio.timeout(_LONGEST_S):
            code = await self.process.wait()
        return code, time.perf_counter() - began

    async def say(self, text: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection, and send what may be the beginning of something; it stays as long as the server does."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.speakers.append(writer)
        writer.write(text.encode())
        await writer.drain()
        return reader, writer

    def children(self) -> list[int]:
        """Return the processes that it has started and that live."""
        return [
            int(one) for one in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]

    async def give_photo(self, content: bytes) -> tuple[int, str]:
        """Give a photograph into a new draft, as an artisan who is signed in; return the status and the draft's uid."""
        db = await Database.open(load(self.config_file).database, folder("migrations"), readers=0)
        try:
            async with db.write() as tx:
                [artisan] = await artisans.list_all(tx)
                token = await sessions.open_session(tx, artisan.id, "Firefox, Linux", utc_now())
                draft = await drafts.begin(tx, artisan, utc_now())
        finally:
            await db.close()
        headers = {
            "Cookie": f"studio={token}",
            "X-Token": form_token(token),
            "X-Name": "jar.jpg",
            "Content-Type": "image/jpeg",
        }
        async with self.session.post(
            f"{self.origin}/studio/drafts/{draft.uid}/photos", data=io.BytesIO(content), headers=headers
        ) as answer:
            return answer.status, draft.uid


@contextlib.asynccontextmanager
async def served(home: Terminal, settings: str = "", **environment: str) -> AsyncIterator[Served]:
    """Run the server of the folder *home*, with more *settings* in its file, while the block lasts."""
    with free_socket() as reserved:
        port = reserved.getsockname()[1]
    file = home.folder / "config.toml"
    text = file.read_text().replace("allow_private_networks = false", "allow_private_networks = true")
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{port}").replace("127.0.0.1:8099", f"127.0.0.1:{port}")
    file.write_text(f"{text}{settings}")
    notify = home.folder / "notify"
    said, told = (home.folder / "said").open("ab"), (home.folder / "log").open("wb")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, said, told:
        manager.bind(str(notify))
        manager.setblocking(False)
        process = await asyncio.create_subprocess_exec(
            *PROGRAM,
            "serve",
            cwd=home.folder,
            stdout=said,
            stderr=told,
            env={**os.environ, "NOTIFY_SOCKET": str(notify), **environment},
        )
        try:
            async with aiohttp.ClientSession() as session:
                running = Served(home.folder, port, process, manager, session)
                await running.hear("READY=1")
                try:
                    yield running
                finally:
                    for speaker in running.speakers:
                        speaker.close()
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def at_work(running: Served) -> None:
    """Return when it has started a process that makes pictures."""

    async def started() -> bool:
        return bool(running.children())

    await until(started, "the making of pictures")
