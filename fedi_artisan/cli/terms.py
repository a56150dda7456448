"""The command about the terms on which photographs are shown."""

import asyncio
import contextlib
import dataclasses
from pathlib import Path
from typing import Any

import click

from fedi_artisan.cli.given import Given, by_option, chosen_artisan, open_workshop, pass_given
from fedi_artisan.cli.photos import finish
from fedi_artisan.config import Config
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.terms import Licence, OwnTerms, Position, Terms, Watermark
from fedi_artisan.errors import BadInput
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.storage import artisans

AS_USUAL = "as-usual"
_SWITCHES = {"yes": True, "no": False, "refused": True, "allowed": False}


def take_options(facts: dict[str, Any]) -> dict[str, Any]:
    """Take the options about terms out of *facts*, and return those that were given."""
    options = {name: facts.pop(name) for name in ("licence", "full_size", "ai", "watermarked")}
    return {name: value for name, value in options.items() if value is not None}


def own_terms(standing: OwnTerms, options: dict[str, Any]) -> OwnTerms:
    """Return the terms of one work, changed by *options*."""
    changes: dict[str, Any] = {}
    if "licence" in options:
        changes["licence"] = None if options["licence"] == AS_USUAL else Licence(options["licence"])
    if "full_size" in options:
        changes["full_size"] = _SWITCHES.get(options["full_size"])
    if "ai" in options:
        changes["ai_refused"] = _SWITCHES.get(options["ai"])
    if "watermarked" in options:
        changes["watermarked"] = options["watermarked"]
    return dataclasses.replace(standing, **changes)


@click.command()
@click.option("--licence", type=click.Choice([*map(str, Licence)]), help="What others may do with your photographs.")
@click.option("--full-size", type=click.Choice(["yes", "no"]), help="Whether visitors may open them whole.")
@click.option("--ai", type=click.Choice(["refused", "allowed"]), help="Whether machines may learn from them.")
@click.option("--watermark-text", metavar="TEXT", help="Write this over the public pictures.")
@click.option("--watermark-image", metavar="PNG", help="Draw this picture over the public pictures.")
@click.option("--no-watermark", is_flag=True, help="Draw nothing over them.")
@click.option("--position", type=click.Choice([*map(str, Position)]), help="Where the watermark stands.")
@click.option("--opacity", type=float, help="How strong it is, from 0.05 to 1.")
@click.option("--scale", type=float, help="How wide it is, as a part of the picture's width, from 0.05 to 1.")
@by_option
@pass_given
def terms(given: Given, /, by: str | None, **options: Any) -> None:
    """Show or change on which terms your photographs are shown; a work may differ (`publish`, `revise`).

    What has to be made anew for it is made at once. The photographs that you gave are never touched.
    """
    changed = asyncio.run(_terms(given.config(), by, options))
    for line in _lines(changed):
        click.echo(line)


async def _terms(config: Config, by: str | None, options: dict[str, Any]) -> Terms:
    """Change the terms as asked, and return them."""
    async with open_workshop(config) as workshop, contextlib.AsyncExitStack() as kept:
        async with workshop.db.read() as tx:
            artisan = await chosen_artisan(tx, by)
        if all(value in {None, False} for value in options.values()):
            return artisan.terms
        mark = options["watermark_image"]
        if mark is not None:
            mark = await kept.enter_async_context(workshop.intake.keep_mark(Path(mark)))
        wanted = _watermark(artisan.terms.watermark, options, mark)
        if wanted is not None and wanted.text:
            await workshop.intake.check_text(wanted)
        async with workshop.db.write() as tx:
            artisan = await artisans.get(tx, artisan.id)
            changed = _changed(artisan.terms, options, mark)
            await artisans_service.set_terms(tx, artisan, changed, utc_now())
        await kept.aclose()
        await finish(workshop)
        return changed


def _changed(standing: Terms, options: dict[str, Any], mark: str | None) -> Terms:
    """Return the terms with the changes asked for; *mark* is the stored picture of a new watermark.

    Raises:
        BadInput: a watermark cannot be so.
    """
    changes: dict[str, Any] = {"watermark": _watermark(standing.watermark, options, mark)}
    if options["licence"] is not None:
        changes["licence"] = Licence(options["licence"])
    if options["full_size"] is not None:
        changes["full_size"] = _SWITCHES[options["full_size"]]
    if options["ai"] is not None:
        changes["ai_refused"] = _SWITCHES[options["ai"]]
    return dataclasses.replace(standing, **changes)


def _watermark(standing: Watermark | None, options: dict[str, Any], mark: str | None) -> Watermark | None:
    """Return the watermark as asked for.

    Raises:
        BadInput: a watermark cannot be so, or there is none to be changed.
    """
    text, off = options["watermark_text"], options["no_watermark"]
    if sum((text is not None, mark is not None, off)) > 1:
        raise BadInput("give one of --watermark-text, --watermark-image and --no-watermark")
    how = {name: options[name] for name in ("opacity", "scale") if options[name] is not None}
    if options["position"] is not None:
        how["position"] = Position(options["position"])
    if off and how:
        raise BadInput("without a watermark there is nothing to place; leave out --no-watermark or the rest")
    if off:
        return None
    if text is not None or mark is not None:
        what: dict[str, Any] = {"text": text or "", "image": mark}
        return Watermark(**what, **how) if standing is None else dataclasses.replace(standing, **what, **how)
    if how and standing is None:
        raise BadInput("there is no watermark yet; give --watermark-text or --watermark-image as well")
    return None if standing is None else dataclasses.replace(standing, **how)


def _full_size(standing: Terms) -> str:
    """Return in words whether visitors may open photographs whole."""
    if not standing.full_size:
        return "not shown"
    return "visitors may open it" if standing.watermark is None else "not shown, because of the watermark"


def _lines(standing: Terms) -> list[str]:
    """Return the terms in words."""
    mark = standing.watermark
    return [
        f"Licence: {standing.licence.words or 'all rights reserved'}",
        f"Full size: {_full_size(standing)}",
        f"Machines that learn: {'asked to keep away' if standing.ai_refused else 'allowed'}",
        "Watermark: none"
        if mark is None
        else f"Watermark: {mark.text or 'a picture'}, {mark.position}, opacity {mark.opacity:g}, scale {mark.scale:g}",
    ]


COMMANDS = (terms,)
