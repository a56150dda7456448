"""Commands about the pages that an artisan writes herself."""

import asyncio
import dataclasses
from typing import Any

import click

from fedi_artisan.cli.given import Given, by_option, chosen_artisan, open_workshop, pass_given, read_text
from fedi_artisan.config import Config
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.pages import LONGEST_TEXT, Page, PageDraft, PageWording, Place
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services import pages as pages_service
from fedi_artisan.storage import pages as page_rows
from fedi_artisan.storage.db import Tx


@click.command("pages")
@by_option
@pass_given
def list_pages(given: Given, by: str | None) -> None:
    """List the pages that you wrote, in the order of the menu."""
    listed, uris = asyncio.run(_list(given.config(), by))
    _tell(listed, uris)
    if not listed:
        click.echo("No pages yet. `page write` writes one: about you, prices, a legal notice.")


_place_option = click.option(
    "--place", type=click.Choice([str(one) for one in Place]), help="From where every page leads to it."
)


@click.group()
def page() -> None:
    """The pages that you write yourself: about you, prices, a legal notice."""


@page.command()
@click.option("--title", required=True, help="What it is called, in the menu too.")
@click.option("--text", required=True, metavar="FILE|-", help="What it says, in Markdown: a file, or -.")
@click.option("--language", metavar="CODE", help="The language of both, such as fr; else yours.")
@_place_option
@by_option
@pass_given
def write(given: Given, /, by: str | None, **said: Any) -> None:
    """Write a page. It comes last in the menu, unless you say where."""
    written, uris = asyncio.run(_write(given.config(), by, **said))
    click.echo(f"URL: {uris.page_url(written.slug)}")


@page.command()
@click.argument("slug")
@click.option("--title", help="What it is called, in the menu too; its address stays.")
@click.option("--text", metavar="FILE|-", help="What it says, in Markdown: a file, or - for standard input.")
@click.option("--language", metavar="CODE", help="The language of both; else that of the page.")
@click.option("--remove-language", metavar="CODE", help="Take away what is said in a further language.")
@_place_option
@pass_given
def revise(given: Given, /, slug: str, **changes: Any) -> None:
    """Change a page, or say it in a further language: only what you give. SLUG is the last part of its address."""
    given_ones = {name: value for name, value in changes.items() if value is not None}
    if not given_ones.keys() - {"language"}:
        raise BadInput("nothing to change was given; `fedi-artisan page revise --help` shows what can be")
    click.echo(f"URL: {asyncio.run(_revise(given.config(), slug, given_ones))}")


@page.command()
@click.argument("slug")
@pass_given
def remove(given: Given, slug: str) -> None:
    """Remove a page. SLUG is the last part of its address."""
    asyncio.run(_remove(given.config(), slug))
    click.echo("Removed.")


@page.command()
@click.argument("slugs", nargs=-1, required=True, metavar="SLUG...")
@by_option
@pass_given
def order(given: Given, slugs: tuple[str, ...], by: str | None) -> None:
    """Put pages into this order in the menu; those that you do not name follow."""
    listed, uris = asyncio.run(_order(given.config(), by, slugs))
    _tell(listed, uris)


def _tell(listed: list[Page], uris: Uris) -> None:
    """Print a line for each page."""
    for one in listed:
        languages = ", ".join(one.draft.languages)
        click.echo(f"{one.slug}  {one.draft.title}  {languages}  {one.draft.place}  {uris.page_url(one.slug)}")


async def _list(config: Config, by: str | None) -> tuple[list[Page], Uris]:
    async with open_workshop(config) as workshop, workshop.db.read() as tx:
        artisan = await chosen_artisan(tx, by)
        return await page_rows.list_all(tx, artisan.id), workshop.uris


async def _write(
    config: Config, by: str | None, *, title: str, text: str, language: str | None, place: str | None
) -> tuple[Page, Uris]:
    """Write a page and return it."""
    said = read_text(text, LONGEST_TEXT)
    async with open_workshop(config) as workshop, workshop.db.write() as tx:
        artisan = await chosen_artisan(tx, by)
        draft = PageDraft(title=title, text=said, language=language or artisan.language)
        if place is not None:
            draft = dataclasses.replace(draft, place=Place(place))
        return await pages_service.write(tx, artisan, draft, utc_now()), workshop.uris


async def _revise(config: Config, slug: str, changes: dict[str, Any]) -> str:
    """Change a page and return its address."""
    if "text" in changes:
        changes = {**changes, "text": read_text(changes["text"], LONGEST_TEXT)}
    async with open_workshop(config) as workshop, workshop.db.write() as tx:
        found = await _find(tx, workshop.uris, slug)
        await pages_service.rewrite(tx, found, _changed(found.draft, changes), utc_now())
        return workshop.uris.page_url(found.slug)


async def _remove(config: Config, slug: str) -> None:
    async with open_workshop(config) as workshop, workshop.db.write() as tx:
        await pages_service.remove(tx, await _find(tx, workshop.uris, slug))


async def _order(config: Config, by: str | None, slugs: tuple[str, ...]) -> tuple[list[Page], Uris]:
    """Put pages into this order and return all of them."""
    async with open_workshop(config) as workshop, workshop.db.write() as tx:
        artisan = await chosen_artisan(tx, by)
        await pages_service.arrange(tx, artisan, [slug.removeprefix(workshop.uris.page_url("")) for slug in slugs])
        return await page_rows.list_all(tx, artisan.id), workshop.uris


async def _find(tx: Tx, uris: Uris, slug: str) -> Page:
    """Return the page at this address, or with this last part of it.

    Raises:
        NotFound: there is none.
    """
    found = await page_rows.find_by_slug(tx, slug.removeprefix(uris.page_url("")))
    if found is None:
        raise NotFound(f"there is no page {slug} here; `fedi-artisan pages` lists them")
    return found


def _changed(draft: PageDraft, changes: dict[str, Any]) -> PageDraft:
    """Return what a page says with the *changes* asked for.

    Raises:
        BadInput: something cannot be so.
        NotFound: nothing is said in the language that is to be taken away.
    """
    others = dict(draft.others)
    unwanted = changes.get("remove_language")
    if unwanted is not None and others.pop(unwanted, None) is None:
        raise NotFound(f"nothing is said on this page in {unwanted} as a further language")
    said = {name: changes[name] for name in ("title", "text") if name in changes}
    code = changes.get("language", draft.language)
    if code != draft.language and said:
        wording = others.get(code)
        if wording is None and len(said) < len(("title", "text")):
            raise BadInput(f"nothing is said on this page in {code} yet; give --title and --text")
        others[code] = PageWording(**said) if wording is None else dataclasses.replace(wording, **said)
        said = {}
    return dataclasses.replace(draft, **said, others=others, place=Place(changes.get("place", draft.place)))


COMMANDS = (list_pages, page)
