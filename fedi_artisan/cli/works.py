"""Commands about works: publishing, revising, withdrawing."""

import asyncio
import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from fedi_artisan.cli.given import Given, by_option, chosen_artisan, pass_given, read_text
from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Picture
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import (
    Availability,
    Draft,
    Photo,
    Work,
    normal_tag,
    parse_dimensions,
    parse_price,
    parse_year,
)
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.media.prepare import prepare
from fedi_artisan.resources import folder
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import works
from fedi_artisan.storage.db import Database, Tx

Command = TypeVar("Command", bound=Callable[..., Any])

_FACTS = (
    click.option("--text", metavar="FILE|-", help="The text about it, in Markdown: a file, or - for standard input."),
    click.option("--photo", "photos", multiple=True, metavar="FILE", help="A photograph; repeat it, the best first."),
    click.option("--alt", "alts", multiple=True, help="What the photograph shows, for those who cannot see it."),
    click.option("--material", "materials", multiple=True, help="What it is made of; may be repeated."),
    click.option("--technique", "techniques", multiple=True, help="How it was made; may be repeated."),
    click.option("--dimensions", help='Such as "38 × 37 cm" or "H 31.5 × ⌀ 18.5 cm".'),
    click.option("--year", help="When it was made."),
    click.option("--price", help='Such as "420 EUR".'),
    click.option("--availability", type=click.Choice([str(one) for one in Availability])),
    click.option("--series", help="The series it belongs to."),
    click.option("--tag", "tags", multiple=True, help="A word to find it by; may be repeated."),
    click.option("--language", help="The language of title and text, such as fr; else yours."),
    click.option("--featured/--not-featured", default=None, help="Whether strangers see it first."),
)


def _with_facts(command: Command) -> Command:
    """Give a command one option for each fact of a work."""
    for option in reversed(_FACTS):
        command = option(command)
    return command


@click.command()
@click.option("--title", required=True, help="What it is called.")
@_with_facts
@by_option
@pass_given
def publish(given: Given, /, by: str | None, **facts: Any) -> None:
    """Publish a work: on your pages at once, and to everybody who follows you."""
    work, uris = asyncio.run(_publish(given.config(), by, facts))
    _tell(work, uris)


@click.command()
@click.argument("uri")
@click.option("--title", help="What it is called.")
@_with_facts
@pass_given
def revise(given: Given, /, uri: str, **facts: Any) -> None:
    """Change a work: only what you give; photographs, materials and the like as a whole. URI is its id or page."""
    work, uris = asyncio.run(_revise(given.config(), uri, facts))
    _tell(work, uris)


@click.command()
@click.argument("uri")
@pass_given
def withdraw(given: Given, uri: str) -> None:
    """Withdraw a work for good. Other servers are asked to forget it; not all do. URI is its id or page."""
    asyncio.run(_withdraw(given.config(), uri))
    click.echo("Withdrawn.")


def _tell(work: Work, uris: Uris) -> None:
    """Print where a work is, and what would make it better."""
    click.echo(f"URI: {uris.work(work.uid)}")
    click.echo(f"URL: {uris.work_url(work.slug)}")
    if any(not photo.picture.alt for photo in work.draft.photos):
        click.echo("Some photographs have no description; --alt gives one, for those who cannot see them.", err=True)


async def _publish(config: Config, by: str | None, facts: dict[str, Any]) -> tuple[Work, Uris]:
    """Publish a work and return it."""
    changes = await _changes(config, facts)
    db = await Database.open(config.database, folder("migrations"))
    uris = Uris(config.origin)
    try:
        async with db.write() as tx:
            artisan = await chosen_artisan(tx, by)
            draft = Draft(**{"language": artisan.language, **changes})
            return await works_service.publish(tx, uris, artisan, draft, utc_now()), uris
    finally:
        await db.close()


async def _revise(config: Config, uri: str, facts: dict[str, Any]) -> tuple[Work, Uris]:
    """Change a work and return it."""
    changes = await _changes(config, facts)
    if not changes:
        raise BadInput("nothing to change was given; `fedi-artisan revise --help` shows what can be")
    db = await Database.open(config.database, folder("migrations"))
    uris = Uris(config.origin)
    try:
        async with db.write() as tx:
            work = await _find(tx, uris, uri)
            draft = dataclasses.replace(work.draft, **changes)
            return await works_service.revise(tx, uris, work, draft, utc_now()), uris
    finally:
        await db.close()


async def _withdraw(config: Config, uri: str) -> None:
    db = await Database.open(config.database, folder("migrations"))
    uris = Uris(config.origin)
    try:
        async with db.write() as tx:
            await works_service.withdraw(tx, uris, await _find(tx, uris, uri), utc_now())
    finally:
        await db.close()


async def _find(tx: Tx, uris: Uris, uri: str) -> Work:
    """Return the work with this id or page.

    Raises:
        NotFound: there is none.
    """
    uid = uris.uid_of(uri, "works")
    page = uris.work_url("")
    slug = uri.removeprefix(page) if uri.startswith(page) else uri
    work = await works.find_by_slug(tx, slug) if uid is None else await works.find(tx, uid)
    if work is None:
        raise NotFound(f"there is no work {uri} here")
    return work


async def _changes(config: Config, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a draft that were given, each read and checked.

    Raises:
        BadInput, BadPhoto, TooLarge: something cannot be used.
    """
    readers: dict[str, Callable[[Any], Any]] = {
        "text": read_text,
        "dimensions": parse_dimensions,
        "year": parse_year,
        "price": parse_price,
        "availability": Availability,
        "tags": lambda tags: tuple(dict.fromkeys(normal_tag(tag) for tag in tags)),
    }
    alts, files = facts.pop("alts"), facts.pop("photos")
    if alts and len(alts) != len(files):
        raise BadInput(f"{len(files)} photographs, but {len(alts)} descriptions: give one --alt for each --photo")
    given = {name: value for name, value in facts.items() if value not in {None, ()}}
    changes = {name: readers.get(name, lambda same: same)(value) for name, value in given.items()}
    if files:
        changes["photos"] = await _photos(config, files, alts or ("",) * len(files))
    return changes


async def _photos(config: Config, files: Sequence[str], alts: Sequence[str]) -> tuple[Photo, ...]:
    """Return photographs ready to be shown, one after another: each may need much memory.

    Raises:
        BadPhoto, TooLarge, BadInput: one of them cannot be used, and why.
    """
    photos = []
    for file, alt in zip(files, alts, strict=True):
        ready = await prepare(Path(file), config)
        picture = Picture(file=ready.file, width_px=ready.width_px, height_px=ready.height_px, alt=alt.strip())
        thumbnail = Picture(
            file=ready.thumbnail,
            width_px=ready.thumbnail_width_px,
            height_px=ready.thumbnail_height_px,
            alt=alt.strip(),
        )
        photos.append(Photo(picture=picture, thumbnail=thumbnail, blurhash=ready.blurhash, original=ready.original))
    return tuple(photos)


COMMANDS = (publish, revise, withdraw)
