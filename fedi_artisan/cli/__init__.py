"""The command `fedi-artisan`."""

import importlib
import sys
from pathlib import Path

import click

from fedi_artisan import __version__
from fedi_artisan.cli.given import Given, keep_to_ourselves, plain
from fedi_artisan.config import locate
from fedi_artisan.errors import ArtisanError, BadConfig

FAILED = 1
NOT_CONFIGURED = 2
# The commands in each module of this package.
_ROOMS = {
    "server": ("init", "serve", "migrate"),
    "service": ("install-service",),
    "keys": ("key",),
    "front": ("front",),
    "doctor": ("doctor",),
    "backup": ("backup", "restore"),
    "demo": ("demo",),
    "artisans": ("artisans", "artisan"),
    "works": ("publish", "revise", "withdraw"),
    "wordings": ("translate", "series"),
    "photos": ("photos", "photo"),
    "terms": ("terms",),
    "profile": ("profile",),
    "pages": ("pages", "page"),
    "appearance": ("appearance", "arrange"),
    "people": ("follow", "unfollow", "followers", "deliveries"),
    "media": ("media",),
}


class Rooms(click.Group):
    """All commands, each loaded when it is typed: the server does not hold what the others need.

    A class because click asks a group for its commands so.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all."""
        del ctx
        return sorted(name for names in _ROOMS.values() for name in names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of this name; None where there is none."""
        del ctx
        for room, names in _ROOMS.items():
            if cmd_name in names:
                commands: tuple[click.Command, ...] = importlib.import_module(f"{__name__}.{room}").COMMANDS
                return next(command for command in commands if command.name == cmd_name)
        return None


@click.group(cls=Rooms, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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


def main() -> None:
    """Run the command; a failure is told in words, with exit code 1, or 2 where nothing could even be begun."""
    keep_to_ourselves()
    try:
        cli(prog_name="fedi-artisan")
    except ArtisanError as error:
        for line in str(error).splitlines():
            click.echo(f"Error: {plain(line)}", err=True)
        sys.exit(NOT_CONFIGURED if isinstance(error, BadConfig) else FAILED)
    except OSError as error:
        # A full disk, a folder that may not be written: the system's own words name it best.
        click.echo(f"Error: {error}", err=True)
        sys.exit(FAILED)
