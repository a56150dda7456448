"""Commands about who works here: one artisan, or several under one roof."""

import asyncio

import click

from fedi_artisan.cli.given import Given, pass_given
from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.federation.signatures import keys
from fedi_artisan.resources import folder
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.storage import artisans as artisan_rows
from fedi_artisan.storage.db import Database


@click.command()
@pass_given
def artisans(given: Given) -> None:
    """List who works here."""
    config = given.config()
    for one in asyncio.run(_list(config)):
        click.echo(f"@{one.username}@{config.host}  {one.name}  {one.language}")


@click.group()
def artisan() -> None:
    """Who works here: one artisan, or several under one roof."""


@artisan.command()
@click.option("--username", required=True, help="The first half of the handle, @username@atelier.example.")
@click.option("--name", required=True, help="The name of the artisan or the workshop, as people read it.")
@click.option("--language", default="en", show_default=True, help="The language that is mostly written in.")
@pass_given
def add(given: Given, username: str, name: str, language: str) -> None:
    """Let one more artisan in. The first page introduces all from then on; each has her own at /@username."""
    config = given.config()
    asyncio.run(_add(config, username, name, language))
    click.echo(f"Ready: @{username}@{config.host} at {config.origin}/@{username}")
    click.echo(f"Every other command works for this artisan with: --by {username}")


async def _list(config: Config) -> list[Artisan]:
    """Return everybody, the first one first."""
    db = await Database.open(config.database, folder("migrations"))
    try:
        async with db.read() as tx:
            return await artisan_rows.list_all(tx)
    finally:
        await db.close()


async def _add(config: Config, username: str, name: str, language: str) -> None:
    """Make one more artisan, with a key of her own."""
    pair = keys.generate()
    db = await Database.open(config.database, folder("migrations"))
    try:
        async with db.write() as tx:
            await artisans_service.create(tx, username=username, name=name, language=language, key=pair, now=utc_now())
    finally:
        await db.close()


COMMANDS = (artisans, artisan)
