"""Commands about the files of photographs: making them anew, how much room they take, removing what nothing shows."""

import asyncio
from collections import Counter

import click

from fedi_artisan.cli.given import Given, open_workshop, pass_given
from fedi_artisan.cli.photos import finish
from fedi_artisan.config import Config
from fedi_artisan.errors import NotMade
from fedi_artisan.media.store import Usage, usage
from fedi_artisan.services.photo_queue import Outcome


@click.group()
def media() -> None:
    """The files of your photographs."""


@media.command()
@click.option("--all", "even_fresh", is_flag=True, help="Also those that are as they should be.")
@pass_given
def rebuild(given: Given, even_fresh: bool) -> None:
    """Make the public pictures anew from your originals, where they are not as they should be.

    Interrupt it whenever you like: pages show the former pictures until the new ones are whole, and the running server,
    or the next `media rebuild`, goes on with the rest.
    """
    outcomes, waiting = asyncio.run(_rebuild(given.config(), even_fresh=even_fresh))
    made = outcomes[Outcome.MADE] + outcomes[Outcome.MADE_BY_ANOTHER]
    if made:
        click.echo(f"Made anew: {made}.")
    if waiting:
        raise NotMade(
            f"Could not be made: {waiting}; the lines above say why. Pages show their former pictures, and they are "
            "tried again by the server."
        )
    if not made:
        click.echo("Everything is as it should be.")


async def _rebuild(config: Config, *, even_fresh: bool) -> tuple[Counter[Outcome], int]:
    """Make anew what has to be; return what came of how many, and how many wait for another try."""
    async with open_workshop(config) as workshop:
        await workshop.photos.want_lost()
        await workshop.photos.want_stale(even_fresh=even_fresh)
        return await finish(workshop), await workshop.photos.count_waiting()


@media.command("usage")
@pass_given
def show_usage(given: Given) -> None:
    """Tell how much room photographs take."""
    config = given.config()
    found, waiting, most_bytes = asyncio.run(_usage(config))
    rows = (
        ("originals", found.originals_files, found.originals_bytes),
        ("public pictures", found.public_files, found.public_bytes),
    )
    for name, files, size_bytes in rows:
        click.echo(f"{name:16} {files:7,} files {size_bytes / 1e6:10,.1f} MB")
    share = found.total_bytes / most_bytes
    click.echo(f"Together {found.total_bytes / 1e9:.2f} of {most_bytes / 1e9:.2f} GB ({share:.0%}).")
    if waiting:
        click.echo(f"Photographs waiting for their pictures: {waiting}")


async def _usage(config: Config) -> tuple[Usage, int, int]:
    """Return how much there is, how many photographs wait, and how many bytes there may be."""
    async with open_workshop(config) as workshop:
        _, most_bytes = await workshop.intake.room()
        return await usage(workshop.files.stores), await workshop.photos.count_waiting(), most_bytes


@media.command()
@pass_given
def collect(given: Given) -> None:
    """Remove the files that nothing shows any more; the server does so every hour."""
    removed = asyncio.run(_collect(given.config()))
    click.echo(f"Removed: {removed} files.")


async def _collect(config: Config) -> int:
    async with open_workshop(config) as workshop:
        return await workshop.files.tidy()


COMMANDS = (media,)
