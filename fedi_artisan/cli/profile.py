"""The command about the artisan herself."""

import asyncio
import dataclasses
from pathlib import Path

import click

from fedi_artisan.cli.given import (
    Given,
    Workshop,
    by_option,
    chosen_artisan,
    open_workshop,
    pass_given,
    read_text,
)
from fedi_artisan.cli.photos import remarks, take_in
from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.terms import OwnTerms
from fedi_artisan.errors import BadInput
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.storage import artisans


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
    async with open_workshop(config) as workshop:
        async with workshop.db.read() as tx:
            artisan = await chosen_artisan(tx, by)
        own: list[Photo | None] = []
        for file, alt in pictures:
            own.append(await _picture(workshop, artisan, file, alt, [photo.uid for photo in own if photo is not None]))
        icon, image = own
        async with workshop.db.write() as tx:
            # Meanwhile another command may have changed what this one does not.
            artisan = await artisans.get(tx, artisan.id)
            await artisans_service.describe(
                tx, workshop.uris, artisan, name=name, summary=summary, icon=icon, image=image, now=utc_now()
            )
        return f"@{artisan.username}@{workshop.uris.host}"


async def _picture(workshop: Workshop, artisan: Artisan, file: str | None, alt: str, beside: list[str]) -> Photo | None:
    """Return a picture ready to be shown, where one was given; another one than those *beside* it."""
    if file is None:
        return None
    terms = OwnTerms(full_size=False, watermarked=False)
    (photo,) = await take_in(workshop, artisan, [Path(file)], terms, beside=beside)
    for line in remarks(photo):
        click.echo(f"{Path(file).name}: {line}", err=True)
    return dataclasses.replace(photo, alts={artisan.language: alt.strip()} if alt.strip() else {})


COMMANDS = (profile,)
