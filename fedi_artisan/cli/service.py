"""The command that makes this program a service of the machine: started with it, watched, and walled in."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import click

from fedi_artisan import disk
from fedi_artisan.cli import service_ground as ground
from fedi_artisan.cli import service_systemd as systemd
from fedi_artisan.cli.given import work_as_owner_of
from fedi_artisan.cli.server import make, written
from fedi_artisan.cli.service_files import (
    CONFIG,
    DATA,
    NAME,
    OVERRIDES,
    RIGHTS,
    UNIT,
    USERS,
    Piece,
    Standing,
    below,
    rights,
    unit,
    users,
)
from fedi_artisan.cli.welcome import lines_for_newcomers
from fedi_artisan.config import Config, load, parse
from fedi_artisan.errors import BadConfig, BadInput

_ROOT = Path("/")
_LISTEN = "127.0.0.1:8000"
_CONFIG_MODE = 0o640
_CONFIG_FOLDER_MODE = 0o750


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What was asked for a portfolio that is not there yet; None where nothing was."""

    origin: str | None
    username: str | None
    name: str | None
    language: str
    tls: bool
    listen: str | None

    def settings(self) -> Mapping[str, object]:
        """Return what stands in the configuration file that is made.

        Raises:
            BadInput: something is missing.
            BadConfig: something cannot be used.
        """
        missing = [f"--{option}" for option in ("origin", "username", "name") if getattr(self, option) is None]
        if missing:
            raise BadInput(
                f"there is no {CONFIG} yet; to make one, add {', '.join(missing)}. For example: --origin "
                "https://atelier.example --username lea --name 'Atelier Léa'"
            )
        settings: dict[str, object] = {"origin": self.origin, "data_dir": str(DATA)}
        settings |= {"tls": {"enabled": True}} if self.tls else {"listen": self.listen or _LISTEN}
        parse(settings)
        return settings

    def check_against(self, config: Config) -> None:
        """Raise BadInput where something else is asked than what is there already."""
        told = {"origin": config.origin, "listen": config.listen}
        for option, there in told.items():
            wanted = getattr(self, option)
            if wanted is not None and wanted != there:
                raise BadInput(f"{CONFIG} is there already and says {option} = {there!r}, not {wanted!r}; it stays so")
        if self.tls and not config.tls.enabled:
            raise BadInput(
                f"{CONFIG} is there already, without a certificate of its own; say so there: [tls] enabled = true"
            )


@click.command("install-service")
@click.option("--origin", help="The public address, as https://atelier.example. Choose it for good.")
@click.option("--username", help="The first half of your handle, @username@atelier.example.")
@click.option("--name", help="Your name or your workshop's, as people read it.")
@click.option("--language", default="en", show_default=True, help="The language you mostly write in.")
@click.option("--tls", is_flag=True, help="With nothing in front: obtain and renew a certificate, on ports 443 and 80.")
@click.option("--listen", metavar="HOST:PORT", help=f"Behind a web server: where to listen, otherwise {_LISTEN}.")
@click.option("--dry-run", is_flag=True, help="Only show what would be written and done.")
@click.option(
    "--prefix",
    type=click.Path(path_type=Path, file_okay=False, resolve_path=True),
    help="Only write the files, below this folder, as for an image.",
)
@click.option("--uninstall", is_flag=True, help="Take the service away again; settings and data stay.")
def install_service(  # noqa: PLR0917 - one parameter for each option
    origin: str | None,
    username: str | None,
    name: str | None,
    language: str,
    tls: bool,
    listen: str | None,
    dry_run: bool,
    prefix: Path | None,
    uninstall: bool,
) -> None:
    """Make this program a service that starts with the machine, and the portfolio too where there is none yet.

    Run it again after installing a newer version: it brings the service up to date and restarts it. What you say with
    `systemctl edit fedi-artisan` stays.
    """
    if tls and listen is not None:
        raise BadInput("--tls is for a server with nothing in front, --listen for one behind another: give one of them")
    if prefix is None and not dry_run:
        ground.check_root()
    if uninstall:
        _uninstall(prefix or _ROOT, dry_run=dry_run)
        return
    asked = _Asked(origin=origin, username=username, name=name, language=language, tls=tls, listen=listen)
    _Installation.found(prefix, asked).carry_out(dry_run=dry_run)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Installation:
    """What is to be done, once nothing speaks against it; *root* is where the machine's files lie."""

    root: Path
    asked: _Asked
    config: Config | None
    pieces: tuple[Piece, ...]

    @classmethod
    def found(cls, prefix: Path | None, asked: _Asked) -> "_Installation":
        """Return what is to be done.

        Raises:
            BadConfig, BadInput: something speaks against it; nothing was changed.
        """
        root = prefix or _ROOT
        command = ground.program()
        if prefix is None:
            ground.check_readable(command)
            ground.check_systemd(command)
        ground.check_name(root)
        config = _existing(root)
        if config is None:
            meant = parse(asked.settings())
        else:
            asked.check_against(config)
            meant = config
        ground.check_data(meant)
        pieces = (
            users(),
            rights(meant),
            unit(meant, ground.as_seen_from(root, command), systemd=systemd.version() if prefix is None else None),
        )
        return cls(root=root, asked=asked, config=config, pieces=pieces)

    def carry_out(self, *, dry_run: bool) -> None:
        """Do it, or tell what would be done.

        Raises:
            BadConfig: a file was edited by hand, or the service does not start.
        """
        self._refuse_edited()
        if dry_run:
            self._tell()
            return
        if self.config is None:
            self._make_portfolio()
        for piece in self.pieces:
            _put(piece, self.root)
        if self.root != _ROOT:
            click.echo("Nothing else was done. To make the user and have the service start with the image:")
            click.echo(f"  systemd-sysusers --root={self.root}; systemctl --root={self.root} enable {NAME}")
            return
        systemd.make_user()
        systemd.take_notice()
        systemd.hand_over(DATA)
        click.echo("Starting …")
        systemd.start()
        _greet()

    def _refuse_edited(self) -> None:
        for piece in self.pieces:
            if piece.standing(self.root) is Standing.EDITED:
                for line in piece.difference(self.root):
                    click.echo(line)
                raise BadConfig(
                    f"{piece.path} was changed by hand, or made by somebody else; it stays as it is, and nothing was "
                    "done. Above is what would become of it. Put what you want otherwise into a file of its own with "
                    f"`systemctl edit {NAME}`, delete {piece.path}, and run this again."
                )

    def _tell(self) -> None:
        """Show what would be written and done."""
        if self.config is None:
            click.echo(f"Would make the portfolio of @{self.asked.username} below {DATA}, and {CONFIG}:\n")
            click.echo(written(self.asked.settings()))
        for piece in self.pieces:
            standing = piece.standing(self.root)
            if standing is Standing.SAME:
                click.echo(f"{piece.path} is as it should be.")
                continue
            click.echo(f"Would {'make' if standing is Standing.MISSING else 'change'} {piece.path}:\n")
            click.echo(piece.content)
        if self.root == _ROOT:
            click.echo(f"Would make the user {NAME} if there is none, and start the service now and with the machine.")

    def _make_portfolio(self) -> None:
        """Make configuration, database, keys and the artisan."""
        file = below(self.root, CONFIG)
        for parent in (file.parent.parent, below(self.root, DATA).parent):
            disk.make_folder(parent, mode=0o755)
        file.parent.mkdir(mode=_CONFIG_FOLDER_MODE, exist_ok=True)
        file.parent.chmod(_CONFIG_FOLDER_MODE)
        asked = self.asked
        made = make(
            file,
            asked.settings(),
            username=str(asked.username),
            name=str(asked.name),
            language=asked.language,
            root=self.root,
        )
        file.chmod(_CONFIG_MODE)
        click.echo(f"Made {CONFIG}")
        click.echo(f"Made {DATA}: the portfolio of @{asked.username}@{made.host}, and its keys")


