"""Commands about how an artisan's pages look, and in which order her works stand."""

import asyncio
import dataclasses
from typing import Any

import click

from fedi_artisan.cli.given import Given, by_option, chosen_artisan, find_work, open_workshop, pass_given
from fedi_artisan.config import Config
from fedi_artisan.domain.appearance import Appearance, Home, Layout, Order, Typeface
from fedi_artisan.domain.colours import on_dark, on_light
from fedi_artisan.domain.works import Work
from fedi_artisan.errors import BadInput
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import artisans, works
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.works import Reader

_USUAL = "usual"
_KINDS = {"layout": Layout, "typeface": Typeface, "order": Order, "home": Home}
# SQLite takes this for no limit at all.
_ALL = -1


@click.command()
@click.option("--layout", type=click.Choice([*map(str, Layout)]), help="How works stand on a page.")
@click.option("--accent", metavar="COLOUR", help=f"Your colour, as '#8c4426'; or {_USUAL}.")
@click.option("--typeface", type=click.Choice([*map(str, Typeface)]), help="Which faces speak.")
@click.option("--order", type=click.Choice([*map(str, Order)]), help="The newest works first, or as you arranged them.")
@click.option("--home", type=click.Choice([*map(str, Home)]), help="What your first page shows below your words.")
@by_option
@pass_given
def appearance(given: Given, /, by: str | None, **options: Any) -> None:
    """Show or change how your pages look."""
    looks = asyncio.run(_appearance(given.config(), by, {name: one for name, one in options.items() if one}))
    for line in _lines(looks):
        click.echo(line)


async def _appearance(config: Config, by: str | None, options: dict[str, str]) -> Appearance:
    """Change how pages look as asked, and return how they do."""
    async with open_workshop(config) as workshop, workshop.db.write() if options else workshop.db.read() as tx:
        artisan = await chosen_artisan(tx, by)
        if not options:
            return artisan.appearance
        changes: dict[str, Any] = {name: _KINDS[name](one) for name, one in options.items() if name in _KINDS}
        if "accent" in options:
            changes["accent"] = None if options["accent"] == _USUAL else options["accent"].lower()
        looks = dataclasses.replace(artisan.appearance, **changes)
        await artisans_service.set_appearance(tx, artisan, looks)
        return looks


def _lines(looks: Appearance) -> list[str]:
    """Return in words how pages look."""
    accent = "as usual"
    if looks.accent is not None:
        light, dark = on_light(looks.accent), on_dark(looks.accent)
        changed = [
            f"{when} {colour}" for when, colour in (("by day", light), ("by night", dark)) if colour != looks.accent
        ]
        accent = looks.accent + (f" ({', '.join(changed)}, so that it can be read)" if changed else "")
    return [
        f"Layout: {looks.layout}",
        f"Accent: {accent}",
        f"Typeface: {looks.typeface}",
        f"Order: {looks.order}",
        f"Home: {looks.home}",
    ]


@click.command()
@click.argument("uris", nargs=-1, metavar="[URI]...")
@by_option
@pass_given
def arrange(given: Given, uris: tuple[str, ...], by: str | None) -> None:
    """Put works into an order by hand: those you name first, all others behind them as they stood.

    A work that you publish later comes before all of them, until you arrange it. Without a URI, which is a work's id or
    page, the works are listed as they stand.
    """
    arranged, order = asyncio.run(_arrange(given.config(), by, uris))
    for work in arranged:
        click.echo(f"{work.slug}  {work.draft.title}")
    if not arranged:
        click.echo("No works yet.")
    elif order is not Order.HAND:
        click.echo(
            "Your pages show the newest first; `fedi-artisan appearance --order hand` shows this order.", err=True
        )


async def _arrange(config: Config, by: str | None, uris: tuple[str, ...]) -> tuple[list[Work], Order]:
    """Put works into this order, where any are named; return all of them as arranged, and which order pages show."""
    async with open_workshop(config) as workshop, workshop.db.write() if uris else workshop.db.read() as tx:
        named = [await find_work(tx, workshop.uris, uri) for uri in uris]
        artisan = await artisans.get(tx, named[0].artisan_id) if named else await chosen_artisan(tx, by)
        if by not in {None, artisan.username}:
            raise BadInput(f"{named[0].slug} is not one of the works of {by}")
        if named:
            await works_service.arrange(tx, artisan, [*named, *await _by_hand(tx, artisan.id)])
        return await _by_hand(tx, artisan.id), artisan.appearance.order


async def _by_hand(tx: Tx, artisan_id: int) -> list[Work]:
    return await works.list_shown(tx, artisan_id, limit=_ALL, order=Order.HAND, reader=Reader.ARTISAN)


COMMANDS = (appearance, arrange)
