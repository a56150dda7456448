"""Commands about the server itself: making it, running it, its database and its keys."""

import asyncio
import contextlib
import fcntl
import gc
import json
import logging
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from socket import socket

import click
import uvicorn

from fedi_artisan.app import build
from fedi_artisan.cli.given import Given, by_option, chosen_artisan, pass_given
from fedi_artisan.config import DEFAULT_FILE, Config, load, parse, with_listen
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import BadConfig, BadInput
from fedi_artisan.federation.signatures import keys
from fedi_artisan.resources import folder
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.storage import artisans
from fedi_artisan.storage.artisans import StoredKey
from fedi_artisan.storage.db import Database, migrate

KEEP_ALIVE_S = 15
GRACE_S = 5
COLLECT_AFTER = 20_000


@click.command()
@click.option("--origin", required=True, help="The public address, as https://atelier.example. Choose it for good.")
@click.option("--username", required=True, help="The first half of your handle, @username@atelier.example.")
@click.option("--name", required=True, help="Your name or your workshop's, as people read it.")
@click.option("--language", default="en", show_default=True, help="The language you mostly write in.")
@click.option("--data-dir", default="data", show_default=True, help="The folder for database, keys and photographs.")
@click.option("--listen", default="127.0.0.1:8000", show_default=True, help="Where the server listens.")
@click.option("--allow-private-networks", is_flag=True, help="Talk to servers at private addresses, for trying out.")
@pass_given
def init(  # noqa: PLR0917 - one parameter for each option
    given: Given,
    origin: str,
    username: str,
    name: str,
    language: str,
    data_dir: str,
    listen: str,
    allow_private_networks: bool,
) -> None:
    """Make the configuration file, the database, the keys and the first artisan."""
    if given.file.exists():
        raise BadConfig(f"{given.file}: is there already; nothing was changed")
    text = "\n".join(
        (
            "# Made by `fedi-artisan init`; config.example.toml explains every setting.",
            f"origin = {json.dumps(origin)}",
            f"data_dir = {json.dumps(data_dir)}",
            f"listen = {json.dumps(listen)}",
            f"allow_private_networks = {json.dumps(allow_private_networks)}",
            "",
        )
    )
    parse({"origin": origin, "data_dir": data_dir, "listen": listen})
    given.file.parent.mkdir(parents=True, exist_ok=True)
    draft = given.file.with_name(given.file.name + ".new")
    draft.write_text(text, encoding="utf-8")
    config = load(draft)
    try:
        asyncio.run(_populate(config, username, name, language))
    except BaseException:
        draft.unlink()
        raise
    # Last of all: where there is a configuration, everything it speaks of is there.
    draft.rename(given.file)
    click.echo(f"Ready: @{username}@{config.host} at {config.origin}/")
    click.echo(f"Configuration: {given.file}. Everything else, your keys too: {config.data_dir}")
    click.echo("Start it with: fedi-artisan serve")


async def _populate(config: Config, username: str, name: str, language: str) -> None:
    """Make the database with the server's key and the artisan; what an interrupted try left behind is taken over."""
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    await migrate(config.database, folder("migrations"))
    db = await Database.open(config.database, folder("migrations"))
    now = utc_now()
    pairs = keys.generate(), keys.generate()
    try:
        async with db.write() as tx:
            existing = [artisan.username for artisan in await artisans.list_all(tx)]
            if existing and existing != [username]:
                raise BadInput(
                    f"{config.data_dir} holds the works of {', '.join(existing)}; choose another data folder"
                )
            if not existing:
                await artisans.put_key(tx, StoredKey(None, *pairs[0]), now)
                await artisans_service.create(
                    tx, username=username, name=name, language=language, key=pairs[1], now=now
                )
    finally:
        await db.close()


