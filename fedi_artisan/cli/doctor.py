"""The command that says how the house stands."""

import asyncio
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from fedi_artisan import __version__
from fedi_artisan.cli.given import Given, pass_given, plain
from fedi_artisan.config import salvage
from fedi_artisan.domain.house import Check, Verdict, worst
from fedi_artisan.errors import BadConfig
from fedi_artisan.language import LANGUAGES, SOURCE, nearest
from fedi_artisan.services.house import GROUPS, in_words, summary

_SIGNS = {Verdict.OK: "✓", Verdict.LOOK: "!", Verdict.BROKEN: "✗", Verdict.UNKNOWN: "?"}
_COLOURS = {Verdict.OK: "green", Verdict.LOOK: "yellow", Verdict.BROKEN: "red", Verdict.UNKNOWN: None}
_TO_DO, _NOT_LOOKED_AT = 1, 2
# Of what programs read: another number when something in it is called otherwise, or is gone.
_SCHEMA = 1
_WIDEST, _NARROWEST, _WIDEST_TITLE = 96, 60, 26


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs: one object, in English.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Otherwise the language of this terminal.")
@pass_given
def doctor(given: Given, as_json: bool, language: str | None) -> None:
    """Look at everything, and say in plain words what to do.

    Works beside the running server, and without one, within some twelve seconds. The exit code is 0 where there is
    nothing to do, 1 where there is something, 2 where nothing could be looked at.
    """
    spoken = language or _spoken_here()
    checks, code = _looked_at(given.file, spoken)
    if as_json:
        click.echo(json.dumps(_document(checks), ensure_ascii=False, indent=2))
    else:
        for line in _lines(checks, spoken, shutil.get_terminal_size().columns):
            click.echo(line)
    sys.exit(code)


def _looked_at(file: Path, language: str) -> tuple[tuple[Check, ...], int]:
    """Return all that was found, and the exit code; on a terminal, meanwhile, what was looked at last."""
    # Loaded for this command alone: rich takes a tenth of a second.
    from fedi_artisan.cli.bars import at_work  # noqa: PLC0415
    from fedi_artisan.cli.examining import examine  # noqa: PLC0415
    from fedi_artisan.services.house.looks import unusable  # noqa: PLC0415

    try:
        salvaged = salvage(file)
    except BadConfig as error:
        return unusable(file, tuple(str(error).splitlines())), _NOT_LOOKED_AT
    with at_work() as says:
        checks = asyncio.run(examine(salvaged, file, told=lambda check: says(in_words(check.title, language))))
    return checks, 0 if worst(checks) is Verdict.OK else _TO_DO


def _spoken_here() -> str:
    """Return the language of ours that the terminal speaks."""
    wanted = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), SOURCE)
    return nearest(wanted.partition(".")[0].replace("_", "-")) or SOURCE


def _document(checks: Sequence[Check]) -> dict[str, object]:
    """Return what was found for programs (docs/doctor.md); names and verdicts never change, sentences may."""
    return {
        "schema": _SCHEMA,
        "version": __version__,
        "verdict": worst(tuple(checks)),
        "checks": [
            {
                "name": check.name,
                "group": check.group,
                "title": in_words(check.title, SOURCE),
                "verdict": check.verdict,
                "facts": [in_words(fact, SOURCE) for fact in check.facts],
                "advice": None if check.advice is None else in_words(check.advice, SOURCE),
                "command": check.command or None,
            }
            for check in checks
        ],
    }


def _lines(checks: Sequence[Check], language: str, columns: int) -> Iterator[str]:
    """Yield what was found for people: what belongs together under one title, in two columns."""
    width = max(min(columns, _WIDEST), _NARROWEST)
    titles = [len(in_words(check.title, language)) for check in checks]
    indent = 4 + min(max(titles), _WIDEST_TITLE) + 2
    for group, title in GROUPS.items():
        within = [check for check in checks if check.group is group]
        if within:
            yield click.style(in_words(title, language), bold=True)
            for check in within:
                yield from _check(check, language, indent, width)
            yield ""
    yield in_words(summary(checks), language)


def _check(check: Check, language: str, indent: int, width: int) -> Iterator[str]:
    """Yield one check; a command stands on a line of its own, whole, so that it can be copied."""
    sign = click.style(_SIGNS[check.verdict], fg=_COLOURS[check.verdict])
    title = in_words(check.title, language).ljust(indent - 4)
    facts = _wrapped(" ".join(in_words(fact, language) for fact in check.facts), width - indent)
    for number, line in enumerate(facts or [""]):
        yield f"  {sign} {title}{line}" if number == 0 else " " * indent + line
    if check.advice is not None:
        for number, line in enumerate(_wrapped(in_words(check.advice, language), width - indent - 2)):
            yield " " * indent + ("→ " if number == 0 else "  ") + line
    if check.command:
        yield " " * (indent + 4) + click.style(plain(check.command), bold=True)


def _wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines; addresses and no-break spaces are not broken."""
    return textwrap.wrap(plain(text), width, break_long_words=False, break_on_hyphens=False)


COMMANDS = (doctor,)
