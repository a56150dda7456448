"""The commands that make a backup and restore one.

What only they need is loaded when they are typed: a server has no use for encryption and bars, and they take memory.
"""

import asyncio
import contextlib
import functools
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fedi_artisan.cli.given import Given, open_workshop, pass_given, plain
from fedi_artisan.config import SECRET_VARIABLE, Config, load
from fedi_artisan.errors import BadConfig, BadInput
from fedi_artisan.language import SOURCE, size

if TYPE_CHECKING:
    from fedi_artisan.services.backups.orders import Made, Order
    from fedi_artisan.services.backups.unpacking import Looked

_STAND_BACK = 19


@click.command()
@click.argument("dest", metavar="[DEST]", required=False)
@click.option("--to", "recipients", metavar="KEY", multiple=True, help="Encrypt for this key (age1…, ssh-ed25519 …).")
@click.option("--passphrase", "with_passphrase", is_flag=True, help="Encrypt under a passphrase, which is asked for.")
@click.option("--small", is_flag=True, help="Leave out pictures that can be made anew from your originals.")
@click.option("--with-bucket", is_flag=True, help="Fetch photographs that lie in a bucket, too.")
@click.option("--whole", is_flag=True, help="In a folder: everything, whatever lies there already.")
@click.option("--by-schedule", is_flag=True, hidden=True)
@pass_given
def backup(  # noqa: PLR0917 - one parameter for each option
    given: Given,
    dest: str | None,
    recipients: tuple[str, ...],
    with_passphrase: bool,
    small: bool,
    with_bucket: bool,
    whole: bool,
    by_schedule: bool,
) -> None:
    """Make one consistent file with everything: database, photographs, keys, configuration. The server may run.

    DEST is a new file; or a folder in which backups gather: there, photographs that the last whole backup holds are not
    written again, and old backups go. Without it, the folder is that of the configuration.
    """
    from fedi_artisan.services.backups.orders import Order  # noqa: PLC0415
    from fedi_artisan.services.backups.sealing import Seal  # noqa: PLC0415
    from fedi_artisan.storage.backups import By  # noqa: PLC0415

    config = given.config()
    place = config.backup.folder if dest is None else Path(dest)
    if place is None:
        raise BadInput("say where the backup is to go: a file, or a folder (or backup.folder in the configuration)")
    if by_schedule:
        # A service may be kept from it; the backup is made all the same.
        with contextlib.suppress(OSError):
            os.nice(_STAND_BACK)
    # Whoever gives a key says for whom; only otherwise the configuration does.
    keys = recipients or (() if with_passphrase else config.backup.recipients)
    if keys and with_passphrase:
        raise BadInput("encrypt for keys or under a passphrase, not both")
    seal = Seal(recipients=keys, passphrase=_new_passphrase() if with_passphrase else None)
    order = Order(
        to=place.absolute(),
        gathers=dest is None or dest.endswith(os.sep) or place.is_dir(),
        by=By.SCHEDULE if by_schedule else By.COMMAND,
        seal=seal if keys or with_passphrase else None,
        small=small or config.backup.small,
        with_bucket=with_bucket or config.backup.with_bucket,
        whole=whole,
    )
    made = asyncio.run(_make(config, given.file, order))
    for line in _told(made, order, config):
        click.echo(line)


async def _make(config: Config, file: Path, order: "Order") -> "Made":
    from fedi_artisan.cli.bars import bytes_bar  # noqa: PLC0415
    from fedi_artisan.services.backups.making import Backups  # noqa: PLC0415
    from fedi_artisan.services.backups.orders import Watching  # noqa: PLC0415

    async with open_workshop(config) as workshop:
        with bytes_bar("Making the backup") as (on_total, on_bytes):
            watching = Watching(on_total=on_total, on_bytes=on_bytes)
            return await Backups(config, file, workshop.db, workshop.files.stores, watching=watching).make(order)


