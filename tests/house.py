"""Our server, running for a test: the real application on a real socket with a real database."""

import asyncio
import contextlib
import itertools
import random
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import uvicorn

from fedi_artisan.app import build
from fedi_artisan.config import Config, parse
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Draft, Work
from fedi_artisan.federation.signatures import keys
from fedi_artisan.resources import folder
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import works as works_service
from fedi_artisan.services.passwords import Cost
from fedi_artisan.storage import artisans
from fedi_artisan.storage.artisans import StoredKey
from fedi_artisan.storage.db import Database, fetch_all
from fedi_artisan.storage.schema import migrate

WITHIN_S = 15.0
_DIFFERENT_KEYS = 8
# As many as asyncio takes from a connection to whom it is for.
_TURNS = 5
# A look at a password in a ten-thousandth of a second; what it really costs is tried in the tests of passwords.
CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
_NUMBERS = itertools.count()
# The process that runs the tests holds much besides a house.
ALL_THE_MEMORY: dict[str, dict[str, object]] = {"limits": {"memory_bytes": 10**12}}


async def until(holds: Callable[[], Awaitable[Any]], what: str = "it", *, within_s: float = WITHIN_S) -> Any:
    """Return the first true value of *holds*, asked again and again; fail with *what* when it takes too long."""
    try:
        async with asyncio.timeout(within_s):
            while True:
                value = await holds()
                if value:
                    return value
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"{what} did not happen within {within_s:g} s") from None


@dataclass(frozen=True, slots=True)
class House:
    """One running server with its first artisan; `db` is a second door to its database, as a command has one."""

    config: Config
    uris: Uris
    db: Database
    artisan: Artisan

    @property
    def actor_uri(self) -> str:
        """The artisan's id."""
        return self.uris.actor(self.artisan.uid)

    @property
    def handle(self) -> str:
        """The artisan's handle."""
        return f"@{self.artisan.username}@{self.uris.host}"

    async def publish(self, draft: Draft | None = None) -> Work:
        """Publish a work, as the command does beside the running server."""
        async with self.db.write() as tx:
            return await works_service.publish(
                tx, self.uris, self.artisan, draft or Draft(title="Moon jar", text="Thrown in two halves."), utc_now()
            )

    async def rows(self, sql: str, *parameters: object) -> list[Any]:
        """Return rows of the database."""
        async with self.db.read() as tx:
            return await fetch_all(tx, sql, parameters)

    async def value(self, sql: str, *parameters: object) -> Any:
        """Return the first value of the first row, or None."""
        rows = await self.rows(sql, *parameters)
        return rows[0][0] if rows else None

    async def answer(self, activity: Mapping[str, Any]) -> tuple[str, str] | None:
        """Return what came of an activity in the inbox: state and answer, or None where it was not stored."""
        rows = await self.rows("SELECT state, answer FROM inbox WHERE activity_uri = ?", activity["id"])
        return (rows[0]["state"], rows[0]["answer"]) if rows else None

    async def quiet(self) -> None:
        """Return when nothing waits in the inbox any more."""

        async def empty() -> bool:
            return not await self.value("SELECT count(*) FROM inbox WHERE state = 'waiting' AND attempts = 0")

        await until(empty, "an empty inbox")


def free_socket(port: int = 0) -> socket.socket:
    """Return a socket bound to *port* of loopback, or to a free one."""
    # Only of a socket that says it is TCP does asyncio send small answers at once; of others each waits 40 ms.
    bound = socket.socket(proto=socket.IPPROTO_TCP)
    # A server that was stopped a moment ago must be able to come back to its port.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that were free a moment ago, for programs that open their own.

    They are below those that the system gives to whoever connects: nobody comes upon them by chance meanwhile.
    """
    ports: set[int] = set()
    while len(ports) < count:
        with contextlib.suppress(OSError), free_socket(random.randrange(12_000, 32_000)) as reserved:  # noqa: S311 - no secret
            ports.add(reserved.getsockname()[1])
    return list(ports)


class _Server(uvicorn.Server):
    """The server as it is, but one that ends at once when it is told; by itself it looks ten times a second.

    How it really ends is tried in tests/cli/test_serve.py and tests/faults.
    """

    def __init__(self, app: Any, **how: Any) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, **{"lifespan": "on", "ws": "none", **how}))
        self._told = asyncio.Event()

    def end(self) -> None:
        """Have it end."""
        self.should_exit = True
        self._told.set()

    async def main_loop(self) -> None:
        """Run until it is told to end; meanwhile the date that answers carry goes on."""
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody in any more, wait a second at most for what is being answered, and close."""
        for opened in (*self.servers, *(sockets or ())):
            opened.close()
        # Who knocked a moment ago is let in by the loop in a few turns, and is known to nobody before.
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - uvicorn sets no event
                    await asyncio.sleep(0.005)
        for task in self.server_state.tasks:
            task.cancel()
        # As the real one does: a browser keeps connections that it has asked nothing of yet.
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        await self.lifespan.shutdown()


