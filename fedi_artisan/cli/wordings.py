"""Commands about what is said of a work or of a series, in its own language and in further ones."""

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import click

from fedi_artisan.cli.given import (
    Given,
    by_option,
    chosen_artisan,
    find_work,
    open_workshop,
    pass_given,
    read_text,
    said_in,
)
from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.texts import check_language
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Draft, Series, SeriesWording, Wording, Work
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import series as series_rows
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.series import ShownSeries

# --- Works


@click.command()
@click.argument("uri")
@click.option("--language", required=True, metavar="CODE", help="The further language, such as en.")
@click.option("--title", help="What it is called in this language.")
@click.option("--text", metavar="FILE|-", help="The text about it, in Markdown: a file, or - for standard input.")
@click.option("--material", "materials", multiple=True, help="What it is made of; may be repeated.")
@click.option("--technique", "techniques", multiple=True, help="How it was made; may be repeated.")
@click.option("--alt", "alts", multiple=True, help="What a photograph shows: one for each of the work's photographs.")
@click.option("--caption", "captions", multiple=True, help="What stands below it: one for each, or none.")
@click.option("--remove", is_flag=True, help="Take everything away that is said in this language.")
@pass_given
def translate(given: Given, /, uri: str, language: str, *, remove: bool, **said: Any) -> None:
    """Say in a further language what a work says: only what you give changes. URI is its id or page.

    Visitors who read this language see it; other servers are told as well. An empty text takes one away: --caption ""
    """
    if remove == any(value not in {None, ()} for value in said.values()):
        raise BadInput("give what is said in this language, or --remove; `fedi-artisan translate --help` shows what")
    work, uris = asyncio.run(_translate(given.config(), uri, check_language(language), None if remove else said))
    click.echo(f"URL: {uris.work_url(work.slug)}?lang={language}" if not remove else "Taken away.")
    silent = 0 if remove else sum(language not in photo.alts for photo in work.draft.photos)
    if silent:
        click.echo(f"Photographs without a description in {language}: {silent}; --alt gives one for each.", err=True)


async def _translate(config: Config, uri: str, language: str, said: dict[str, Any] | None) -> tuple[Work, Uris]:
    """Change what a work says in a further language, or take it away where *said* is None; return the work."""
    if said is not None and said["text"] is not None:
        said = {**said, "text": read_text(said["text"])}
    async with open_workshop(config) as workshop, workshop.db.write() as tx:
        work = await find_work(tx, workshop.uris, uri)
        if language == work.draft.language:
            raise BadInput(f"{language} is the work's own language; `fedi-artisan revise` changes what it says there")
        draft = _without(work.draft, language) if said is None else _translated(work.draft, language, said)
        return await works_service.revise(tx, workshop.uris, work, draft, utc_now()), workshop.uris


def _translated(draft: Draft, language: str, said: Mapping[str, Any]) -> Draft:
    """Return a draft with what is *said* of it in a further language.

    Raises:
        BadInput: the title is missing, or not each photograph got its words.
    """
    wording = draft.others.get(language)
    changes: dict[str, Any] = {name: said[name] for name in ("title", "text") if said[name] is not None}
    for name in ("materials", "techniques"):
        if said[name]:
            changes[name] = tuple(fact for fact in said[name] if fact)
    if wording is None and "title" not in changes:
        raise BadInput(f"nothing is said of this work in {language} yet; give --title as well")
    wording = Wording(**changes) if wording is None else dataclasses.replace(wording, **changes)
    photos = draft.photos
    for name in ("alts", "captions"):
        if said[name]:
            photos = _spoken(photos, name, language, said[name])
    return dataclasses.replace(draft, others={**draft.others, language: wording}, photos=photos)


def _spoken(photos: Sequence[Photo], name: str, language: str, texts: Sequence[str]) -> tuple[Photo, ...]:
    """Return the photographs, each with its text of *texts* as one of its "alts" or "captions"."""
    if len(texts) != len(photos):
        option = name.removesuffix("s")
        raise BadInput(
            f'the work has {len(photos)} photographs, but here are {len(texts)} of --{option}: give one for each, "" '
            "where nothing is to be said"
        )
    spoken: list[dict[str, Any]] = [
        {name: said_in(getattr(photo, name), language, text)} for photo, text in zip(photos, texts, strict=True)
    ]
    return tuple(dataclasses.replace(photo, **changes) for photo, changes in zip(photos, spoken, strict=True))


