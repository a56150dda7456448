"""The command `fedi-artisan`."""

import sys
from pathlib import Path

import click

from fedi_artisan import __version__
from fedi_artisan.cli import (
    appearance,
    artisans,
    demo,
    doctor,
    media,
    pages,
    people,
    photos,
    profile,
    server,
    terms,
    wordings,
    works,
)
from fedi_artisan.cli.given import Given
from fedi_artisan.config import locate
from fedi_artisan.errors import ArtisanError, BadConfig

FAILED = 1
NOT_CONFIGURED = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration file; otherwise $FEDI_ARTISAN_CONFIG, otherwise ./config.toml.",
)
@click.version_option(__version__)
@click.pass_context
def cli(context: click.Context, file: Path | None) -> None:
    """Your own portfolio, which everybody on Mastodon, Pixelfed and the like can follow."""
    context.obj = Given(locate(file))


for room in (server, doctor, demo, artisans, works, wordings, photos, terms, profile, pages, appearance, people, media):
    for command in room.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """Run the command; a failure is told in words, with exit code 1, or 2 where nothing could even be begun."""
    try:
        cli(prog_name="fedi-artisan")
    except ArtisanError as error:
        for line in str(error).splitlines():
            # Names of files and words of other servers may hold what moves a terminal about.
            click.echo("Error: " + "".join(letter if letter.isprintable() else "�" for letter in line), err=True)
        sys.exit(NOT_CONFIGURED if isinstance(error, BadConfig) else FAILED)
    except OSError as error:
        # A full disk, a folder that may not be written: the system's own words name it best.
        click.echo(f"Error: {error}", err=True)
        sys.exit(FAILED)
