"""The command about the artisan herself."""

import asyncio
from pathlib import Path

import click

from fedi_artisan.cli.given import Given, by_option, chosen_artisan, pass_given, read_text
from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Picture
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import BadInput
from fedi_artisan.media.prepare import prepare
from fedi_artisan.resources import folder
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.storage.db import Database


@click.command()
@click.option("--name", help="Your name or your workshop's, as people read it.")
@click.option("--text", metavar="FILE|-", help="A few words about you, in Markdown: a file, or - for standard input.")
@click.option("--avatar", metavar="FILE", help="A small square picture: your mark, or your face.")
@click.option("--header", metavar="FILE", help="A wide picture, for the top of your page.")
@click.option("--avatar-alt", default="", help="What the avatar shows.")
@click.option("--header-alt", default="", help="What the header shows.")
@by_option
@pass_given
def profile(  # noqa: PLR0917 - one parameter for each option
    given: Given,
    name: str | None,
    text: str | None,
    avatar: str | None,
    header: str | None,
    avatar_alt: str,
    header_alt: str,
    by: str | None,
) -> None:
    """Change what your pages and other servers say about you, and tell your followers."""
    if name is text is avatar is header is None:
        raise BadInput("nothing to change was given; `fedi-artisan profile --help` shows what can be")
    config = given.config()
    handle = asyncio.run(_describe(config, by, name, text, (avatar, avatar_alt), (header, header_alt)))
    click.echo(f"Changed. You are {handle} at {config.origin}/")


async def _describe(
    config: Config,
    by: str | None,
    name: str | None,
    text: str | None,
    *pictures: tuple[str | None, str],
) -> str:
    """Change the profile and return the artisan's handle."""
    summary = None if text is None else read_text(text)
    icon, image = [await _picture(config, file, alt, small=number == 0) for number, (file, alt) in enumerate(pictures)]
    db = await Database.open(config.database, folder("migrations"))
    uris = Uris(config.origin)
    try:
        async with db.write() as tx:
            artisan = await chosen_artisan(tx, by)
            await artisans_service.describe(
                tx, uris, artisan, name=name, summary=summary, icon=icon, image=image, now=utc_now()
            )
    finally:
        await db.close()
    return f"@{artisan.username}@{uris.host}"


async def _picture(config: Config, file: str | None, alt: str, *, small: bool) -> Picture | None:
    """Return a picture ready to be shown, where one was given."""
    if file is None:
        return None
    ready = await prepare(Path(file), config)
    if small:
        return Picture(
            file=ready.thumbnail, width_px=ready.thumbnail_width_px, height_px=ready.thumbnail_height_px, alt=alt
        )
    return Picture(file=ready.file, width_px=ready.width_px, height_px=ready.height_px, alt=alt)


COMMANDS = (profile,)
