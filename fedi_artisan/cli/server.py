"""Commands about the server itself: making it, running it, its database and its keys."""

import asyncio
import dataclasses
import json
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from fedi_artisan import heaps
from fedi_artisan.cli.given import Given, as_owner_of, pass_given
from fedi_artisan.cli.keys import check_keys
from fedi_artisan.cli.serving import how_to_publish
from fedi_artisan.cli.welcome import lines_for_newcomers
from fedi_artisan.config import Config, load, parse, with_listen, with_tls
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.errors import BadConfig, BadInput
from fedi_artisan.federation.signatures import keys
from fedi_artisan.resources import folder
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services.upgrades import upgrade
from fedi_artisan.serving import life, logs
from fedi_artisan.serving.lock import only_server
from fedi_artisan.storage import artisans
from fedi_artisan.storage.artisans import StoredKey
from fedi_artisan.storage.db import open_database
from fedi_artisan.storage.health import check_whole
from fedi_artisan.storage.schema import migrate

log = logging.getLogger(__name__)

_ROOT = Path("/")
_MADE_BY = "# Made by `fedi-artisan init`; config.example.toml explains every setting."


@click.command(context_settings={"auto_envvar_prefix": "FEDI_ARTISAN_INIT"})
@click.option("--origin", required=True, help="The public address, as https://atelier.example. Choose it for good.")
@click.option("--username", required=True, help="The first half of your handle, @username@atelier.example.")
@click.option("--name", required=True, help="Your name or your workshop's, as people read it.")
@click.option("--language", default="en", show_default=True, help="The language you mostly write in.")
@click.option("--data-dir", default="data", show_default=True, help="The folder for database, keys and photographs.")
@click.option("--listen", default="127.0.0.1:8000", show_default=True, help="Where the server listens.")
@click.option(
    "--trusted-proxy",
    "trusted_proxies",
    multiple=True,
    metavar="ADDRESS",
    help="A web server in front, whose word about a visitor's address is believed; can be given several times.  "
    "[default: those on this machine]",
)
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
    trusted_proxies: tuple[str, ...],
    allow_private_networks: bool,
) -> None:
    """Make the configuration file, the database, the keys and the first artisan.

    Each option may stand in the environment instead, as FEDI_ARTISAN_INIT_ORIGIN: so an image of a container says where
    its data lie.
    """
    settings: dict[str, object] = {
        "origin": origin,
        "data_dir": data_dir,
        "listen": listen,
        "allow_private_networks": allow_private_networks,
    }
    if trusted_proxies:
        settings["trusted_proxies"] = list(trusted_proxies)
    config = make(given.file, settings, username=username, name=name, language=language)
    click.echo(f"Ready: @{username}@{config.host} at {config.origin}/")
    click.echo(f"Configuration: {given.file}. Everything else, your keys too: {config.data_dir}")
    click.echo("Start it with: fedi-artisan serve")
    click.echo("It prints the link by which you set up your studio.")


