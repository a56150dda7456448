"""From nothing to a followed portfolio: what docs/install.md says, typed on a bare Debian, and looked at from outside.

Run by `make try-install`, as root. It types the very commands of the page, with a wheel of this checkout in place of
the package's name, on a machine with a real systemd in a network of its own; beside it stand an authority for
certificates (pebble) and a second server of ours. `python -m tests.install.fresh trixie` takes another Debian.
"""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from tests.docs.pages import Block, blocks, missing
from tests.install import fronted, other_pages
from tests.install.machine import Machine, booted, install_debian
from tests.install.world import HOST, HOSTS, NEIGHBOUR, World, until, world_around

Done = TypeVar("Done")

CHECKOUT = Path(__file__).parents[2]
PHOTOS = CHECKOUT / "tests" / "data" / "photos"
WHEELS = "/opt/wheels"
HANDLE = f"@lea@{HOST}"
AIM_S = 300
_CA = "/etc/ssl/certs/ca-certificates.crt"
_NEEDED = ("mmdebstrap", "unshare", "nsenter", "ip", "pebble")
_DOCUMENT = "application/activity+json"


class Times:
    """How long each step took. A class because it collects them."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, float, bool]] = []

    def take(self, what: str, step: Callable[[], Done], *, counts: bool = True) -> Done:
        """Do a step, and note how long it took; only some *count* for what a person waits."""
        begin = time.monotonic()
        print(f"{what} …", flush=True)
        done = step()
        self.rows.append((what, time.monotonic() - begin, counts))
        return done

    def table(self) -> str:
        """Return all of them, and what counts altogether."""
        lines = ["", f"{'step':<72} seconds"]
        lines += [f"{what:<72} {took:7.1f}{'' if counts else '  (not counted)'}" for what, took, counts in self.rows]
        total = sum(took for _, took, counts in self.rows if counts)
        lines += [f"{'from nothing to a work that a follower has':<72} {total:7.1f}  of {AIM_S}"]
        return "\n".join(lines)


def main(release: str) -> int:
    """Try it; return 0 where all went well, and within the time."""
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    if missing or os.geteuid() != 0:
        sys.exit(f"this needs root, and Debian's packages that bring: {', '.join(missing) or 'nothing more'}")
    times = Times()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fedi-artisan-install-")))
        folder.chmod(0o755)
        root, around = folder / "machine", folder / "world"
        around.mkdir()
        times.take("A wheel of this checkout", lambda: build(folder / "wheels"), counts=False)
        times.take(f"A bare Debian {release}", lambda: install_debian(root, release), counts=False)
        machine = times.take("It boots", lambda: stack.enter_context(booted(root)), counts=False)
        world = times.take(
            "The world around it", lambda: stack.enter_context(world_around(machine.init, around)), counts=False
        )
        shutil.copytree(folder / "wheels", root / WHEELS.removeprefix("/"))
        machine.put("/etc/hosts", HOSTS)
        try:
            follow_the_page(machine, world, times)
        except SystemExit:
            sys.stdout.write(machine.run("journalctl --unit fedi-artisan --no-pager --lines 40 --output cat").stdout)
            sys.stdout.writelines(one.read_text() for one in around.glob("*.out"))
            raise
    sys.stdout.write(times.table() + "\n")
    return int(sum(took for _, took, counts in times.rows if counts) > AIM_S)


def build(folder: Path) -> None:
    """Build the wheel that stands in for the release."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(CHECKOUT)]
    subprocess.run(command, check=True, capture_output=True)


def follow_the_page(machine: Machine, world: World, times: Times) -> None:
    """Type all of the page; once the service runs, be followed and publish; then what the page says of later days."""
    first, later = split(blocks())
    for block in first:
        times.take(told(block), lambda block=block: type_in(machine, world, block))  # type: ignore[misc]
    check_service(machine)
    times.take("From outside: found, and read", lambda: be_found(world))
    times.take("From outside: followed, and let in", lambda: be_followed(machine, world))
    times.take("The first work, at the follower's", lambda: publish(machine, world))
    times.take("Photographs of six kinds, within the walls", lambda: publish_within_walls(machine), counts=False)
    times.take("Killed, told to read again, stopped, started", lambda: keep_promises(machine), counts=False)
    for block in later:
        times.take(told(block), lambda block=block: type_in(machine, world, block), counts=False)  # type: ignore[misc]
    check_service(machine)
    times.take("Installed again: everything is as it was", lambda: still_there(machine, world), counts=False)
    follow_the_other_pages(machine, world, times)


