"""The command `fedi-artisan`."""

import importlib
import sys
from pathlib import Path

import click

from fedi_artisan import __version__
from fedi_artisan.cli.given import Given, keep_to_ourselves, plain
from fedi_artisan.config import locate
from fedi_artisan.errors import ArtisanError, BadConfig, plainly

FAILED = 1
NOT_CONFIGURED = 2
# From 0 to 1: how much a name that nothing has must be like another for that one to be meant.
_LIKENESS = 0.7
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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is meant; of a name that nothing has, the one that was probably meant is told."""
        names = self.list_commands(ctx)
        if args[0] not in names:
            from difflib import get_close_matches  # noqa: PLC0415 - the server need not load it

            for near in get_close_matches(args[0], names, n=1, cutoff=_LIKENESS):
                ctx.fail(f"There is no command '{plain(args[0])}'. Did you mean '{near}'?")
        return super().resolve_command(ctx, args)


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
        # What follows the first line is to be read, or to be typed as it stands.
        click.echo("Error: " + "\n".join(map(plain, str(error).splitlines())), err=True)
        sys.exit(NOT_CONFIGURED if isinstance(error, BadConfig) else FAILED)
    except OSError as error:
        # A full disk, a folder that may not be written.
        click.echo(f"Error: {plain(plainly(error))}", err=True)
        sys.exit(FAILED)