def make(  # noqa: D417 - the others are what they are called
    file: Path, settings: Mapping[str, object], *, username: str, name: str, language: str, root: Path = _ROOT
) -> Config:
    """Write the configuration *file* with these settings, make everything it speaks of, and return it as it is read.

    Args:
        root: where the files of the machine lie that it speaks of.

    Raises:
        BadConfig: the file is there already, or a setting cannot be used.
        BadInput: the artisan cannot be called so, or the data folder holds the works of others.
    """
    if file.exists():
        raise BadConfig(f"{file}: is there already; nothing was changed")
    parse(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    # Whoever adds the secret of a bucket later need not think of closing it.
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write(written(settings))
    config = load(draft)
    if root != _ROOT:
        config = dataclasses.replace(config, data_dir=root / config.data_dir.relative_to(_ROOT))
    try:
        with as_owner_of(config.data_dir):
            asyncio.run(_populate(config, username, name, language))
    except BaseException:
        draft.unlink()
        raise
    # Last of all: where there is a configuration, everything it speaks of is there.
    draft.rename(file)
    return config


def written(settings: Mapping[str, object]) -> str:
    """Return what stands in a configuration file with these settings: plain ones, and tables of plain ones."""
    tables = {key: value for key, value in settings.items() if isinstance(value, Mapping)}
    plain = {key: value for key, value in settings.items() if key not in tables}
    parts = [_MADE_BY, *_lines(plain)]
    for name, table in tables.items():
        parts += ["", f"[{name}]", *_lines(table)]
    return "\n".join(parts) + "\n"


def _lines(settings: Mapping[str, object]) -> list[str]:
    # What JSON writes for texts, numbers, lists and truths is what TOML reads.
    return [f"{key} = {json.dumps(value)}" for key, value in settings.items()]


async def _populate(config: Config, username: str, name: str, language: str) -> None:
    """Make the database with the server's key and the artisan; what an interrupted try left behind is taken over."""
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    await migrate(config.database, folder("migrations"))
    now = utc_now()
    secret = config.keys.secret
    pairs = keys.generate(secret), keys.generate(secret)
    async with open_database(config) as db, db.write() as tx:
        existing = [artisan.username for artisan in await artisans.list_all(tx)]
        if existing and existing != [username]:
            raise BadInput(f"{config.data_dir} holds the works of {', '.join(existing)}; choose another data folder")
        if not existing:
            await artisans.put_key(tx, StoredKey(None, *pairs[0]), now)
            await artisans_service.create(tx, username=username, name=name, language=language, key=pairs[1], now=now)


@click.command("migrate")
@click.option("--without-copy", is_flag=True, help="Make no copy before: only when you have another one.")
@pass_given
def migrate_command(given: Given, without_copy: bool) -> None:
    """Bring the database to the schema of this version, after copying it. `serve` does the same when it starts."""
    config = given.config()
    with only_server(config):
        done = asyncio.run(upgrade(config, utc_now(), with_copy=not without_copy))
    click.echo("\n".join(f"applied {name}" for name in done.applied) or "The database is up to date.")
    if done.copy is not None:
        click.echo(f"A copy of how it was lies at {done.copy}")
    if done.applied:
        click.echo("Start the server again. What this version shows in other ways, it makes anew by and by.")


@click.command()
@click.option("--listen", metavar="HOST:PORT", help="Listen here instead of where the configuration says.")
@click.option(
    "--tls",
    is_flag=True,
    help="With nothing in front: obtain and renew a certificate, and listen on ports 443 and 80. By this you accept "
    "the terms of Let's Encrypt, or of the authority that the configuration names.",
)
@pass_given
def serve(given: Given, listen: str | None, tls: bool) -> None:
    """Run the server until it is stopped."""

    def read() -> Config:
        return _with_options(given.config(), listen, tls=tls)

    config = read()
    logs.set_up(config)
    heaps.keep_few()
    with only_server(config):
        _bring_up_to_date(config)
        check_whole(config.database)
        asyncio.run(check_keys(config))
        # A journal keeps for months what it is told, and others than the artisan read it: no link stands there.
        newcomers = () if logs.is_journal(sys.stdout) else asyncio.run(lines_for_newcomers(config))
        greeting = (f"Your portfolio: {config.origin}/  (stop with Ctrl-C)", *newcomers, *how_to_publish(given.file))
        life.run(config, greeting, read, file=given.file.absolute())


def _with_options(config: Config, listen: str | None, *, tls: bool) -> Config:
    """Return the settings with what was said beside the command.

    Raises:
        BadConfig: it cannot be said, or not together.
    """
    if tls:
        config = with_tls(config)
    if listen is None:
        return config
    if config.tls.enabled:
        raise BadConfig("--listen is for a server behind another; with --tls, say tls.listen in the configuration")
    return with_listen(config, listen)


def _bring_up_to_date(config: Config) -> None:
    """Bring the database to the schema of this version before anybody comes, and say so.

    Raises:
        BadDatabase, DiskFull: it cannot be used as it is, and why.
    """
    done = asyncio.run(upgrade(config, utc_now()))
    if done.applied:
        log.info("the database was brought to the schema of this version; how it was lies at %s", done.copy)


COMMANDS = (init, serve, migrate_command)
