"""Names, doors and the server behind them, as they are seen from outside."""

import socket
from pathlib import Path
from typing import Any

import pytest

from fedi_artisan.config import parse
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.house import Check, Verdict
from fedi_artisan.federation.outside import street
from fedi_artisan.services.house import go_round
from fedi_artisan.services.house.world import Door, World
from fedi_artisan.serving.lock import only_server
from tests.front import Habits, front, showing
from tests.house import House, free_socket
from tests.unit.federation.outside.looking import BROKEN, LOOK, NAME, OK, ORIGIN, UNKNOWN, Doors, leading, said
from tests.unit.federation.outside.test_front import leads, page


async def street_look(name: str, doors: Doors, **settings: Any) -> Check:
    """Return what one finds who looks from the street, without the database."""
    config = parse({"origin": ORIGIN, **settings})
    looks = street(config, utc_now, leading(doors))
    (found,) = await go_round([look for look in looks if look.name == name])
    return found


def closed() -> Door:
    """Return a door at which nobody opens."""
    with free_socket() as reserved:
        return Door("127.0.0.1", reserved.getsockname()[1])


async def test_a_name_that_nobody_knows_is_found() -> None:
    """It is told where to add it; doors, certificate and address say no more than that."""
    check = await street_look("names", {})
    assert (check.verdict, "record of type A" in said(check)) == (BROKEN, True), said(check)
    assert (await street_look("doors", {})).verdict is UNKNOWN
    assert (await street_look("certificate", {})).verdict is UNKNOWN
    address = await street_look("address", {})
    assert (address.verdict, "is not known" in said(address)) == (BROKEN, True), said(address)


@pytest.mark.parametrize("error", [socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), TimeoutError()])
async def test_a_machine_that_knows_no_names_is_found(error: Exception) -> None:
    """Where nobody can be asked for names, that is another fault than a name that is not there."""

    async def look_up(host: str, port: int) -> tuple[Door, ...]:
        raise error

    (check,) = await go_round([street(parse({"origin": ORIGIN}), utc_now, World(look_up=look_up))[1]])
    assert (check.verdict, check.command) == (BROKEN, "cat /etc/resolv.conf")


@pytest.mark.parametrize(
    ("address", "ours", "verdict", "words"),
    [
        ("198.51.100.7", True, OK, "That is this machine."),
        ("9.9.9.9", False, OK, "another machine"),
        ("192.168.1.10", False, LOOK, "nobody can get there"),
        ("fd00::10", False, LOOK, "nobody can get there"),
        ("127.0.1.1", False, UNKNOWN, "/etc/hosts"),
    ],
)
async def test_where_a_name_leads_is_told(address: str, ours: bool, verdict: Verdict, words: str) -> None:
    """To this machine, to another, to where nobody gets from elsewhere, or only in this machine's own belief."""
    world = leading({(NAME, 443): (Door(address, 443),)}, is_of_this_machine=lambda one: ours)
    looks = street(parse({"origin": ORIGIN}), utc_now, world)
    (check,) = await go_round([look for look in looks if look.name == "names"])
    assert (check.verdict, words in said(check)) == (verdict, True), said(check)


async def test_an_ipv6_address_that_leads_nowhere_is_found() -> None:
    """A name may lead to two addresses; where only one opens, some people and servers find nobody."""
    async with front("http://127.0.0.1:1") as port:
        doors = {(NAME, 443): (Door("127.0.0.1", port), Door("::1", closed().port))}
        check = await street_look("doors", doors)
    assert (check.verdict, "AAAA" in said(check)) == (BROKEN, True), said(check)


async def test_a_closed_door_is_found() -> None:
    """Where nobody opens at all, it is said how to see who listens there; the address says so, too."""
    check = await street_look("doors", {(NAME, 443): (closed(),)})
    assert (check.verdict, check.command) == (BROKEN, "sudo ss -ltnp 'sport = :443'")
    address = await street_look("address", {(NAME, 443): (closed(),)})
    assert (address.verdict, "Nobody answers" in said(address)) == (BROKEN, True), said(address)


async def test_who_leaves_out_https_or_says_www_arrives(tmp_path: Path) -> None:
    """Port 80 leads to https, and www. to the address; where it does not, that is worth a look."""
    to_us, away = Habits(instead={"/": leads(f"{ORIGIN}/")}), Habits(instead={"/": page()})
    (tmp_path / "www").mkdir()
    www = f"www.{NAME}"
    async with (
        front("http://127.0.0.1:1", tls=showing(tmp_path)) as port,
        front("http://127.0.0.1:1", to_us) as plain,
        front("http://127.0.0.1:1", away) as other,
        front("http://127.0.0.1:1", to_us, showing(tmp_path / "www", www)) as good,
    ):
        known = {(NAME, 443): (Door("127.0.0.1", port),), (NAME, 80): (Door("127.0.0.1", plain),)}
        tried = [
            (known, OK, "is sent there"),
            (known | {(www, 443): (Door("127.0.0.1", good),)}, OK, "is sent there"),
            (known | {(www, 443): (Door("127.0.0.1", port),)}, LOOK, www),
            (known | {(NAME, 80): (Door("127.0.0.1", other),)}, LOOK, "something else"),
            (known | {(NAME, 80): (closed(),)}, LOOK, "port 80 is closed"),
        ]
        for doors, verdict, words in tried:
            check = await street_look("doors", doors)
            assert (check.verdict, words in said(check)) == (verdict, True), said(check)


async def test_a_server_that_does_not_run_is_found(tmp_path: Path) -> None:
    """It is said how to start it; where another program stands in its place, how to see which."""
    none = await street_look("server", {}, data_dir=str(tmp_path), listen=f"127.0.0.1:{closed().port}")
    assert (none.verdict, none.command) == (BROKEN, "fedi-artisan serve")
    async with front("http://127.0.0.1:1", Habits(instead={"/": page()})) as port:
        taken = await street_look("server", {}, data_dir=str(tmp_path), listen=f"127.0.0.1:{port}")
    assert (taken.verdict, "another program" in said(taken)) == (BROKEN, True), said(taken)


async def test_a_server_at_another_place_is_found(tmp_path: Path) -> None:
    """Whoever works on the data folder, but does not answer where the settings say, was started otherwise."""
    config = parse({"origin": ORIGIN, "data_dir": str(tmp_path), "listen": f"127.0.0.1:{closed().port}"})
    with only_server(config):
        check = await street_look("server", {}, data_dir=str(tmp_path), listen=config.listen)
    assert (check.verdict, "--listen" in said(check)) == (LOOK, True), said(check)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_server_that_listens_to_the_world_is_found(atelier: House) -> None:
    """Without encryption, and past what stands in front; in a container that is how it must be."""
    listen = f"0.0.0.0:{atelier.config.listen_address[1]}"
    config = parse({"origin": ORIGIN, "data_dir": str(atelier.config.data_dir), "listen": listen})
    for inside, verdict in ((False, LOOK), (True, OK)):
        world = leading({}, in_container=lambda inside=inside: inside)
        (check,) = await go_round([street(config, utc_now, world)[0]])
        assert check.verdict is verdict, said(check)
    (check,) = await go_round([street(atelier.config, utc_now, leading({}))[0]])
    assert check.verdict is OK, said(check)
