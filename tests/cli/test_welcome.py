"""Links that let an artisan into her studio, as commands print them."""

import re
import signal

import pytest

from fedi_artisan.config import load
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.credentials import Invitation
from fedi_artisan.resources import folder
from fedi_artisan.services import invitations
from fedi_artisan.storage import artisans, credentials
from fedi_artisan.storage.db import Database
from tests.cli.test_serve import start
from tests.cli.typed import Terminal

LINK = re.compile(r"http://127\.0\.0\.1:8099/studio/welcome/([\w-]{43})")


async def invited(terminal: Terminal, said: str) -> list[tuple[str, Invitation]]:
    """Return for each link in what was *said* whose it is, and what it is for."""
    db = await Database.open(load(terminal.folder / "config.toml").database, folder("migrations"), readers=1)
    try:
        async with db.read() as tx:
            names = {one.id: one.username for one in await artisans.list_all(tx)}
            found = [await invitations.find(tx, token, utc_now()) for token in LINK.findall(said)]
            return [(names[one.artisan_id], one) for one in found if one is not None]
    finally:
        await db.close()


def greeting(terminal: Terminal) -> list[str]:
    """Start the server, stop it again, and return the lines that it printed below the first one."""
    with start(terminal) as serving:
        serving.send_signal(signal.SIGINT)
        assert serving.stdout is not None
        return serving.stdout.read().splitlines()


async def test_the_server_prints_a_link_until_somebody_has_come_in(home: Terminal) -> None:
    """Each start prints one, and those before stay good. Whoever has a password is not invited any more."""
    former = home.type("artisan", "reset-password").out
    [line] = [line for line in greeting(home) if LINK.search(line)]
    assert line.startswith("Set up your studio: ")
    assert [(name, one.purpose) for name, one in await invited(home, former + line)] == [
        ("lea", "reset"),
        ("lea", "setup"),
    ]
    db = await Database.open(load(home.folder / "config.toml").database, folder("migrations"), readers=0)
    async with db.write() as tx:
        await credentials.put_password(tx, 1, "x", utc_now())
    await db.close()
    assert "studio" not in "".join(greeting(home))


def test_the_first_command_tells_of_it(terminal: Terminal) -> None:
    """Whoever makes a portfolio hears that starting the server prints the link."""
    assert terminal.init().out.endswith("It prints the link by which you set up your studio.\n")


@pytest.mark.parametrize("forget", [False, True])
async def test_a_forgotten_password(home: Terminal, forget: bool) -> None:
    """The command prints a link of an hour for the artisan who is meant; with --forget-code it ends codes as well."""
    words = ["artisan", "reset-password", *(["--forget-code"] if forget else [])]
    done = home.type(*words)
    assert done.code == 0
    assert "@lea@127.0.0.1:8099 comes in again by this link, within an hour and once:" in done.out
    [(name, invitation)] = await invited(home, done.out)
    assert (name, invitation.purpose, invitation.forgets_codes) == ("lea", "reset", forget)


async def test_of_several_one_is_meant(home: Terminal) -> None:
    """A new artisan gets her link when she is added; of several, --by says whose password was forgotten."""
    added = home.type("artisan", "add", "--username", "ana", "--name", "Atelier Ana")
    assert [(name, one.purpose) for name, one in await invited(home, added.out)] == [("ana", "setup")]
    assert home.type("artisan", "reset-password").code == 1
    done = home.type("artisan", "reset-password", "--by", "ana")
    assert [name for name, _ in await invited(home, done.out)] == ["ana"]