def follow_the_other_pages(machine: Machine, world: World, times: Times) -> None:
    """Type what other pages have root type, and move the house from this machine to this machine."""

    def typing(command: str) -> subprocess.CompletedProcess[str]:
        done = typed(machine, Block("", command))
        if "pipx install" in command:
            trust_authority(machine, world)
        return done

    times.take("What other pages have root type", lambda: other_pages.type_the_other_pages(typing), counts=False)
    check_service(machine)
    times.take("The house, moved", lambda: other_pages.move_the_house(typing), counts=False)
    check_service(machine)
    times.take("Moved: everything is as it was", lambda: still_there(machine, world), counts=False)
    times.take("Behind web servers", lambda: fronted.stand_in_front(machine, world, typing), counts=False)


def split(found: list[Block]) -> tuple[list[Block], list[Block]]:
    """Return the blocks of the first day, and those of later days."""
    [border] = [number for number, block in enumerate(found) if block.commands == "fedi-artisan doctor\n"]
    return found[: border + 1], found[border + 1 :]


def told(block: Block) -> str:
    """Return a block in few words."""
    return block.commands.strip().splitlines()[-1][:70]


def type_in(machine: Machine, world: World, block: Block) -> None:
    """Type one block, as it stands on the page but for the package's name, and see that it says what the page shows."""
    done = typed(machine, block)
    said = done.stdout.splitlines()
    # What downloads tell is long; of what failed, all of it.
    show(said[-3:] if block.downloads and done.returncode == 0 else said)
    # The doctor's word for "a copy is missing", on a first day.
    if done.returncode and not block.commands.startswith("fedi-artisan doctor"):
        raise SystemExit(f"failed with {done.returncode}: {block.commands}")
    if lost := missing(block.shows, done.stdout):
        raise SystemExit(f"this stands on the page, and was not said: {lost}")
    if "apt install" in block.commands:
        trust(machine, world)
    if "pip" in block.commands and "install" in block.commands:
        trust_authority(machine, world)


def typed(machine: Machine, block: Block) -> subprocess.CompletedProcess[str]:
    """Type a block, with a wheel of this checkout in place of the package's name."""
    [wheel] = (machine.root / WHEELS.removeprefix("/")).glob("*.whl")
    commands = re.sub(
        r"( install (?:--force )?)fedi-artisan(?:==\S+)?$",
        rf"\g<1>{WHEELS}/{wheel.name}",
        block.commands,
        flags=re.MULTILINE,
    )
    return machine.run(commands, online=block.downloads, environment=package_settings())


def package_settings() -> dict[str, str]:
    """Return how this machine reaches packages of Python, where it says so."""
    kept = {name: value for name, value in os.environ.items() if name in {"PIP_INDEX_URL", "PIP_PROXY", "https_proxy"}}
    return {**kept, "PIP_CERT": _CA}


def trust(machine: Machine, world: World) -> None:
    """Have the machine trust the authority of this world as it does others, and whom the machine that tests trusts."""
    machine.put("/usr/local/share/ca-certificates/world.crt", world.roots.read_text())
    machine.run("update-ca-certificates")
    machine.put(_CA, Path(_CA).read_bytes(), add=True)
    for file in (Path("/etc/pip.conf"),):
        if file.exists():
            machine.put(str(file), file.read_bytes())


def trust_authority(machine: Machine, world: World) -> None:
    """Have the program know the authority itself: to it certificates are known by a list of its own."""
    for file in machine.root.glob("opt/**/certifi/cacert.pem"):
        machine.put(f"/{file.relative_to(machine.root)}", world.authority.read_bytes(), add=True)


def check_service(machine: Machine) -> None:
    """See that the service runs, as a user of its own, walled in."""
    facts = "ActiveState,SubState,User,NotifyAccess,StatusText,NRestarts,WatchdogUSec"
    shown = machine.run(f"systemctl show fedi-artisan --property {facts}").stdout
    score = machine.run("systemd-analyze security --no-pager fedi-artisan | tail -n 1").stdout
    show([*shown.splitlines(), score.strip()])
    if "ActiveState=active" not in shown or "User=fedi-artisan" not in shown or "NRestarts=0" not in shown:
        raise SystemExit("the service does not run as it should")


def be_found(world: World) -> None:
    """Look the handle up and read who it is, as servers elsewhere do."""
    found = world.document(f"https://{HOST}/.well-known/webfinger?resource=acct:lea@{HOST}", "application/jrd+json")
    [actor] = [link["href"] for link in found["links"] if link.get("type") == _DOCUMENT]
    read = world.document(actor, _DOCUMENT)
    if read["preferredUsername"] != "lea" or not read["publicKey"]["publicKeyPem"]:
        raise SystemExit(f"{actor} is somebody else: {read}")


