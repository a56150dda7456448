"""Commands about works: publishing, revising, withdrawing."""

import asyncio
import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from fedi_artisan.cli.given import (
    Given,
    Workshop,
    by_option,
    chosen_artisan,
    find_work,
    open_workshop,
    pass_given,
    read_text,
)
from fedi_artisan.cli.photos import finish, proposals, remarks, take_in
from fedi_artisan.cli.terms import AS_USUAL, own_terms, take_options
from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import parse_day, utc_now
from fedi_artisan.domain.facts import normal_tag, parse_dimensions, parse_edition, parse_price, parse_year
from fedi_artisan.domain.terms import Licence, OwnTerms
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Audience, Availability, Draft, Work
from fedi_artisan.errors import BadInput
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import artisans, works

Command = TypeVar("Command", bound=Callable[..., Any])

_UNSET = "unset"
# What a work says of itself that it need not say, and what it is then. An empty text takes it away, or several at once.
_NOTHING: Mapping[str, Any] = {
    "text": "",
    "materials": (),
    "techniques": (),
    "dimensions": None,
    "year": None,
    "edition": None,
    "price": None,
    "availability": None,
    "series": None,
    "tags": (),
}
_FACTS = (
    click.option("--text", metavar="FILE|-", help="The text about it, in Markdown: a file, or - for standard input."),
    click.option("--photo", "photos", multiple=True, metavar="FILE|-", help="A photograph; repeat it, the best first."),
    click.option("--alt", "alts", multiple=True, help="What it shows, for those who cannot see it: one for each."),
    click.option("--caption", "captions", multiple=True, help="What stands below it: one for each, or none."),
    click.option("--material", "materials", multiple=True, help="What it is made of; may be repeated."),
    click.option("--technique", "techniques", multiple=True, help="How it was made; may be repeated."),
    click.option("--dimensions", help='Such as "38 × 37 cm" or "H 31.5 × ⌀ 18.5 cm".'),
    click.option("--year", help="When it was made."),
    click.option("--edition", help='Which of how many, such as "3/12", or "edition of 12".'),
    click.option("--price", help='Such as "420 EUR".'),
    click.option("--availability", type=click.Choice([*map(str, Availability), _UNSET])),
    click.option("--series", help="The series it belongs to."),
    click.option("--tag", "tags", multiple=True, help="A word to find it by; may be repeated."),
    click.option(
        "--audience",
        type=click.Choice([*map(str, Audience)]),
        help="Who sees it: everyone; whoever has the link; your followers; the web or other servers alone.",
    ),
    click.option("--language", help="The language of title and text, such as fr; else yours."),
    click.option("--featured/--not-featured", default=None, help="Whether strangers see it first."),
    click.option(
        "--licence", type=click.Choice([*map(str, Licence), AS_USUAL]), help="What others may do with its photographs."
    ),
    click.option("--full-size", type=click.Choice(["yes", "no", AS_USUAL]), help="May visitors open them whole?"),
    click.option("--ai", type=click.Choice(["refused", "allowed", AS_USUAL]), help="Whether machines may learn."),
    click.option("--watermark/--no-watermark", "watermarked", default=None, help="Whether it bears your watermark."),
)


def _with_facts(command: Command) -> Command:
    """Give a command one option for each fact of a work."""
    for option in reversed(_FACTS):
        command = option(command)
    return command


@click.command()
@click.option("--title", required=True, help="What it is called.")
@_with_facts
@click.option("--date", metavar="DAY", help="When you published it elsewhere, such as 2023-05-31: nobody is told.")
@by_option
@pass_given
def publish(given: Given, /, by: str | None, date: str | None, **facts: Any) -> None:
    """Publish a work: on your pages at once, and to everybody who follows you."""
    work, uris = asyncio.run(_publish(given.config(), by, date, facts))
    _tell(work, uris)


@click.command()
@click.argument("uri")
@click.option("--title", help="What it is called.")
@_with_facts
@pass_given
def revise(given: Given, /, uri: str, **facts: Any) -> None:
    """Change a work: only what you give; photographs, materials and the like as a whole. URI is its id or page.

    An empty text takes one away: --price "", --series "", --material ""
    """
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
    if work.draft.audience.opens:
        click.echo(f"URL: {uris.work_url(work.slug)}")
    else:
        click.echo("It has no page: your followers alone see it, where they follow you.")
    for number, photo in enumerate(work.draft.photos, start=1):
        for line in (*remarks(photo), *proposals(photo, work)):
            click.echo(f"Photograph {number}: {line}", err=True)
    if any(not photo.alts for photo in work.draft.photos):
        click.echo("Some photographs have no description; --alt gives one, for those who cannot see them.", err=True)


