"""What every command starts from."""

from dataclasses import dataclass
from pathlib import Path

import click

from fedi_artisan.config import Config, load
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.works import LONGEST_TEXT
from fedi_artisan.errors import BadInput
from fedi_artisan.storage import artisans
from fedi_artisan.storage.db import Tx


@dataclass(frozen=True, slots=True)
class Given:
    """Which configuration file is meant."""

    file: Path

    def config(self) -> Config:
        """Return the settings in it.

        Raises:
            BadConfig: it cannot be used.
        """
        return load(self.file)


pass_given = click.make_pass_decorator(Given)

by_option = click.option("--by", metavar="USERNAME", help="Which artisan, where there are several on this server.")


async def chosen_artisan(tx: Tx, username: str | None) -> Artisan:
    """Return the artisan of this user name, or the only one there is.

    Raises:
        BadInput: there is no such artisan, or several to choose from.
    """
    everybody = await artisans.list_all(tx)
    found = [artisan for artisan in everybody if username in {None, artisan.username}]
    if len(found) == 1:
        return found[0]
    names = ", ".join(artisan.username for artisan in everybody) or "nobody yet"
    raise BadInput(f"say which artisan with --by USERNAME (here: {names})")


def read_text(source: str) -> str:
    """Return the text in a file, or on standard input for "-".

    Raises:
        BadInput: it cannot be read.
    """
    try:
        with click.open_file(source, encoding="utf-8") as file:
            return str(file.read(LONGEST_TEXT + 1)).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{source}: cannot be read: {error}") from error