def _without(draft: Draft, language: str) -> Draft:
    """Return a draft that says nothing in this further language.

    Raises:
        NotFound: it says nothing in it now.
    """
    if language not in draft.others:
        raise NotFound(f"nothing is said of this work in {language}")
    others = {code: wording for code, wording in draft.others.items() if code != language}
    silent = [""] * len(draft.photos)
    photos = _spoken(_spoken(draft.photos, "alts", language, silent), "captions", language, silent)
    return dataclasses.replace(draft, others=others, photos=photos)


# --- Series


@click.command()
@click.argument("name", required=False)
@click.option("--name", "called", metavar="TEXT", help="What it is called now; its address stays.")
@click.option("--text", metavar="FILE|-", help="What its page says, in Markdown: a file, or - for standard input.")
@click.option("--language", metavar="CODE", help="The language of these texts; else that of the series.")
@click.option("--remove-language", metavar="CODE", help="Take away what is said in a further language.")
@by_option
@pass_given
def series(given: Given, /, name: str | None, by: str | None, **said: Any) -> None:
    """List your series; with a NAME show one of them, or change what is said of it. NAME may be its page as well."""
    config, changes = given.config(), {option: value for option, value in said.items() if value is not None}
    if name is None and changes:
        raise BadInput("say which series; `fedi-artisan series` lists them")
    if name is None:
        shown, uris = asyncio.run(_list_series(config, by))
        for one in shown:
            works = f"{one.count} work" + ("" if one.count == 1 else "s")
            languages = ", ".join(one.series.languages)
            click.echo(f"{one.series.name}  {works}  {languages}  {uris.series_url(one.series.slug)}")
        if not shown:
            click.echo("No series yet. `publish --series NAME` begins one.")
        return
    found, uris = asyncio.run(_describe_series(config, by, name, changes))
    click.echo(f"URL: {uris.series_url(found.slug)}")
    for code in found.languages:
        _, wording = found.wording(code)
        click.echo(f"{code}: {wording.name}")
        for line in wording.text.splitlines():
            click.echo(f"    {line}" if line else "")


async def _list_series(config: Config, by: str | None) -> tuple[list[ShownSeries], Uris]:
    async with open_workshop(config) as workshop, workshop.db.read() as tx:
        artisan = await chosen_artisan(tx, by)
        return await series_rows.list_shown(tx, artisan.id), workshop.uris


async def _describe_series(config: Config, by: str | None, name: str, said: dict[str, Any]) -> tuple[Series, Uris]:
    """Change what is said of a series, where anything is given, and return it."""
    if "text" in said:
        said = {**said, "text": read_text(said["text"])}
    async with open_workshop(config) as workshop, workshop.db.write() if said else workshop.db.read() as tx:
        found = await _find_series(tx, workshop.uris, await chosen_artisan(tx, by), name)
        if said:
            found = _changed(found, **said)
            await works_service.describe_series(tx, found)
        return found, workshop.uris


async def _find_series(tx: Tx, uris: Uris, artisan: Artisan, name: str) -> Series:
    """Return the artisan's series with this name, page, or last part of its page.

    Raises:
        NotFound: there is none.
    """
    named = await series_rows.find_named(tx, artisan.id, name)
    if named is not None:
        return named
    found = await series_rows.find(tx, slug=name.removeprefix(uris.series_url("")))
    if found is None or found[1] != artisan.id:
        raise NotFound(f"there is no series {name} here; `fedi-artisan series` lists them")
    return found[0]


def _changed(
    standing: Series,
    *,
    called: str | None = None,
    text: str | None = None,
    language: str | None = None,
    remove_language: str | None = None,
) -> Series:
    """Return a series with the changes asked for.

    Raises:
        BadInput: something cannot be so.
        NotFound: nothing is said in the language that is to be taken away.
    """
    others = dict(standing.others)
    if remove_language is not None and others.pop(remove_language, None) is None:
        raise NotFound(f"nothing is said of this series in {remove_language} as a further language")
    name_and_text = {key: value for key, value in (("name", called), ("text", text)) if value is not None}
    if not name_and_text:
        if language is not None:
            raise BadInput("give --name or --text in this language")
        return dataclasses.replace(standing, others=others)
    if language in {None, standing.language}:
        return dataclasses.replace(standing, others=others, **name_and_text)
    code = check_language(str(language))
    if code not in others and called is None:
        raise BadInput(f"nothing is said of this series in {code} yet; give --name as well")
    wording = others.get(code)
    others[code] = SeriesWording(**name_and_text) if wording is None else dataclasses.replace(wording, **name_and_text)
    return dataclasses.replace(standing, others=others)


COMMANDS = (translate, series)