@contextlib.asynccontextmanager
async def running(app: Any, listening: socket.socket, **how: Any) -> AsyncIterator[None]:
    """Serve *app* on a socket in this very loop while the block lasts; *how* is as uvicorn has it."""
    server = _Server(app, **how)
    serving = asyncio.create_task(server.serve(sockets=[listening]))

    async def started() -> bool:
        if serving.done():
            await serving
        return server.started

    try:
        await until(started, "the start of the server")
        yield
    finally:
        server.end()
        await serving


@cache
def _key_pair(number: int) -> tuple[str, str]:
    """Return a key pair; making one takes long, so the same number gives the same one."""
    del number
    return keys.generate()


def key_pair() -> tuple[str, str]:
    """Return a key pair that none of the last few was."""
    return _key_pair(next(_NUMBERS) % _DIFFERENT_KEYS)


@cache
def _empty_database() -> bytes:
    """Return a database without a row in it, as migrations make it; they take long, and always make the same."""
    with tempfile.TemporaryDirectory() as made_in:
        file = Path(made_in) / "empty.db"
        asyncio.run(migrate(file, folder("migrations")))
        return file.read_bytes()


async def lay_out(file: Path) -> None:
    """Make *file* a database at the newest schema, without a row in it, as migrations would."""

    def copy() -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(0o600)
        file.write_bytes(_empty_database())

    await asyncio.to_thread(copy)


async def furnish(config: Config, username: str = "maria") -> None:
    """Make database, keys and an artisan, as `fedi-artisan init` does."""
    await lay_out(config.database)
    db = await Database.open(config.database, folder("migrations"), readers=0)
    await _move_in(db, username)
    await db.close()


async def _move_in(db: Database, username: str) -> None:
    """Write keys and an artisan into an empty database."""
    async with db.write() as tx:
        await artisans.put_key(tx, StoredKey(None, *key_pair()), utc_now())
        await artisans_service.create(
            tx, username=username, name="Atelier Maria", language="en", key=key_pair(), now=utc_now()
        )


@contextlib.asynccontextmanager
async def open_house(
    data_dir: Path,
    *,
    username: str = "maria",
    host: str = "127.0.0.1",
    port: int = 0,
    clock: Clock = utc_now,
    **settings: object,
) -> AsyncIterator[House]:
    """Run a server in *data_dir* while the block lasts: a new one, or the one that was there before.

    Args:
        data_dir: its folder.
        username: of the artisan of a new one.
        host: what it is called; "localhost" where it needs a name and not a number, as passkeys do.
        port: where it listens; a server that comes back needs the port it had.
        clock: what time it is.
        settings: as in the configuration file.
    """
    listening = free_socket(port)
    origin = f"http://{host}:{listening.getsockname()[1]}"
    usual = {"origin": origin, "data_dir": str(data_dir), "listen": f"127.0.0.1:{listening.getsockname()[1]}"}
    limits = {**ALL_THE_MEMORY["limits"], **cast("dict[str, object]", settings.pop("limits", {}))}
    config = parse({**usual, "allow_private_networks": True, **settings, "limits": limits})
    is_new = not config.database.exists()
    if is_new:
        await lay_out(config.database)
    # Each connection reads the whole schema, which takes longer than most of what tests do with it.
    db = await Database.open(config.database, folder("migrations"), readers=1)
    try:
        if is_new:
            await _move_in(db, username)
        async with db.read() as tx:
            artisan = (await artisans.list_all(tx))[0]
        async with running(build(config, clock=clock, cost=CHEAP), listening):
            yield House(config, Uris(config.origin, config.media.origin), db, artisan)
    finally:
        await db.close()
