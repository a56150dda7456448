"""The command that says how the house stands."""

import asyncio
import json
import os
import sys

import click

from fedi_artisan.app import examine
from fedi_artisan.cli.given import Given, pass_given
from fedi_artisan.domain.house import Check, Verdict, worst
from fedi_artisan.language import LANGUAGES, SOURCE, nearest
from fedi_artisan.services.house import in_words

_SIGNS = {Verdict.OK: "✓", Verdict.LOOK: "!", Verdict.BROKEN: "✗", Verdict.UNKNOWN: "?"}
_COLOURS = {Verdict.OK: "green", Verdict.LOOK: "yellow", Verdict.BROKEN: "red", Verdict.UNKNOWN: None}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs: one object, in English.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Otherwise the language of this terminal.")
@pass_given
def doctor(given: Given, as_json: bool, language: str | None) -> None:
    """Look at everything, and say in plain words what to do; exit code 1 if there is anything to do.

    Works beside the running server, and without one.
    """
    checks = asyncio.run(examine(given.config()))
    verdict = worst(checks)
    if as_json:
        click.echo(json.dumps(_document(checks, verdict), ensure_ascii=False, indent=2))
    else:
        for line in _lines(checks, language or _spoken_here()):
            click.echo(line)
    sys.exit(verdict is not Verdict.OK)


def _spoken_here() -> str:
    """Return the language of ours that the terminal speaks."""
    wanted = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), SOURCE)
    return nearest(wanted.partition(".")[0].replace("_", "-")) or SOURCE


def _document(checks: tuple[Check, ...], verdict: Verdict) -> dict[str, object]:
    """Return what was found for programs; names and verdicts never change, sentences may."""
    return {
        "verdict": verdict,
        "checks": [
            {
                "name": check.name,
                "verdict": check.verdict,
                "facts": [in_words(fact, SOURCE) for fact in check.facts],
                "advice": None if check.advice is None else in_words(check.advice, SOURCE),
            }
            for check in checks
        ],
    }


def _lines(checks: tuple[Check, ...], language: str) -> list[str]:
    """Return what was found for people."""
    lines = []
    for check in checks:
        sign = click.style(_SIGNS[check.verdict], fg=_COLOURS[check.verdict])
        facts = " ".join(in_words(fact, language) for fact in check.facts)
        lines.append(f"{sign} {in_words(check.title, language)}: {facts}")
        if check.advice is not None:
            lines.append(f"  → {in_words(check.advice, language)}")
    return lines


COMMANDS = (doctor,)
