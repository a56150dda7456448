"""The command that opens the sample portfolio, to look at and to play with."""

import asyncio
import contextlib
import logging
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import click

from fedi_artisan.cli import sample
from fedi_artisan.cli.given import open_workshop
from fedi_artisan.cli.photos import progress
from fedi_artisan.cli.server import make
from fedi_artisan.cli.serving import Server, how_to_publish, only_server
from fedi_artisan.cli.welcome import lines_for_newcomers
from fedi_artisan.config import DEFAULT_FILE, Config
from fedi_artisan.domain.works import Work
from fedi_artisan.errors import BadConfig, BadInput
from fedi_artisan.resources import folder

# Beside `make run`, which takes the usual one.
_PORT = 8001
_HIGHEST_PORT = 65535


@click.command()
@click.option(
    "--port", type=click.IntRange(1, _HIGHEST_PORT), default=_PORT, show_default=True, help="Where to listen."
)
@click.option(
    "--folder",
    "kept",
    type=click.Path(path_type=Path, file_okay=False),
    help="An empty folder that keeps the portfolio; otherwise it goes again at the end.",
)
def demo(port: int, kept: Path | None) -> None:
    """Open the sample portfolio on this machine, until it is stopped."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # Whoever ends it politely, by Ctrl-C or otherwise, wants everything closed in order and the folder gone.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    with contextlib.suppress(KeyboardInterrupt), _listening(port) as listening, _home(kept) as home:
        told = sample.read(folder("sample"))
        origin = f"http://127.0.0.1:{port}"
        settings = {"origin": origin, "data_dir": "data", "listen": f"127.0.0.1:{port}"}
        file = home / DEFAULT_FILE
        config = make(file, settings, username=told.username, name=told.name, language=told.language)
        with only_server(config):
            asyncio.run(_open(config, file, told, listening))
    if kept is not None:
        click.echo(f"Kept. Open it again with: fedi-artisan --config {kept / DEFAULT_FILE} serve")


@contextlib.contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """Give a socket on *port* of this machine; who comes before the server is ready waits.

    Raises:
        BadConfig: somebody else has the port.
    """
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
            listening.listen()
        except OSError as error:
            raise BadConfig(f"port {port} cannot be used ({error.strerror}); choose another with --port") from error
        yield listening


@contextlib.contextmanager
def _home(kept: Path | None) -> Iterator[Path]:
    """Give the folder for the portfolio: *kept*, or a new one that goes again at the end.

    Raises:
        BadInput: there is something in it already.
    """
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="fedi-artisan-demo-") as new:
            yield Path(new)
        return
    if kept.exists() and any(kept.iterdir()):
        raise BadInput(
            f"{kept} is not empty. If it is a demo that you kept, open it again with: "
            f"fedi-artisan --config {kept / DEFAULT_FILE} serve"
        )
    yield kept


async def _open(config: Config, file: Path, told: sample.Sample, listening: socket.socket) -> None:
    """Furnish the portfolio and serve it until it is stopped: the first work is there before the first visitor."""
    with progress() as shown:
        bar = shown.add_task("Photographs", total=told.photo_count())
        async with open_workshop(config) as workshop:
            works = sample.furnish(workshop, told, on_photo=lambda: shown.advance(bar))
            await anext(works)
            greeting = (
                f"The sample portfolio: {config.origin}/  (stop with Ctrl-C)",
                f"Its {len(told.works)} works come in one after the other; all of them are invented.",
                *await lines_for_newcomers(config),
                *how_to_publish(file),
            )
            await _serve(Server(config, greeting), listening, works)


async def _serve(server: Server, listening: socket.socket, works: AsyncIterator[Work]) -> None:
    """Run the server until it is stopped, and publish *works* beside it; what goes wrong with them stops it."""
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    publishing = asyncio.create_task(_publish(works))
    try:
        await asyncio.wait({serving, publishing}, return_when=asyncio.FIRST_COMPLETED)
        if publishing.done():
            publishing.result()
        await serving
    finally:
        server.should_exit = True
        publishing.cancel()
        await asyncio.gather(serving, publishing, return_exceptions=True)


async def _publish(works: AsyncIterator[Work]) -> None:
    """Have all works published, and say when they are."""
    async for _ in works:
        pass
    click.echo("All works are there.")


COMMANDS = (demo,)
