"""The life of a server: it opens, goes on with other settings when they have changed, and ends.

Settings are one frozen value that everything was built from, so they are changed by building everything anew: within
the same process, on the same sockets, which stay open meanwhile (docs/decisions/0014).
"""

import asyncio
import contextlib
import functools
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from socket import socket

from fedi_artisan.config import Config, take_over
from fedi_artisan.errors import ArtisanError, BadConfig
from fedi_artisan.serving import logs, systemd
from fedi_artisan.serving.asked import LONGEST_END_S, LONGEST_REST_S, Asked
from fedi_artisan.serving.doors import Doors, visitors_are_sent_on_from, visitors_come_to
from fedi_artisan.serving.server import Server

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.1
_COULD_NOT = 1


def run(config: Config, greeting: Sequence[str], reread: Callable[[], Config], *, file: Path) -> None:
    """Serve until it is asked to stop.

    Args:
        config: all settings.
        greeting: lines that say where the portfolio is, once it can be visited.
        reread: returns the settings as they stand now; BadConfig where they cannot be used.
        file: where they stand.

    Raises:
        BadConfig: it cannot listen where it should, or could not start.
    """
    asked = Asked(in_time=True)
    with asked.heard(), contextlib.closing(Doors()) as doors:
        doors.open_for(config)
        make = functools.partial(_server, doors=doors, asked=asked, file=file)
        first = make(config, greeting)
        life = Life(first, make, doors, asked, reread)
        with asyncio.Runner(loop_factory=first.config.get_loop_factory()) as runner:
            runner.run(life.live())
            # All is closed: whoever is still at work, looking up a name perhaps, works for nobody.
            if asked.stop:
                asked.hurry(LONGEST_REST_S, quietly=True)
    if not first.started and not asked.stop:
        raise BadConfig(f"the server could not start on {', '.join(visitors_come_to(config))}; the lines above say why")


def _server(
    config: Config,
    greeting: Sequence[str] = (),
    on_open: Callable[[], None] = lambda: None,
    *,
    doors: Doors,
    asked: Asked,
    file: Path,
) -> Server:
    """Return a server behind these doors."""

    def plain() -> Sequence[socket]:
        return doors.at(*visitors_are_sent_on_from(config))

    return Server(config, greeting, asked=asked, on_open=on_open, plain=plain, file=file)


class Life:
    """Servers one after another on the same sockets. A class because each prepares its successor."""

    def __init__(
        self, first: Server, make: Callable[..., Server], doors: Doors, asked: Asked, reread: Callable[[], Config]
    ) -> None:
        self._server = first
        self._make = make
        self._doors = doors
        self._asked = asked
        self._reread = reread
        self._following: Server | None = None
        self._proven: Config | None = None

    async def live(self) -> None:
        """Serve until it is asked to stop, or until no server can start."""
        beside = [asyncio.create_task(self._heed()), asyncio.create_task(self._watch())]
        try:
            while await self._serve():
                pass
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _serve(self) -> bool:
        """Have one server serve to its end; return whether another one follows."""
        server, self._following = self._server, None
        logs.set_up(server.settings)
        # uvicorn leaves the program where the application does not start; the words for that are ours to say.
        with contextlib.suppress(SystemExit):
            async with self._figures(server):
                await server.serve(sockets=self._doors.at(*visitors_come_to(server.settings)))
        if self._asked.stop:
            return False
        if server.started:
            self._proven = server.settings
        elif self._proven is not None:
            log.error("the server could not start with these settings, and goes on with those of before")
            self._following, self._proven = self._follow(self._proven), None
        if self._following is None:
            return False
        self._server = self._following
        return True

    @contextlib.asynccontextmanager
    async def _figures(self, server: Server) -> AsyncIterator[None]:
        """Let the figures of *server* be read while the block lasts, where that is wanted."""
        listen = server.settings.metrics.listen
        if listen is None:
            yield
            return
        from fedi_artisan.serving import metrics  # noqa: PLC0415 - few want it, and all would wait for it at the start

        watched = metrics.Watched(
            config=server.settings,
            vitals=server.vitals,
            refusals=server.refusals,
            connections=lambda: len(server.server_state.connections),
        )
        async with metrics.shown(watched, self._doors.at(listen)):
            yield

    def _follow(self, config: Config) -> Server:
        """Return a server that follows another one."""
        return self._make(config, on_open=self._on_open)

    def _on_open(self) -> None:
        """Note that the change is done."""
        log.info("the server goes on with the settings as they stand now")
        self._doors.close_but(self._server.settings)
        if not self._asked.stop:
            self._asked.take_time()

    async def _heed(self) -> None:
        """Read the settings as often as that is asked for."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            if self._asked.again and not self._asked.stop and self._server.started and self._following is None:
                self._asked.again = False
                systemd.tell_reloading()
                if not await self._prepare(self._server):
                    systemd.tell_ready(self._server.where)

    async def _prepare(self, server: Server) -> bool:
        """Read the settings, and have another server follow where they are others; return whether one does.

        What cannot be used changes nothing, and is told.
        """
        try:
            config, kept = take_over(server.settings, self._reread())
            self._doors.open_for(config)
            following = None if config == server.settings else await asyncio.to_thread(self._follow, config)
        except ArtisanError as error:
            for line in str(error).splitlines():
                log.error("the settings stay as they were: %s", line)  # noqa: TRY400 - where in our code is of no use
            self._doors.close_but(server.settings)
            return False
        except Exception:  # a boundary: whoever asks again must be heard again
            log.exception("the settings stay as they were")
            self._doors.close_but(server.settings)
            return False
        if self._asked.stop:
            return False
        for name in kept:
            log.warning("%s needs a restart; until then it stays as it was", name)
        if following is None:
            log.info("the settings were read, and nothing changes")
            return False
        self._following = following
        # Whoever cannot come to an end now is started anew by the service manager.
        self._asked.hurry(LONGEST_END_S, code=_COULD_NOT)
        server.should_exit = True
        return True

    async def _watch(self) -> None:
        """Tell the service manager's watchdog that the server lives, as long as it does."""
        every_s = systemd.watchdog_every_s()
        while every_s is not None:
            alive = not self._server.started or await self._server.vitals.alive()
            if alive:
                systemd.tell_alive()
            await asyncio.sleep(every_s if alive else _LOOK_EVERY_S)
