"""Commands about the server itself: making it, running it, its database and its keys."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Mapping
from pathlib import Path

import click

from fedi_artisan.cli.given import Given, by_option, chosen_artisan, pass_given
from fedi_artisan.cli.serving import Server, how_to_publish, only_server
from fedi_artisan.cli.welcome import lines_for_newcomers
from fedi_artisan.config import Config, load, parse, with_listen
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import BadConfig, BadInput
from fedi_artisan.federation.signatures import keys
from fedi_artisan.resources import folder
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.storage import artisans
from fedi_artisan.storage.artisans import StoredKey
from fedi_artisan.storage.db import Database, migrate

_MADE_BY = "# Made by `fedi-artisan init`; config.example.toml explains every setting."


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
    settings = {
        "origin": origin,
        "data_dir": data_dir,
        "listen": listen,
        "allow_private_networks": allow_private_networks,
    }
    config = make(given.file, settings, username=username, name=name, language=language)
    click.echo(f"Ready: @{username}@{config.host} at {config.origin}/")
    click.echo(f"Configuration: {given.file}. Everything else, your keys too: {config.data_dir}")
    click.echo("Start it with: fedi-artisan serve")
    click.echo("It prints the link by which you set up your studio.")


def make(file: Path, settings: Mapping[str, object], *, username: str, name: str, language: str) -> Config:
    """Write the configuration *file* with these settings, make everything it speaks of, and return it as it is read.

    Raises:
        BadConfig: the file is there already, or a setting cannot be used.
        BadInput: the artisan cannot be called so, or the data folder holds the works of others.
    """
    if file.exists():
        raise BadConfig(f"{file}: is there already; nothing was changed")
    parse(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(file.name + ".new")
    lines = (f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
    draft.write_text(f"{_MADE_BY}\n{''.join(lines)}", encoding="utf-8")
    config = load(draft)
    try:
        asyncio.run(_populate(config, username, name, language))
    except BaseException:
        draft.unlink()
        raise
    # Last of all: where there is a configuration, everything it speaks of is there.
    draft.rename(file)
    return config


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
    with only_server(config):
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
    with only_server(config):
        newcomers = asyncio.run(lines_for_newcomers(config))
        greeting = (f"Your portfolio: {config.origin}/  (stop with Ctrl-C)", *newcomers, *how_to_publish(given.file))
        server = Server(config, greeting)
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