@click.command("migrate")
@pass_given
def migrate_command(given: Given) -> None:
    """Bring the database to the schema of this version; the server must not run."""
    config = given.config()
    with _only_server(config):
        applied = asyncio.run(migrate(config.database, folder("migrations")))
    click.echo("\n".join(f"applied {name}" for name in applied) or "The database is up to date.")
    if applied:
        click.echo("Start the server again. What this version shows in other ways, it makes anew by and by.")


@click.command()
@click.option("--listen", metavar="HOST:PORT", help="Listen here instead of where the configuration says.")
@pass_given
def serve(given: Given, listen: str | None) -> None:
    """Run the server until it is stopped."""
    config = given.config()
    if listen is not None:
        config = with_listen(config, listen)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(_check(config))
    with _only_server(config):
        server = _Server(config, given.file)
        # Ctrl-C is how one stops it: by the time it comes up here, everything has been closed in order. And uvicorn
        # leaves the program where it cannot listen; the words for that are ours to say.
        with contextlib.suppress(KeyboardInterrupt, SystemExit):
            server.run()
    if not server.started:
        raise BadConfig(f"the server could not start on {config.listen}; the lines above say why")


async def _check(config: Config) -> None:
    """Find out before anything is opened whether the database can be used.

    Raises:
        BadDatabase: it cannot, and why.
    """
    db = await Database.open(config.database, folder("migrations"), readers=0)
    await db.close()


@contextlib.contextmanager
def _only_server(config: Config) -> Iterator[None]:
    """Make sure that no other server works on the same data folder: each work would be sent twice.

    Raises:
        BadConfig: another one does.
    """
    with (config.data_dir / "server.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadConfig(f"a server is running on {config.data_dir}; stop it first") from None
        yield


class _Server(uvicorn.Server):
    """Says where the portfolio is once it can be visited. A class because that is how uvicorn is told apart."""

    def __init__(self, config: Config, file: Path) -> None:
        host, port = config.listen_address
        super().__init__(
            uvicorn.Config(
                build(config),
                host=host,
                port=port,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                ws="none",
                lifespan="on",
                forwarded_allow_ips=list(config.trusted_proxies),
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._site = config
        self._file = file

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Open the door, and say so."""
        await super().startup(sockets)
        if self.started:
            _rest_the_collector()
            command = _as_typed(Path(sys.argv[0]))
            place = "" if str(self._file) == DEFAULT_FILE else f" --config {self._file}"
            click.echo(f"Your portfolio: {self._site.origin}/  (stop with Ctrl-C)")
            click.echo("Publish a work from a second terminal:")
            click.echo(f"  {command}{place} publish --title 'My first work' --photo photo.jpg --alt 'What it shows'")


def _rest_the_collector() -> None:
    """Have the garbage collector pass over what was loaded at start, and come by less often: about a tenth less work.

    Requests leave hardly any cycles behind; at its usual pace it goes over everything every few hundred objects.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)


def _as_typed(program: Path) -> str:
    """Return how the running program is called from this folder, as short as can be."""
    if program.name == "__main__.py":
        return "python -m fedi_artisan"
    found = shutil.which(program.name)
    if found and Path(found) == program and not program.is_relative_to(Path.cwd()):
        return program.name
    return str(program.relative_to(Path.cwd())) if program.is_relative_to(Path.cwd()) else str(program)


@click.group()
def key() -> None:
    """The keys that prove what is yours."""


@key.command()
@by_option
@pass_given
def rotate(given: Given, by: str | None) -> None:
    """Replace the artisan's key by a new one and tell all followers."""
    asyncio.run(_rotate(given.config(), by))
    click.echo("The key was replaced. Other servers learn of it with the next delivery.")


async def _rotate(config: Config, by: str | None) -> None:
    db = await Database.open(config.database, folder("migrations"))
    try:
        pair = keys.generate()
        async with db.write() as tx:
            artisan = await chosen_artisan(tx, by)
            await artisans_service.rotate_key(tx, Uris(config.origin, config.media.origin), artisan, pair, utc_now())
    finally:
        await db.close()


COMMANDS = (init, serve, migrate_command, key)