def _existing(root: Path) -> Config | None:
    """Return the settings that are there already, with files and folders as they are called on that machine; or None.

    Raises:
        BadConfig: they cannot be used.
    """
    file = below(root, CONFIG)
    if not file.exists():
        return None
    config = load(file)
    backup, keys = config.backup, config.keys
    if backup.folder is not None:
        backup = replace(backup, folder=ground.as_seen_from(root, backup.folder))
    if keys.secret_file is not None:
        keys = replace(keys, secret_file=ground.as_seen_from(root, keys.secret_file))
    return replace(config, data_dir=ground.as_seen_from(root, config.data_dir), backup=backup, keys=keys)


def _put(piece: Piece, root: Path) -> None:
    """Write a file where it is not as it should be, and say what became of it."""
    standing = piece.standing(root)
    if standing is Standing.SAME:
        click.echo(f"{piece.path} is as it should be")
        return
    difference = list(piece.difference(root)) if standing is Standing.OLDER else []
    piece.write(root)
    click.echo(f"{'Changed' if difference else 'Made'} {piece.path}")
    for line in difference:
        click.echo(f"  {line}")


def _greet() -> None:
    """Say where the portfolio is, and print the link for who has never been in the studio."""
    config = load(CONFIG)
    # What root writes into the data folder, the service could not read.
    work_as_owner_of(config.data_dir)
    click.echo("Running. It starts by itself with the machine, and again after any mishap.")
    click.echo(f"Your portfolio: {config.origin}/")
    for line in asyncio.run(lines_for_newcomers(config)):
        click.echo(line)
    click.echo("How everything stands: fedi-artisan doctor")
    click.echo(f"What it says while it runs: journalctl --unit {NAME}")


def _uninstall(root: Path, *, dry_run: bool) -> None:
    """Stop the service and take its files away; settings, data and what was said with `systemctl edit` stay."""
    there = [path for path in (UNIT, RIGHTS, USERS) if below(root, path).exists()]
    if not there:
        raise BadInput("there is no service to take away")
    if dry_run:
        click.echo("\n".join(f"Would remove {path}" for path in there))
        return
    if root == _ROOT:
        ground.check_systemd(ground.program())
        systemd.stop()
    for path in there:
        below(root, path).unlink()
        click.echo(f"Removed {path}")
    if root == _ROOT:
        systemd.take_notice()
    click.echo(f"Kept: {DATA} with all your works, {CONFIG}, and the user {NAME}. To remove these as well, for good:")
    left = " ".join(str(path) for path in (DATA, CONFIG.parent, OVERRIDES) if below(root, path).exists())
    click.echo(f"  rm -r {left}; userdel {NAME}")


COMMANDS = (install_service,)
