"""The command that opens the sample portfolio, to look at and to play with."""

import asyncio
import contextlib
import dataclasses
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path

import click

from fedi_artisan.cli import sample
from fedi_artisan.cli.given import open_workshop
from fedi_artisan.cli.neighbourhood import Home, Shelf, live, open_homes
from fedi_artisan.cli.photos import progress
from fedi_artisan.cli.server import make
from fedi_artisan.cli.serving import how_to_publish
from fedi_artisan.cli.welcome import lines_for_newcomers
from fedi_artisan.config import DEFAULT_FILE, Log
from fedi_artisan.domain.works import Work
from fedi_artisan.errors import BadConfig, BadInput
from fedi_artisan.resources import folder
from fedi_artisan.serving import logs
from fedi_artisan.serving.lock import only_server
from fedi_artisan.serving.server import Server

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
@click.option("--alone", is_flag=True, help="Without the neighbours, who have servers of their own on the next ports.")
def demo(port: int, kept: Path | None, alone: bool) -> None:
    """Open the sample portfolio and two neighbours on this machine, until they are stopped."""
    # Whoever ends it, by Ctrl-C, politely, or by closing the terminal, wants everything closed in order and the folder
    # gone.
    for other_way in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(other_way, lambda *_: signal.raise_signal(signal.SIGINT))
    with contextlib.suppress(KeyboardInterrupt), _listening(port) as listening, _home(kept) as home:
        told = sample.read(folder("sample"))
        origin = f"http://127.0.0.1:{port}"
        settings = {
            "origin": origin,
            "data_dir": "data",
            "listen": f"127.0.0.1:{port}",
            "allow_private_networks": True,
        }
        file = home / DEFAULT_FILE
        config = make(file, settings, username=told.username, name=told.name, language=told.language)
        # Whoever tries it out reads this herself, whatever it is printed to.
        logs.set_up(dataclasses.replace(config, log=Log(format="human", level="warning")))
        with only_server(config):
            asyncio.run(_open(Home(told, config), file, listening, with_neighbours=not alone))
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


async def _open(lea: Home, file: Path, listening: socket.socket, *, with_neighbours: bool) -> None:
    """Furnish the portfolio and serve it until it is stopped: the first work is there before the first visitor."""
    config = lea.config
    async with open_workshop(config) as workshop:
        # Only until there is something to look at: what is printed would run into it.
        with progress() as shown:
            bar = shown.add_task("Photographs", total=lea.told.photo_count())
            works = sample.furnish(workshop, lea.told, on_photo=lambda: shown.advance(bar))
            first = await anext(works)
        greeting = (
            f"The sample portfolio: {config.origin}/  (stop with Ctrl-C)",
            f"Its {len(lea.told.works)} works come in one after the other; all of them are invented.",
            *await lines_for_newcomers(config),
            *how_to_publish(file),
        )
        neighbours = sample.read_neighbours(lea.told.folder) if with_neighbours else []
        await _serve(Server(config, greeting), listening, _live(lea, file, neighbours, first, works))


async def _serve(server: Server, listening: socket.socket, life: Coroutine[None, None, None]) -> None:
    """Run the server until it is stopped, and what happens meanwhile beside it; what goes wrong there stops it."""
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    living = asyncio.create_task(life)
    try:
        await asyncio.wait({serving, living}, return_when=asyncio.FIRST_COMPLETED)
        if living.done():
            living.result()
        await serving
    finally:
        server.should_exit = True
        living.cancel()
        await asyncio.gather(serving, living, return_exceptions=True)


async def _live(
    lea: Home, file: Path, neighbours: list[sample.Sample], first: Work, works: AsyncIterator[Work]
) -> None:
    """Have all works published; the neighbours come by meanwhile, and look at each as soon as it is out."""
    shelf = Shelf()
    shelf.put(first)
    async with asyncio.TaskGroup() as living:
        if neighbours:
            living.create_task(_have_neighbours(lea, file, neighbours, shelf))
        async for work in works:
            shelf.put(work)
        shelf.fill()
        click.echo("All works are there.")


async def _have_neighbours(lea: Home, file: Path, neighbours: list[sample.Sample], works: Shelf) -> None:
    """Have the neighbours come by, and keep their servers until the end."""
    ports = _free_ports(lea.config.listen_address[1] + 1, len(neighbours))
    async with open_homes(file.parent / "neighbours", neighbours, ports) as homes:
        await live(homes, lea, works)
        click.echo("What they did stands below the works, and in the studio under “News” and “Messages”.")
        await asyncio.Event().wait()


def _free_ports(begin: int, count: int) -> list[int]:
    """Return so many ports from *begin* on that nobody listens on at this moment."""
    found: list[int] = []
    for port in range(begin, _HIGHEST_PORT + 1):
        if len(found) == count:
            break
        with contextlib.suppress(BadConfig), _listening(port):
            found.append(port)
    return found


COMMANDS = (demo,)