def _told(made: "Made", order: "Order", config: Config) -> list[str]:
    """Return what came of it, and what it means."""
    about = made.about
    lines = [f"Made: {made.file} ({size(made.size_bytes, SOURCE)}, {made.photographs} files of photographs)."]
    if about.base is not None:
        lines.append(f"It needs {about.base.name} beside it, which holds {made.in_base} more. Keep both.")
    if about.left_out:
        lines.append(f"Not in it: {about.left_out} files of photographs that lie in your bucket (see --with-bucket).")
    if about.small:
        lines.append("Pictures that can be made anew are not in it; after restoring, `media rebuild` makes them.")
    if made.missing:
        lines.append(f"Missing where photographs lie, and so in it: {len(made.missing)}, such as {made.missing[0]}.")
    if made.damaged:
        lines.append(f"Damaged where photographs lie, and so in it: {len(made.damaged)}, such as {made.damaged[0]}.")
    lines += [f"Not in it, for its name: {name!r}" for name in made.unnamed]
    lines += [f"Gone, as newer ones are there: {name}" for name in made.gone]
    if config.keys.secret is not None:
        lines.append("Your keys in it are locked. Keep their secret as well, somewhere else: without it they are lost.")
    if order.seal is None:
        lines.append(
            "Whoever has it can speak in your name: your keys are in it, and what is secret in your configuration."
        )
    else:
        lines.append("It is encrypted. Keep what opens it somewhere else: without it nobody can ever restore it.")
    return lines


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--into", type=click.Path(path_type=Path), help="A new folder: for configuration and data.")
@click.option("--check", is_flag=True, help="Only look whether it could be restored.")
@click.option("--identity", "identities", type=click.Path(path_type=Path), multiple=True, help="Your key's file.")
@click.option("--base", type=click.Path(path_type=Path), help="The whole backup that it needs, if not beside it.")
def restore(file: Path, into: Path | None, check: bool, identities: tuple[Path, ...], base: Path | None) -> None:
    """Restore a backup into a new folder, after looking at everything in it."""
    from fedi_artisan.cli.bars import bytes_bar  # noqa: PLC0415
    from fedi_artisan.services.backups.restoring import look  # noqa: PLC0415
    from fedi_artisan.services.backups.restoring import restore as restore_into  # noqa: PLC0415
    from fedi_artisan.services.backups.sealing import Keys  # noqa: PLC0415

    if check == (into is not None):
        raise BadInput("say where to restore it with --into FOLDER, or only look at it with --check")
    if not file.is_file():
        raise BadInput(f"{file}: there is no such file")
    keys = Keys(files=identities, ask=functools.cache(_asked_passphrase))
    with bytes_bar("Looking at the backup" if check else "Restoring") as (on_total, on_bytes):
        on_total(file.stat().st_size)
        if into is None:
            looked = look(file, keys, base=base, on_bytes=on_bytes)
        else:
            looked = restore_into(file, into.absolute(), keys, base=base, on_bytes=on_bytes)
    click.echo(
        f"{'It can be restored' if check else 'Restored'}: {looked.about.origin} as it was on "
        f"{looked.about.made_at:%d %B %Y at %H:%M} UTC, {looked.photographs} files of photographs."
    )
    if into is not None:
        for line in _next_steps(looked, into.absolute()):
            click.echo(plain(line))


def _next_steps(looked: "Looked", into: Path) -> list[str]:
    """Return what is to be done now."""
    file, config = into / "config.toml", looked.config
    lines = []
    if config.former is not None:
        lines.append(f'In {file} data_dir says "{config.data_dir}" now instead of "{config.former}".')
    if config.needs_secret:
        lines.append(f"The key of your bucket was not in the configuration: give it again in {SECRET_VARIABLE}.")
    if looked.about.left_out:
        lines.append(f"{looked.about.left_out} files of photographs were in your bucket, and are expected there.")
    if looked.about.missing:
        lines.append(f"{looked.about.missing} files of photographs were missing already when it was made.")
    try:
        load(file)
    except BadConfig as error:
        lines.append(f"Before you start it, this must be changed:\n{error}")
    lines.append(
        "The old server must not run any more: two with the same keys would both speak in your name, each of what the "
        "other does not know."
    )
    if looked.about.small:
        lines.append(f"Make the pictures anew: fedi-artisan --config {file} media rebuild")
    lines.append(f"Then start it: fedi-artisan --config {file} serve")
    return lines


def _new_passphrase() -> str:
    """Return the passphrase that is typed twice, or stands in the first line where nobody types."""
    if sys.stdin.isatty():
        return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt="Once more", err=True))
    return sys.stdin.readline().rstrip("\n")


def _asked_passphrase() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Passphrase", hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\n")


COMMANDS = (backup, restore)
