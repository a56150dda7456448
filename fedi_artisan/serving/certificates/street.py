"""The doors to the street, for a server with nothing in front: one with TLS, and a plain one that leads to it."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Sequence
from socket import socket
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp

from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.errors import BadConfig
from fedi_artisan.serving.certificates.keeper import Keeper
from fedi_artisan.serving.certificates.plain import Plain
from fedi_artisan.serving.connections import doorman_of
from fedi_artisan.serving.handshakes import Handshakes, Manners

HANDSHAKE_S = 10.0
_FAREWELL_S = 5.0
_PLAIN_KEEP_ALIVE_S = 5


class Street:
    """Opens both doors for a server, and has its certificate looked after. A class because it has to close them again.

    Args:
        config: all settings.
        plain: gives the sockets of the door without TLS.
        clock: what time it is.
        handshake_s: within how long who has opened a connection has to say so in TLS, or make way for others.
    """

    def __init__(
        self,
        config: Config,
        plain: Callable[[], Sequence[socket]],
        clock: Clock = utc_now,
        *,
        handshake_s: float = HANDSHAKE_S,
    ) -> None:
        self._config = config
        self._plain = plain
        self._challenges: dict[str, str] = {}
        self.keeper = Keeper(config, self._challenges, clock)
        self._handshake_s = handshake_s
        self._keeping: asyncio.Task[None] | None = None

    async def open(
        self, server: uvicorn.Server, secure: Sequence[socket], start: Callable[[list[socket]], Awaitable[None]]
    ) -> None:
        """Start *server* with *start*, then open both doors: the one with TLS as soon as there is a certificate.

        Raises:
            BadConfig: the file of an authority cannot be read.
        """
        tls = self._config.tls
        if tls.ca_file is not None and not tls.ca_file.is_file():
            raise BadConfig(f"tls.ca_file: {tls.ca_file} is not there")
        # uvicorn opens no door by itself: how long a handshake may take is nothing that can be told to it.
        await start([])
        if not server.started:
            return
        await self.keeper.look()
        loop = asyncio.get_running_loop()
        manners = Manners(context=self.keeper.context, handshake_s=self._handshake_s, farewell_s=_FAREWELL_S)
        for opened in secure:
            visits, doorman = _visits(server, server.config), doorman_of(server.config)
            entrance = Handshakes(opened, visits, manners, doorman=doorman, backlog=server.config.backlog)
            # All that is ever asked of them is to close.
            server.servers.append(cast("asyncio.Server", entrance))
        answers = Plain(self._config, self._challenges, lambda: self.keeper.is_ready)
        for opened in self._plain():
            visits = _visits(server, _plain_config(answers, server.config))
            server.servers.append(await loop.create_server(visits, sock=opened, backlog=server.config.backlog))
        self._keeping = asyncio.create_task(self.keeper.run())

    async def close(self) -> None:
        """Let the certificate be; an errand to the authority that is under way ends."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)


def _plain_config(answers: ASGIApp, other: uvicorn.Config) -> uvicorn.Config:
    """Return how the plain door is served: watched as the *other*, but nobody's word about anything is believed."""
    return uvicorn.Config(
        answers,
        http=other.http,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="off",
        proxy_headers=False,
        timeout_keep_alive=_PLAIN_KEEP_ALIVE_S,
    )


def _visits(server: uvicorn.Server, config: uvicorn.Config) -> Callable[[], asyncio.Protocol]:
    """Return what makes uvicorn's protocol for each connection; all count as the server's, which ends them with it."""
    if not config.loaded:
        config.load()
    protocol: Callable[..., asyncio.Protocol] = config.http_protocol_class
    state: dict[str, Any] = server.lifespan.state
    return functools.partial(protocol, config=config, server_state=server.server_state, app_state=state)