def be_followed(machine: Machine, world: World) -> None:
    """Have the neighbour follow, by a signed Follow over the street, and see that it is let in."""
    until(lambda: world.get(f"https://{NEIGHBOUR}/", "text/html"), "the neighbour's certificate")
    world.neighbour("follow", HANDLE)
    until(lambda: f"noa@{NEIGHBOUR}" in machine.run("fedi-artisan followers").stdout, "the follow")


def publish(machine: Machine, world: World) -> None:
    """Publish a work with photographs in the terminal, and see it arrive."""
    machine.put("/opt/bowl.jpg", (PHOTOS / "ash-bowl.jpg").read_bytes())
    done = machine.run("fedi-artisan publish --title 'Moon jar' --photo /opt/bowl.jpg --alt 'A bowl'")
    show(done.stdout.splitlines())
    until(lambda: arrived(world), "the work at the neighbour's")
    page = world.get(f"https://{HOST}/works/moon-jar", "text/html")
    if 'alt="A bowl"' not in page:
        raise SystemExit("the work's page does not show its photographs")


def publish_within_walls(machine: Machine) -> None:
    """Publish photographs of every kind from within the walls of the very unit, where a child reads them."""
    names = ("ash-bowl.jpg", "phone.heic", "photo.avif", "photo.webp", "alpha-cutout.png", "animated-3-frames.gif")
    for name in names:
        machine.put(f"/opt/{name}", (PHOTOS / name).read_bytes())
    photos = " ".join(f"--photo /opt/{name} --alt bowl" for name in names)
    unit = (machine.root / "etc/systemd/system/fedi-artisan.service").read_text()
    once = re.sub(r"^(ExecStart=.*) serve$", rf"\1 publish --title Walls {photos}", unit, flags=re.MULTILINE)
    once = re.sub(
        r"^(Restart|Watchdog|ExecReload).*\n", "", once.replace("Type=notify", "Type=oneshot"), flags=re.MULTILINE
    )
    machine.put("/etc/systemd/system/once.service", once)
    done = machine.run("systemctl daemon-reload; systemctl start once || journalctl --no-pager --unit once; exit $?")
    show(machine.run("journalctl --no-pager --unit once --output cat | grep URL").stdout.splitlines())
    machine.run("rm /etc/systemd/system/once.service; systemctl daemon-reload")
    if done.stdout:
        raise SystemExit(f"no photographs can be made within the walls:\n{done.stdout}")


def keep_promises(machine: Machine) -> None:
    """See that the service comes again when it was killed, reads its settings anew, and stops in time."""
    before = machine.run("systemctl show fedi-artisan --property MainPID --value").stdout
    machine.run("systemctl kill --signal KILL fedi-artisan")

    def again() -> bool:
        asked = "systemctl show fedi-artisan --property MainPID --value; systemctl is-active fedi-artisan"
        number, state = machine.run(asked).stdout.split()
        return state == "active" and number not in {before.strip(), "0"}

    until(again, "another start after a kill")
    for command in ("systemctl reload fedi-artisan", "systemctl stop fedi-artisan", "systemctl start fedi-artisan"):
        begin = time.monotonic()
        done = machine.run(command)
        show([f"{command}: {time.monotonic() - begin:.1f} s {done.stdout}"])
        if done.returncode:
            raise SystemExit(f"{command} failed")
    result = machine.run("systemctl show fedi-artisan --property Result --value").stdout.strip()
    if result != "success":
        raise SystemExit(f"the service did not stop well: {result}")


def show(lines: Sequence[str]) -> None:
    """Print what was said."""
    sys.stdout.writelines(f"  | {line}\n" for line in lines)


def arrived(world: World) -> bool:
    """Whether the neighbour has the work, with its photographs."""
    sql = "SELECT count(*) FROM posts WHERE content_html LIKE '%Moon jar%' AND pictures LIKE '%https%'"
    database = sqlite3.connect(f"file:{world.folder}/noa/fedi-artisan.sqlite3?mode=ro", uri=True)
    try:
        return bool(database.execute(sql).fetchone()[0])
    finally:
        database.close()


def still_there(machine: Machine, world: World) -> None:
    """See that taking the service away and installing it anew lost nothing."""
    until(lambda: "Moon jar" in world.get(f"https://{HOST}/works/moon-jar", "text/html"), "the work's page")
    if f"noa@{NEIGHBOUR}" not in machine.run("fedi-artisan followers").stdout:
        raise SystemExit("a follower was lost")


if __name__ == "__main__":
    # Whoever ends it politely wants the machine ended, and its folder gone.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "bookworm"))