async def _publish(config: Config, by: str | None, date: str | None, facts: dict[str, Any]) -> tuple[Work, Uris]:
    """Publish a work, with a past *date* where there is one, and return it."""
    published_at = None if date is None else parse_day(date, utc_now())
    async with open_workshop(config) as workshop:
        async with workshop.db.read() as tx:
            artisan = await chosen_artisan(tx, by)
        terms = own_terms(OwnTerms(), take_options(facts))
        facts = {**facts, "language": facts["language"] or artisan.language}
        draft = Draft(**await _changes(workshop, artisan, facts, terms), terms=terms)
        async with workshop.db.write() as tx:
            artisan = await artisans.get(tx, artisan.id)
            work = await works_service.publish(tx, workshop.uris, artisan, draft, utc_now(), published_at=published_at)
        return work, workshop.uris


async def _revise(config: Config, uri: str, facts: dict[str, Any]) -> tuple[Work, Uris]:
    """Change a work and return it; what it does not show any more is removed."""
    options = take_options(facts)
    async with open_workshop(config) as workshop:
        async with workshop.db.read() as tx:
            work = await find_work(tx, workshop.uris, uri)
            artisan = await artisans.get(tx, work.artisan_id)
        if not options and all(value in {None, ()} for value in facts.values()):
            raise BadInput("nothing to change was given; `fedi-artisan revise --help` shows what can be")
        language = facts["language"] or work.draft.language
        terms = own_terms(work.draft.terms, options)
        changes = await _changes(workshop, artisan, {**facts, "language": language}, terms)
        files = await workshop.files.list_files(work.id)
        async with workshop.db.write() as tx:
            # Meanwhile another command may have changed what this one does not.
            work = await find_work(tx, workshop.uris, uri)
            draft = dataclasses.replace(work.draft, **changes, terms=own_terms(work.draft.terms, options))
            revised = await works_service.revise(tx, workshop.uris, work, draft, utc_now())
        if "photos" in changes:
            await workshop.files.collect(files)
        await finish(workshop, work.id)
        async with workshop.db.read() as tx:
            return await works.get(tx, revised.uid), workshop.uris


async def _withdraw(config: Config, uri: str) -> None:
    """Withdraw a work, and remove its photographs here."""
    async with open_workshop(config) as workshop:
        async with workshop.db.read() as tx:
            work = await find_work(tx, workshop.uris, uri)
        files = await workshop.files.list_files(work.id)
        async with workshop.db.write() as tx:
            await works_service.withdraw(tx, workshop.uris, await find_work(tx, workshop.uris, uri), utc_now())
        await workshop.files.collect(files)


async def _changes(workshop: Workshop, artisan: Artisan, facts: dict[str, Any], terms: OwnTerms) -> dict[str, Any]:
    """Return the fields of a draft that were given, each read and checked; photographs are made for these *terms*.

    Raises:
        BadInput, BadPhoto, TooLarge: something cannot be used.
    """
    readers: dict[str, Callable[[Any], Any]] = {
        "text": read_text,
        "dimensions": parse_dimensions,
        "year": parse_year,
        "edition": parse_edition,
        "price": parse_price,
        "availability": Availability,
        "audience": Audience,
        "tags": lambda tags: tuple(dict.fromkeys(normal_tag(tag) for tag in tags)),
    }
    files = facts.pop("photos")
    if facts["text"] == "-" and "-" in files:
        raise BadInput("either the text or a photograph can come on standard input, not both")
    said = {name: facts.pop(name) for name in ("alts", "captions")}
    given = {name: value for name, value in facts.items() if value not in {None, ()}}
    changes = {
        name: _NOTHING[name] if _takes_away(name, value) else readers.get(name, lambda same: same)(value)
        for name, value in given.items()
    }
    for name, texts in said.items():
        if texts and len(texts) != len(files):
            option = name.removesuffix("s")
            raise BadInput(f"{len(files)} photographs, but {len(texts)} of --{option}: give one for each --photo")
    if files:
        language = changes["language"]
        ready = await take_in(workshop, artisan, [Path(file) for file in files], terms)
        changes["photos"] = tuple(
            dataclasses.replace(
                photo,
                alts=_in(language, said["alts"][number]) if said["alts"] else {},
                captions=_in(language, said["captions"][number]) if said["captions"] else {},
            )
            for number, photo in enumerate(ready)
        )
    return changes


def _takes_away(name: str, value: object) -> bool:
    """Whether what was given for an option says that the work shall say nothing there."""
    return name in _NOTHING and (value in {"", ("",)} or (name == "availability" and value == _UNSET))


def _in(language: str, text: str) -> dict[str, str]:
    """Return a text as one that is there in one language only; nothing for an empty one."""
    return {language: text.strip()} if text.strip() else {}


COMMANDS = (publish, revise, withdraw)
