"""What pages beside docs/install.md have root type: on the same machine, once the service runs on it."""

import subprocess
from collections.abc import Callable

from tests.docs import elsewhere
from tests.docs.pages import blocks, commands, plain

_MOVING, _BACKUPS = "docs/moving.md", "docs/backups.md"
# What makes a new machine of this one, with the backup fetched.
_GONE_FROM_HERE = (
    "fedi-artisan install-service --uninstall",
    "rm -r /var/lib/fedi-artisan /etc/fedi-artisan; userdel fedi-artisan",
    "mv /var/tmp/house.tar house.tar",
)
# systemctl tells with 3 that a service does not run, and journalctl with 1 that there is no line: both are answers.
_ANSWERS = {"systemctl status": {0, 3}, "journalctl": {0, 1}}

Typing = Callable[[str], "subprocess.CompletedProcess[str]"]


def type_the_other_pages(typing: Typing) -> None:
    """Type what the pages leave to this machine, in their order.

    Raises:
        SystemExit: a command failed.
    """
    for page, named in elsewhere.TYPED[elsewhere.MACHINE].items():
        for command in commands(page):
            if plain(command) in named:
                _type(typing, command)


def move_the_house(typing: Typing) -> None:
    """Move the house as the pages say, from this machine to this machine, with nothing left on it in between.

    Raises:
        SystemExit: a command failed.
    """
    for command in _below(_MOVING, "The house to another machine"):
        _type(typing, command)
        if command.startswith("fedi-artisan backup"):
            for step in _GONE_FROM_HERE:
                _type(typing, step)
            for step in _below(_BACKUPS, "Bringing everything back"):
                _type(typing, step)


def _below(page: str, heading: str) -> list[str]:
    """Return the commands below one heading."""
    found = [command for block in blocks(page) if block.heading == heading for command in block.lines()]
    assert found, heading
    return found


def _type(typing: Typing, command: str) -> str:
    """Type one command, and return what it said."""
    done = typing(command)
    print(f"  $ {command}\n" + "".join(f"  | {line}\n" for line in done.stdout.splitlines()[-3:]), end="")
    allowed = next((codes for begins, codes in _ANSWERS.items() if command.startswith(begins)), {0})
    # The doctor's word for what nobody has done yet on such a day.
    if done.returncode not in allowed and not command.startswith("fedi-artisan doctor"):
        raise SystemExit(f"failed with {done.returncode}: {command}\n{done.stdout}")
    return done.stdout
