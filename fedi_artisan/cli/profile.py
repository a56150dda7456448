"""The command about the artisan herself."""

import asyncio
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from fedi_artisan.cli.given import (
    Given,
    Workshop,
    by_option,
    chosen_artisan,
    open_workshop,
    pass_given,
    read_text,
    said_in,
)
from fedi_artisan.cli.photos import remarks, take_in
from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Artisan, Commissions, ProfileLink
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.terms import OwnTerms
from fedi_artisan.domain.texts import check_language
from fedi_artisan.errors import BadInput
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.storage import artisans

_UNSET = "unset"
# Texts that are there in several languages, by option and by field.
_SPOKEN = {"craft": "crafts", "place": "places", "commissions_note": "commissions_notes"}
_PICTURES = {"avatar": "icon", "header": "image"}


@click.command()
@click.option("--name", help="Your name or your workshop's, as people read it.")
@click.option("--text", metavar="FILE|-", help="A few words about you, in Markdown: a file, or - for standard input.")
@click.option("--craft", help="What you do, in a few words: potter and woodturner.")
@click.option("--place", help="Where your workshop is, as you want it read.")
@click.option("--commissions", type=click.Choice([*map(str, Commissions), _UNSET]), help="Whether you work to order.")
@click.option("--commissions-note", metavar="TEXT", help="What else one should know about that, in a line.")
@click.option("--language", metavar="CODE", help="The language of the texts given here, such as en; else yours.")
@click.option(
    "--link", "links", multiple=True, metavar="LABEL=URL", help="Where else you are; repeat it for all of them."
)
@click.option("--no-links", is_flag=True, help="Take all of these away.")
@click.option("--main-language", metavar="CODE", help="The language you mostly write in.")
@click.option("--avatar", metavar="FILE", help="A small square picture: your mark, or your face.")
@click.option("--header", metavar="FILE", help="A wide picture, for the top of your page.")
@click.option("--approve-followers", "approval", flag_value="yes", help="Answer each request to follow yourself.")
@click.option("--no-approve-followers", "approval", flag_value="no", help="Let everybody follow who asks.")
@click.option("--avatar-alt", metavar="TEXT", help="What the avatar shows.")
@click.option("--header-alt", metavar="TEXT", help="What the header shows.")
@by_option
@pass_given
def profile(given: Given, /, by: str | None, **options: Any) -> None:
    """Change what your pages and other servers say about you, and tell your followers.

    An empty text takes one away: --place ""
    """
    changes = {name: value for name, value in options.items() if value not in {None, (), False}}
    if not changes.keys() - {"language"}:
        raise BadInput("nothing to change was given; `fedi-artisan profile --help` shows what can be")
    config = given.config()
    handle = asyncio.run(_describe(config, by, changes))
    click.echo(f"Changed. You are {handle} at {config.origin}/")


async def _describe(config: Config, by: str | None, changes: dict[str, Any]) -> str:
    """Change the profile and return the artisan's handle."""
    if "text" in changes:
        changes["text"] = read_text(changes["text"])
    async with open_workshop(config) as workshop:
        async with workshop.db.read() as tx:
            artisan = await chosen_artisan(tx, by)
        pictures = await _take_pictures(workshop, artisan, changes)
        async with workshop.db.write() as tx:
            # Meanwhile another command may have changed what this one does not.
            artisan = await artisans.get(tx, artisan.id)
            changed = _changed(dataclasses.replace(artisan, **pictures), changes)
            await artisans_service.describe(tx, workshop.uris, changed, utc_now())
        return f"@{artisan.username}@{workshop.uris.host}"


async def _take_pictures(workshop: Workshop, artisan: Artisan, changes: dict[str, Any]) -> dict[str, Any]:
    """Return the pictures that were given, ready to be shown, by field."""
    terms = OwnTerms(full_size=False, watermarked=False)
    taken: dict[str, Any] = {}
    for option, field in _PICTURES.items():
        if option in changes:
            file = Path(changes[option])
            beside = [photo.uid for photo in taken.values()]
            (taken[field],) = await take_in(workshop, artisan, [file], terms, beside=beside)
            for line in remarks(taken[field]):
                click.echo(f"{file.name}: {line}", err=True)
    return taken


def _changed(artisan: Artisan, changes: dict[str, Any]) -> Artisan:
    """Return the artisan with the changes asked for.

    Raises:
        BadInput: something cannot be so.
    """
    main = check_language(changes.get("main_language", artisan.language))
    language = check_language(changes.get("language", main))
    said: dict[str, Any] = {"name": changes.get("name", artisan.name)}
    said["approves_followers"] = {"yes": True, "no": False}.get(changes.get("approval", ""), artisan.approves_followers)
    if "text" in changes and language == artisan.language:
        said["summary"] = changes["text"]
    elif "text" in changes:
        said["summaries"] = said_in(artisan.summaries, language, changes["text"])
    for option, field in _SPOKEN.items():
        if option in changes:
            said[field] = said_in(getattr(artisan, field), language, changes[option])
    for option, field in _PICTURES.items():
        if f"{option}_alt" in changes:
            said[field] = _described(getattr(artisan, field), option, language, changes[f"{option}_alt"])
    if "commissions" in changes:
        said["commissions"] = None if changes["commissions"] == _UNSET else Commissions(changes["commissions"])
    if "links" in changes and "no_links" in changes:
        raise BadInput("give --link or --no-links, not both")
    if "links" in changes or "no_links" in changes:
        said["links"] = _links(changes.get("links", ()))
    return dataclasses.replace(artisan, **said).with_language(main)


def _described(photo: Photo | None, option: str, language: str, text: str) -> Photo:
    """Return a portrait or header with the description *text*.

    Raises:
        BadInput: there is none.
    """
    if photo is None:
        raise BadInput(f"there is no picture to describe; give it with --{option}")
    return dataclasses.replace(photo, alts=said_in(photo.alts, language, text))


def _links(given: Sequence[str]) -> tuple[ProfileLink, ...]:
    """Return the links written as "Label=https://…".

    Raises:
        BadInput: one is written in another way.
    """
    links = []
    for one in given:
        label, equals, url = one.partition("=")
        if not equals:
            raise BadInput(f'{one!r}: write a link as "My shop=https://shop.example/"')
        links.append(ProfileLink(label=label.strip(), url=url.strip()))
    return tuple(links)


COMMANDS = (profile,)
