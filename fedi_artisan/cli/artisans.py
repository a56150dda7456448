"""Commands about who works here: one artisan, or several under one roof."""

import asyncio

import click

from fedi_artisan.cli.given import Given, by_option, chosen_artisan, pass_given
from fedi_artisan.cli.keys import check_keys
from fedi_artisan.cli.welcome import line_for, link
from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.credentials import Purpose
from fedi_artisan.federation.signatures import keys
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import invitations
from fedi_artisan.storage import artisans as artisan_rows
from fedi_artisan.storage.db import open_database


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
    invitation = asyncio.run(_add(config, username, name, language))
    click.echo(f"Ready: @{username}@{config.host} at {config.origin}/@{username}")
    click.echo(invitation)
    click.echo(f"Every other command works for this artisan with: --by {username}")


@artisan.command("reset-password")
@click.option("--forget-code", is_flag=True, help="Ask for no codes any more: the phone with the app is lost as well.")
@by_option
@pass_given
def reset_password(given: Given, forget_code: bool, by: str | None) -> None:
    """Print a link by which a new password is chosen, or a passkey is made. All devices are signed out then."""
    config = given.config()
    who, where = asyncio.run(_reset_password(config, by, forget_code=forget_code))
    click.echo(f"{who} comes in again by this link, within an hour and once:")
    click.echo(where)


async def _list(config: Config) -> list[Artisan]:
    """Return everybody, the first one first."""
    async with open_database(config) as db, db.read() as tx:
        return await artisan_rows.list_all(tx)


async def _add(config: Config, username: str, name: str, language: str) -> str:
    """Make one more artisan, with a key of her own, and return the line with her link."""
    await check_keys(config)
    pair = keys.generate(config.keys.secret)
    async with open_database(config) as db, db.write() as tx:
        made = await artisans_service.create(
            tx, username=username, name=name, language=language, key=pair, now=utc_now()
        )
        return await line_for(tx, config, made)


async def _reset_password(config: Config, by: str | None, *, forget_code: bool) -> tuple[str, str]:
    """Return whose password is to be chosen anew, and the link for that."""
    async with open_database(config) as db, db.write() as tx:
        found = await chosen_artisan(tx, by)
        token, _ = await invitations.invite(tx, found.id, Purpose.RESET, utc_now(), forgets_codes=forget_code)
    return f"@{found.username}@{config.host}", link(config, token)


COMMANDS = (artisans, artisan)
