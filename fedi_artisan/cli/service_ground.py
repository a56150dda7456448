"""What must hold on a machine before this program can be a service of it; each refusal says what to do instead."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import fedi_artisan
from fedi_artisan.cli import service_systemd as systemd
from fedi_artisan.cli.service_files import DATA, NAME, below
from fedi_artisan.config import Config
from fedi_artisan.errors import BadConfig

# What the unit hides from the service, whoever may read it otherwise.
_HIDDEN = tuple(map(Path, ("/root", "/home", "/run/user", "/tmp", "/var/tmp")))  # noqa: S108 - names, nothing is made there
_HIGHEST_SYSTEM_UID = 999
_NOBODY = 65534
_NO_SHELLS = {"nologin", "false"}
_TRY_S = 60

_ELSEWHERE = """\
Install it where the service can read it, and begin again from there:
  PIPX_HOME=/opt/pipx PIPX_BIN_DIR=/usr/local/bin pipx install fedi-artisan
or, without pipx:
  python3 -m venv /opt/fedi-artisan
  /opt/fedi-artisan/bin/pip install fedi-artisan
  ln -sf /opt/fedi-artisan/bin/fedi-artisan /usr/local/bin/"""


def program() -> Path:
    """Return the command as it is installed.

    Raises:
        BadConfig: it is not installed at all.
    """
    typed = shutil.which(sys.argv[0])
    for found in (Path(sys.prefix, "bin", NAME), Path(typed).resolve() if typed else None):
        if found is not None and found.name == NAME and found.exists():
            return found
    raise BadConfig(f"fedi-artisan is not installed here, it only runs.\n{_ELSEWHERE}")


def as_seen_from(root: Path, path: Path) -> Path:
    """Return how *path* is called on the machine whose files lie below *root*."""
    return Path("/") / path.relative_to(root) if path.is_relative_to(root) else path


def check_root() -> None:
    """Raise BadConfig unless this is root."""
    if os.geteuid() != 0:
        raise BadConfig("only root can do this: put sudo in front of the command. --dry-run shows what would be done.")


def check_systemd(command: Path) -> None:
    """Raise BadConfig unless systemd runs this machine."""
    if not systemd.is_running():
        raise BadConfig(
            "this machine is not run by systemd, so there is nothing to install the service into. Whatever starts "
            f"services here can run: {command} --config FILE serve\n"
            "In a container, docs/container.md shows how. --prefix FOLDER only writes the files, for an image."
        )


def check_readable(command: Path) -> None:
    """Raise BadConfig unless any user can run *command*, from a place that the unit leaves in sight."""
    check_places(_needed(command))
    if os.geteuid() == 0:
        check_by_trying(command)


def check_places(places: Iterable[Path]) -> None:
    """Raise BadConfig unless each of the *places* is in sight of the service, and open to all."""
    for place in places:
        hidden = _hidden(place)
        if hidden is not None:
            raise BadConfig(f"{place} lies below {hidden}, where no service looks.\n{_ELSEWHERE}")
        changeable = _changeable(place)
        if changeable is not None:
            raise BadConfig(
                f"everybody can change {changeable}, and with it the program, which root starts as well.\n"
                f"Close it with: chmod go-w {changeable}\nOr else: {_ELSEWHERE}"
            )
        closed = _closed(place)
        if closed is not None:
            raise BadConfig(
                f"{closed} is closed to other users, and with it the program to the service.\n"
                f"Open it with: chmod -R a+rX {closed}\nOr else: {_ELSEWHERE}"
            )


def _hidden(place: Path) -> Path | None:
    """Return the folder that the unit hides, and *place* with it."""
    return next((folder for folder in _HIDDEN if place.is_relative_to(folder)), None)


def _needed(command: Path) -> Iterator[Path]:
    """Yield where everything lies that is read when *command* runs, by every name under which it is looked for."""
    for path in (command, Path(sys.executable), Path(sys.base_prefix), Path(fedi_artisan.__file__)):
        yield path
        yield path.resolve()


def _closed(path: Path) -> Path | None:
    """Return the first folder on the way to *path*, or itself, that is closed to those who neither own nor share it."""
    for step in (*reversed(path.parents), path):
        mode = step.stat().st_mode
        wanted = stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH
        if not mode & wanted:
            return step
    return None


def _changeable(path: Path) -> Path | None:
    """Return the first folder on the way to *path*, or itself, in which any user can put something in its place."""
    for step in (*reversed(path.parents), path):
        if step.is_symlink():
            continue  # where it leads is looked at by itself
        mode = step.stat().st_mode
        # In /tmp and the like everybody makes files, and nobody replaces those of others.
        if mode & stat.S_IWOTH and not (stat.S_ISDIR(mode) and mode & stat.S_ISVTX):
            return step
    return None


def check_by_trying(command: Path) -> None:
    """Raise BadConfig unless *command* runs for a user who is nobody."""
    tried = subprocess.run(  # noqa: S603 - this very program
        [command, "--version"],
        user=_NOBODY,
        group=_NOBODY,
        extra_groups=[],
        cwd="/",
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=_TRY_S,
    )
    if tried.returncode != 0:
        why = (tried.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise BadConfig(f"{command} does not run for a user without rights ({why}).\n{_ELSEWHERE}")


def check_name(root: Path) -> None:
    """Raise BadConfig where somebody else is called as the service will be, on the machine below *root*."""
    found = next((row for row in _users(root) if row[0] == NAME), None)
    if found is None:
        return
    _, _, uid, _, _, home, shell = found
    if int(uid) > _HIGHEST_SYSTEM_UID or int(uid) == 0 or Path(shell).name not in _NO_SHELLS or Path(home) != DATA:
        raise BadConfig(
            f"there is somebody called {NAME} on this machine (number {uid}, home {home}, shell {shell}), and the "
            "service would work as that user. Rename or remove that user first."
        )


def _users(root: Path) -> list[list[str]]:
    """Return the users of a machine, each in the seven fields of passwd(5)."""
    try:
        lines = below(root, Path("/etc/passwd")).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    rows = (line.split(":") for line in lines)
    return [row for row in rows if len(row) == 7 and row[2].isdecimal()]  # noqa: PLR2004 - seven fields


def check_data(config: Config) -> None:
    """Raise BadConfig where data or backups lie where the service cannot get at them."""
    if not config.data_dir.is_relative_to(DATA.resolve()):
        raise BadConfig(
            f"data_dir is {config.data_dir}, but the service may write below {DATA} alone. Move the folder there and "
            f'say data_dir = "{DATA}"; where another disk is meant, mount it there.'
        )
    folder = config.backup.folder
    hidden = _hidden(folder) if folder is not None else None
    if hidden is not None:
        raise BadConfig(
            f"backup.folder is {folder}, but the service sees nothing below {hidden}. Choose another place."
        )
