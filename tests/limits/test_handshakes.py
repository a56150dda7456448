"""With TLS: whoever opens a connection and says nothing, or nonsense, is counted from the first moment."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.refusals import Refused
from fedi_artisan.services.refusals import Refusals
from fedi_artisan.serving.certificates.shown import Shown
from fedi_artisan.serving.connections import doorman_of, watched
from fedi_artisan.serving.handshakes import Handshakes, Manners
from tests.house import free_socket, until
from tests.limits.talking import GET, Door, Echo, settings
from tests.serving import made

STRANGER = "127.0.0.9"


@dataclass(frozen=True, slots=True)
class Secure:
    """A door with TLS, and who may come in with which certificates."""

    door: Door
    roots: Any

    async def ask(self, address: str = "127.0.0.1") -> bytes:
        """Return the beginning of the answer to a visitor who speaks TLS."""
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.door.port, ssl=self.roots, server_hostname="atelier.example", local_addr=(address, 0)
        )
        writer.write(GET)
        answer = await reader.readuntil(b"\r\n")
        writer.transport.abort()
        return answer


@contextlib.asynccontextmanager
async def open_secure(folder: Path, handshake_s: float = 5.0, **limits: int) -> AsyncIterator[Secure]:
    """Run an Echo behind a door with TLS, while the block lasts."""
    maker, refusals, listening = made.make(), Refusals(utc_now), free_socket()
    (folder / "certificate.pem").write_bytes(maker.certificate())
    shown = Shown(folder / "certificate.pem")
    shown.refresh()
    config = uvicorn.Config(Echo(), http=watched(settings(limits=limits), refusals), lifespan="off", log_config=None)
    config.load()
    state = uvicorn.server.ServerState()
    entrance = Handshakes(
        listening,
        lambda: config.http_protocol_class(config=config, server_state=state, app_state={}),  # type: ignore[call-arg]
        Manners(context=shown.context, handshake_s=handshake_s, farewell_s=0.2),
        doorman=doorman_of(config),
        backlog=100,
    )
    try:
        yield Secure(Door(config.app, listening.getsockname()[1], refusals), maker.roots())
    finally:
        entrance.close()
        for connection in list(state.connections):
            connection.transport.abort()


async def test_who_never_says_hello_is_gone_soon_and_in_nobodys_way(tmp_path: Path) -> None:
    """A hundred connections without a word, or with nonsense, end in time; visitors with TLS are served meanwhile."""
    async with open_secure(tmp_path, handshake_s=0.3) as secure, contextlib.AsyncExitStack() as silent:
        callers = [await silent.enter_async_context(secure.door.call()) for _ in range(100)]
        for caller in callers[:20]:
            caller.say(GET)
        for _ in range(5):
            assert await secure.ask() == b"HTTP/1.1 200 OK\r\n"
        for caller in callers:
            assert not (await caller.ended()).startswith(b"HTTP")
        assert await secure.ask() == b"HTTP/1.1 200 OK\r\n"


async def test_handshakes_of_one_address_are_counted(tmp_path: Path) -> None:
    """Before a handshake is done it counts as well: the third of a stranger is not even begun; others come in."""
    async with open_secure(tmp_path, connections_per_address=2) as secure:
        async with secure.door.call(STRANGER), secure.door.call(STRANGER), secure.door.call(STRANGER) as third:
            assert await third.ended() == b""
            assert await secure.ask("127.0.0.10") == b"HTTP/1.1 200 OK\r\n"

        async def again() -> bool:
            try:
                return await secure.ask(STRANGER) == b"HTTP/1.1 200 OK\r\n"
            except (OSError, asyncio.IncompleteReadError):
                return False

        await until(again, "room for her")
        assert secure.door.refusals.since_start[Refused.CONNECTIONS_OF_ONE] >= 1


async def test_handshakes_altogether_are_counted(tmp_path: Path) -> None:
    """Whoever comes when a quarter of all places is taken by handshakes is hung up on; then there is room again."""
    async with open_secure(tmp_path, handshake_s=0.3, connections=8) as secure:
        async with secure.door.call(), secure.door.call(), secure.door.call() as third:
            assert await third.ended() == b""
            assert secure.door.refusals.since_start[Refused.CONNECTIONS] == 1

        async def again() -> bool:
            try:
                return await secure.ask() == b"HTTP/1.1 200 OK\r\n"
            except (OSError, asyncio.IncompleteReadError):
                return False

        await until(again, "room")
