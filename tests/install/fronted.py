"""What docs/behind.md has root type: on the machine on which the service runs already, with each web server in turn."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.docs.pages import blocks
from tests.install.machine import Machine
from tests.install.world import HOST, World, until

PAGE = "docs/behind.md"
# The service of each, by the heading below which it is told.
SERVICES = {"nginx": "nginx", "Apache": "apache2", "Caddy": "caddy"}
_CONFIG = "etc/fedi-artisan/config.toml"
_TRUSTED = "/etc/ssl/certs/ca-certificates.crt"
# What certbot asks a person for; and a certificate that is not due yet is obtained all the same.
_ANSWERS = """email = lea@atelier.example
agree-tos = true
non-interactive = true
force-renewal = true
"""

Typing = Callable[[str], "subprocess.CompletedProcess[str]"]


def stand_in_front(machine: Machine, world: World, typing: Typing) -> None:
    """Put each of the three web servers in front of the service, as the page says, and look at a work from outside.

    Raises:
        SystemExit: a command failed, or the work cannot be seen.
    """
    _give_up_the_street(machine, typing)
    # The authority itself is known in this world alone, by its name of the real one.
    machine.put(_TRUSTED, world.authority.read_bytes(), add=True)
    for heading, service in SERVICES.items():
        for block in blocks(PAGE):
            if block.heading == heading:
                for command in block.lines():
                    _type(typing, command)
                    if command.startswith("apt ") and "certbot" in command:
                        machine.put("/etc/letsencrypt/cli.ini", _ANSWERS)
        served = until(lambda: _seen(world), f"the work, behind {heading}")
        print(f"  | behind {heading}: {served}")
        _type(typing, f"systemctl disable --now {service}")


def _give_up_the_street(machine: Machine, typing: Typing) -> None:
    """Have the service listen on the machine itself alone, as it does where it was installed without --tls."""
    file = Path(machine.root) / _CONFIG
    file.write_text(re.sub(r"(?m)^enabled = true$", "enabled = false", file.read_text()))
    _type(typing, "fedi-artisan install-service")


def _seen(world: World) -> str:
    """Return what a stranger sees of the work, in few words, or nothing while it cannot be seen."""
    page = world.get(f"https://{HOST}/works/moon-jar", "text/html")
    document = world.get(f"https://{HOST}/works/moon-jar", "application/activity+json")
    return "its page and its document" if "Moon jar" in page and '"Note"' in document else ""


def _type(typing: Typing, command: str) -> None:
    """Type one command, and show the end of what it says."""
    done = typing(command)
    print(f"  $ {command}\n" + "".join(f"  | {line}\n" for line in done.stdout.splitlines()[-2:]), end="", flush=True)
    if done.returncode:
        raise SystemExit(f"failed with {done.returncode}: {command}\n{done.stdout}")
