"""What is asked of systemd, by its own commands."""

import os
import subprocess
import time
from pathlib import Path

from fedi_artisan.cli.service_files import NAME, RIGHTS, USERS
from fedi_artisan.errors import BadConfig

# Where sd_booted(3) looks.
_BOOTED = Path("/run/systemd/system")
_LAST_LINES = "15"


def is_running() -> bool:
    """Whether systemd runs this machine."""
    return _BOOTED.is_dir()


def version() -> int:
    """Return the version of the systemd that is installed, as the number it begins with."""
    said = subprocess.run(["systemctl", "--version"], capture_output=True, text=True, check=True)  # noqa: S607 - of the system
    return int(said.stdout.split()[1].partition(".")[0])


def make_user() -> None:
    """Make the user as whom the service runs, and let it read the settings.

    Raises:
        BadConfig: that failed.
    """
    _run("systemd-sysusers", str(USERS))
    _run("systemd-tmpfiles", "--create", str(RIGHTS))


def take_notice() -> None:
    """Read the units anew."""
    _run("systemctl", "daemon-reload")


def hand_over(data: Path) -> None:
    """See that the service will own all of its *data*, where root has laid something into the folder meanwhile.

    At each start systemd hands over the folder with everything in it, but only if the folder itself is another's
    (StateDirectory= in systemd.exec(5)).
    """
    if any(one.lstat().st_uid == 0 for one in data.iterdir()):
        os.chown(data, 0, 0)


def start() -> None:
    """Start the service now, anew where it runs already, and with the machine.

    Raises:
        BadConfig: it does not start; the text is what it said last.
    """
    _run("systemctl", "enable", "--quiet", NAME)
    begin = int(time.time())
    try:
        _run("systemctl", "restart", NAME)
    except BadConfig:
        asked = ["journalctl", "--unit", NAME, f"--since=@{begin}", "--lines", _LAST_LINES, "--output", "cat"]
        said = subprocess.run(  # noqa: S603 - a command of the system
            [*asked, "--no-pager"], capture_output=True, text=True, check=False
        )
        raise BadConfig(
            f"the service does not start. It said last:\n{said.stdout.strip()}\n"
            f"It is tried again by itself; `systemctl status {NAME}` tells how it stands."
        ) from None


def stop() -> None:
    """Stop the service, and start it no more."""
    _run("systemctl", "disable", "--now", "--quiet", NAME)


def _run(*words: str) -> None:
    """Run a command of the system; what it has to say goes to the terminal.

    Raises:
        BadConfig: it failed, or is not there.
    """
    try:
        subprocess.run(words, check=True, env={**os.environ, "SYSTEMD_COLORS": "0"})  # noqa: S603 - commands of the system
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        raise BadConfig(f"`{' '.join(words)}` failed: {error}") from error
