"""The server: uvicorn, told how this application wants to be served."""

import asyncio
import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from socket import socket

import click
import uvicorn

from fedi_artisan.app import build
from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.services.refusals import Refusals
from fedi_artisan.services.vitals import Vitals
from fedi_artisan.serving import systemd
from fedi_artisan.serving.asked import Asked
from fedi_artisan.serving.connections import watched
from fedi_artisan.web.visitors.proxies import written_both_ways

KEEP_ALIVE_S = 15
# How long requests may go on that are under way when the end begins; then who sends or reads slowly is hung up on, and
# a moment later what goes on all the same is broken off.
GRACE_S = 3
LAST_WORDS_S = 0.1
HUNG_UP_S = 0.5
BROKEN_OFF_S = 1.0
_LOOK_EVERY_S = 0.01
COLLECT_AFTER = 20_000


class Server(uvicorn.Server):
    """Serves until it is asked to stop. A class because that is how uvicorn is told apart.

    Args:
        config: all settings.
        greeting: lines that say where the portfolio is, once it can be visited.
        asked: what signals ask for.
        on_open: called when it can be visited.
        plain: gives the sockets where, with TLS, it sends visitors on to it, and answers the authority.
        file: where the settings were read, for the commands that the server itself has run.
        clock: what time it is.
    """

    def __init__(
        self,
        config: Config,
        greeting: Sequence[str] = (),
        *,
        asked: Asked | None = None,
        on_open: Callable[[], None] = lambda: None,
        plain: Callable[[], Sequence[socket]] = tuple,
        file: Path | None = None,
        clock: Clock = utc_now,
    ) -> None:
        host, port = config.listen_address
        self.vitals = Vitals()
        self.refusals = Refusals(clock)
        application = build(config, file=file, clock=clock, vitals=self.vitals, refusals=self.refusals)
        self._street = None
        if config.tls.enabled:
            # Not loaded, nor paid for in memory, where another server stands in front.
            from fedi_artisan.serving.certificates.street import Street  # noqa: PLC0415

            self._street = street = Street(config, plain, clock)
            self.vitals.certificate_ends = lambda: street.keeper.ends
        super().__init__(
            uvicorn.Config(
                application,
                host=host,
                port=port,
                log_config=None,
                # Its warnings are about what strangers send, as often as they like.
                log_level="error",
                access_log=False,
                server_header=False,
                http=watched(config, self.refusals),
                ws="none",
                lifespan="on",
                forwarded_allow_ips=written_both_ways(config.trusted_proxies),
                timeout_keep_alive=KEEP_ALIVE_S,
            )
        )
        self.settings = config
        self._greeting = greeting
        self._asked = asked or Asked()
        self._on_open = on_open

    @property
    def where(self) -> str:
        """The address that visitors come to."""
        return f"{self.settings.origin}/"

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Open the door, and say so."""
        if self._street is None:
            await super().startup(sockets)
        else:
            await self._street.open(self, sockets or (), super().startup)
        if self.started:
            _rest_the_collector()
            for line in self._greeting:
                click.echo(line)
            self._on_open()
            systemd.tell_ready(self.where)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear signals; unlike uvicorn, do not raise them again at the end: who was asked to stop has done so."""
        with self._asked.heard():
            yield

    async def on_tick(self, counter: int) -> bool:
        """Return whether to end; called ten times a second."""
        return await super().on_tick(counter) or self._asked.stop

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Let nobody in any more, let what is under way come to its end, and close the house.

        Instead of uvicorn's own, which waits for whoever sends a byte a minute and then tells of a failure.
        """
        if self._asked.stop:
            systemd.tell_stopping()
        self.vitals.stopping = True
        if self._street is not None:
            await self._street.close()
        for opened in (*self.servers, *(sockets or ())):
            opened.close()
        # Who has come in a moment ago is about to ask: her question is on its way, or here and not read yet.
        await asyncio.sleep(LAST_WORDS_S)
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._quiet(GRACE_S)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await self._quiet(HUNG_UP_S)
        for task in list(self.server_state.tasks):
            task.cancel()
        await self._quiet(BROKEN_OFF_S)
        await self.lifespan.shutdown()

    async def _quiet(self, within_s: float) -> None:
        """Return when nothing is under way any more, or after *within_s*."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - uvicorn sets no event
                    await asyncio.sleep(_LOOK_EVERY_S)


def _rest_the_collector() -> None:
    """Have the garbage collector pass over what was loaded at start, and come by less often: about a tenth less work.

    Requests leave hardly any cycles behind; at its usual pace it goes over everything every few hundred objects.
    """
    gc.unfreeze()  # what was there before the settings were read anew
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)
