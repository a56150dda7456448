"""What is wrong between this server and the world is found, with a real server behind a real one that errs."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from fedi_artisan.config import parse
from fedi_artisan.domain import probes
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.domain.house import Check, Finding, Verdict
from fedi_artisan.errors import RemoteError
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.clocks import Clocks
from fedi_artisan.federation.outside import Outside, finding, street
from fedi_artisan.federation.outside.asking import Asking, as_far_as_answered
from fedi_artisan.federation.outside.front import front as behind
from fedi_artisan.resources import folder
from fedi_artisan.services.house import go_round, in_words
from fedi_artisan.services.house.world import Door, World
from fedi_artisan.serving.lock import only_server
from fedi_artisan.storage import artisans
from fedi_artisan.storage.db import Database
from tests.front import DAY, TRUSTED, Habits, authority, front, showing, trusting
from tests.house import House, free_socket, furnish, open_house
from tests.neighbour import Neighbour

ORIGIN = "https://atelier.example"
NAME = "atelier.example"
OK, LOOK, BROKEN, UNKNOWN = Verdict.OK, Verdict.LOOK, Verdict.BROKEN, Verdict.UNKNOWN

Doors = Mapping[tuple[str, int], tuple[Door, ...]]


def leading(doors: Doors, **more: Any) -> World:
    """Return a world in which names lead to these doors, and all others nowhere."""

    async def look_up(host: str, port: int) -> tuple[Door, ...]:
        if (host, port) not in doors:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return doors[host, port]

    return World(look_up=look_up, tls=trusting(), **more)


def said(check: Check | Finding) -> str:
    """Return all that was found, in one line of English."""
    sentences = (*check.facts, *filter(None, [check.advice]))
    return " ".join([*(in_words(one, "en") for one in sentences), check.command])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def atelier(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A server that is known to the world under another address than its own; nothing in it is changed."""
    async with open_house(tmp_path_factory.mktemp("atelier"), origin=ORIGIN) as opened:
        yield opened


async def looked_at(house: House, world: World, name: str = "", clock: Clock = utc_now) -> dict[str, Check]:
    """Return what is found from outside, by name; only one where it is named."""
    async with Client(house.config, signer=None, clock=clock) as client:
        outside = Outside(config=house.config, db=house.db, client=client, clock=clock, world=world)
        looks = (*street(house.config, clock, world), *outside.looks())
        found = await go_round([look for look in looks if name in {"", look.name}])
    return {check.name: check for check in found}


# --- What stands in front


@contextlib.asynccontextmanager
async def seen_through(house: House, habits: Habits, tls: ssl.SSLContext) -> AsyncIterator[World]:
    """Give the world as it is with a web server in front that shows a certificate, and leads from http to https."""
    behind = f"http://{house.config.listen}"
    home = {"/": web.Response(status=301, headers={"Location": f"{ORIGIN}/"})}
    async with front(behind, habits, tls) as port, front(behind, Habits(instead=home)) as plain:
        yield leading(
            {(NAME, 443): (Door("127.0.0.1", port),), (NAME, 80): (Door("127.0.0.1", plain),)},
        )


@pytest.mark.asyncio(loop_scope="module")
async def test_behind_a_web_server_as_it_should_be_all_is_well(atelier: House, tmp_path: Path) -> None:
    """Nothing is broken, nothing wants a look; a name that leads to loopback and a clock nobody told of are unknown."""
    async with seen_through(atelier, Habits(), showing(tmp_path)) as world:
        found = await looked_at(atelier, world)
    told = {name: said(check) for name, check in found.items() if check.verdict is not OK}
    assert set(told) == {"names", "clock"}, told
    assert found["names"].verdict is found["clock"].verdict is UNKNOWN
    assert "passes on who asks" in said(found["front"])


def page(text: str = "<h1>Welcome to nginx!</h1>", status: int = 200) -> web.Response:
    """Return a page of somebody else."""
    return web.Response(text=text, status=status, content_type="text/html")


def leads(path: str, status: int = 301) -> web.Response:
    """Return a redirect."""
    return web.Response(status=status, headers={"Location": path})


def kind(of: str, said_to_be: str) -> Callable[[str, dict[str, str]], None]:
    """Return a habit: to call answers below a path something else."""

    def answered(path: str, headers: dict[str, str]) -> None:
        if path.startswith(of):
            headers["Content-Type"] = said_to_be

    return answered


def compressed(path: str, headers: dict[str, str]) -> None:
    """Say that the first page is compressed."""
    if path == "/":
        headers["Content-Encoding"] = "gzip"


WEBFINGER = "/.well-known/webfinger"
# What stands in front does, which look finds it, and how bad it is: with words of what is told.
ERRING: dict[str, tuple[Habits, str, Verdict, str]] = {
    "another name": (Habits(host="127.0.0.1:8000"), "front", BROKEN, "proxy_set_header Host $host;"),
    "another name, for signatures": (Habits(host="localhost"), "signature", BROKEN, "does not hold any more"),
    "does not say who asks": (
        Habits(says_who=lambda told, who: None),
        *("front", LOOK, "all visitors look like one, 127.0.0.1"),
    ),
    "believes visitors": (Habits(says_who=lambda told, who: told), "front", LOOK, "pretend to be somebody else"),
    "its word is not believed": (
        Habits(from_address="127.0.0.2"),
        *("front", LOOK, 'trusted_proxies = ["127.0.0.1", "::1", "127.0.0.2"]'),
    ),
    "says http": (Habits(proto="http"), "front", LOOK, "X-Forwarded-Proto"),
    "keeps what is wanted": (Habits(passes=lambda name: name != "accept"), "front", BROKEN, "header Accept"),
    "keeps what is wanted, for documents": (
        Habits(passes=lambda name: name != "accept"),
        "documents",
        BROKEN,
        "Accept",
    ),
    "takes a megabyte": (Habits(largest_bytes=1_000_000), "uploads", BROKEN, "client_max_body_size 900m;"),
    "takes ten megabytes": (
        Habits(largest_bytes=10_000_000),
        "uploads",
        LOOK,
        "no photographs of 40",
    ),
    "pages for documents": (Habits(instead={"/ap/": page()}), "documents", BROKEN, "get something else"),
    "documents as pages": (Habits(answered=kind("/ap/", "text/html")), "documents", BROKEN, "as text/html"),
    "keeps without Vary": (Habits(keeps=True), "documents", BROKEN, "without heeding Vary"),
    "compresses all": (Habits(answered=compressed), "documents", LOOK, "cannot read them"),
    "nobody by this handle": (Habits(instead={WEBFINGER: page("404", 404)}), "webfinger", BROKEN, "Nobody is found"),
    "a page for a handle": (Habits(instead={WEBFINGER: page()}), "webfinger", BROKEN, "location /.well-known/"),
    "a handle elsewhere": (Habits(instead={WEBFINGER: leads("/elsewhere")}), "webfinger", BROKEN, "Nobody is found"),
    "a handle that leads on": (
        Habits(instead={WEBFINGER: leads(f"/moved?resource=acct:maria@{NAME}", 302)}, meant={"/moved": WEBFINGER}),
        *("webfinger", LOOK, "not all of them follow"),
    ),
    "a handle as text": (Habits(answered=kind(WEBFINGER, "text/plain")), "webfinger", LOOK, "Content-Type"),
    "no signatures": (Habits(passes=lambda name: name != "signature"), "signature", BROKEN, "is not signed"),
    "no digests": (Habits(passes=lambda name: "digest" not in name), "signature", BROKEN, "was not sent"),
    "rewrites what is sent": (Habits(body=lambda body: body.replace(b"P", b"p")), "signature", BROKEN, "changes what"),
    "no inbox": (Habits(instead={"/ap/inbox": page("403", 403)}), "signature", BROKEN, "the error 403"),
    "nothing comes by POST": (Habits(instead={"/ap/probe/": page("405", 405)}), "signature", BROKEN, "the error 405"),
    "reaches nobody": (Habits(instead={"/": page("502 Bad Gateway", 502)}), "address", BROKEN, "the error 502"),
    "leads to www": (Habits(instead={"/": leads(f"https://www.{NAME}/")}), "address", BROKEN, "sends everybody on to"),
    "wants a password": (Habits(instead={"/": page("401", 401)}), "address", BROKEN, "lets nobody in"),
    "is somebody else": (Habits(instead={"/": page()}), "address", BROKEN, "something else answers"),
    "pass on the rest": (Habits(instead={"/": page("502", 502)}), "signature", UNKNOWN, "was not looked at"),
}


@pytest.mark.parametrize("fault", ERRING)
@pytest.mark.asyncio(loop_scope="module")
async def test_what_errs_in_front_is_found(atelier: House, tmp_path: Path, fault: str) -> None:
    """Each habit by which a web server in front spoils something is found by its look, with what to do about it."""
    habits, name, verdict, words = ERRING[fault]
    async with seen_through(atelier, habits, showing(tmp_path)) as world:
        check = (await looked_at(atelier, world, name))[name]
    assert (check.verdict, words in said(check)) == (verdict, True), said(check)
    assert verdict in {OK, UNKNOWN} or check.advice is not None


def answer(body: bytes, *lines: bytes, status: bytes = b"200 OK") -> bytes:
    """Return an answer, byte by byte, as no library would make it."""
    length = b"Content-Length: %d" % len(body)
    return b"\r\n".join((b"HTTP/1.1 " + status, *lines, length, b"Connection: close", b"", body))


LIES = {
    "endlessly deep": answer(b"[" * 400_000),
    "half a letter": answer(b'{"sha256": 1, "host": "\\ud800"}'),
    "no address": answer(b"", b"Location: http://[::1", status=b"302 Found"),
    "no address of bytes": answer(b"", b"Location: gopher://x:99999/\xff\xfe", status=b"302 Found"),
    "a number without end": answer(b"1" * 5_000),
    "another protocol": b"SSH-2.0-OpenSSH\r\n",
}


@pytest.mark.parametrize("lie", LIES)
async def test_whatever_lies_in_front_something_is_found(atelier: House, lie: str) -> None:
    """What answers may say anything: no look comes to grief by it, and what is told can be written down."""

    async def lying(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(LIES[lie])
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(lying, "127.0.0.1", 0) as liar:
        port = liar.sockets[0].getsockname()[1]
        asking = Asking(parse({"origin": f"http://127.0.0.1:{port}"}), World())
        found = [
            await finding.address(asking),
            await as_far_as_answered(lambda: finding.webfinger(asking, atelier.artisan)),
            await as_far_as_answered(lambda: finding.documents(asking, atelier.artisan)),
            await as_far_as_answered(lambda: behind(asking, "x" * 40, utc_now)),
        ]
    assert all(one.verdict in {BROKEN, UNKNOWN} and said(one).encode() for one in found)


@pytest.mark.asyncio(loop_scope="module")
async def test_another_data_folder_behind_the_address_is_found(atelier: House, tmp_path: Path) -> None:
    """Where an old server still answers, with keys of its own, nothing of ours arrives."""
    config = parse({"origin": ORIGIN, "data_dir": str(tmp_path / "new"), "listen": atelier.config.listen})
    await furnish(config)
    db = await Database.open(config.database, folder("migrations"))
    try:
        new = House(config, atelier.uris, db, atelier.artisan)
        async with seen_through(atelier, Habits(), showing(tmp_path)) as world:
            check = (await looked_at(new, world, "front"))["front"]
    finally:
        await db.close()
    assert (check.verdict, "another data folder" in said(check)) == (BROKEN, True), said(check)


@pytest.mark.parametrize("path", [probes.AMONG_SERVERS, probes.IN_THE_STUDIO])
@pytest.mark.asyncio(loop_scope="module")
async def test_strangers_learn_nothing_of_probes(atelier: House, path: str) -> None:
    """Only a token of this minute, made with the private key, is answered; to all others there is nothing here."""
    async with atelier.db.read() as tx:
        secret = (await artisans.get_key(tx, None)).private_pem
    now = utc_now()
    good = probes.token(secret, now)
    bad = (
        *("x", "1" * 13 + "-" + "0" * 64, good[:-1] + ("0" if good[-1] != "0" else "1"), good + "0", good.upper()),
        *(probes.token("another", now), probes.token(secret, now - 2 * probes.LASTS)),
        *(probes.token(secret, now + DAY), "x" * 5000),
    )
    async with aiohttp.ClientSession(f"http://{atelier.config.listen}") as asking:
        for token in bad:
            async with asking.post(f"{path}{token}", json={}) as answer:
                assert answer.status == 404, token
        async with asking.post(f"{path}{good}", json={}) as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
        async with asking.post(f"{path}{good}", data=b"x", headers={"Content-Length": "1"}) as answer:
            assert (await answer.json())["bytes"] == 1
        async with asking.get(f"{path}{good}") as answer:
            assert answer.status == 405


# --- Certificates


CERTIFICATES: dict[str, tuple[dict[str, Any], Verdict, str]] = {
    "fresh": ({}, OK, "It holds until"),
    "should have been renewed": ({"holds": (-80 * DAY, 10 * DAY)}, LOOK, "should have been renewed"),
    "expired": ({"holds": (-90 * DAY, -DAY)}, BROKEN, "has expired"),
    "of tomorrow": ({"holds": (DAY, 90 * DAY)}, BROKEN, "only from a later day on"),
    "another name": ({"name": "other.example"}, BROKEN, "of another name"),
    "signed by itself": ({"itself": True}, BROKEN, "vouches for itself"),
    "half a chain": ({"above": TRUSTED, "with_chain": False}, BROKEN, "fullchain.pem"),
    "the whole chain": ({"above": TRUSTED}, OK, "It holds until"),
    "nobody known": ({"above": ""}, BROKEN, "do not trust it"),
}


@pytest.mark.parametrize("given", CERTIFICATES)
async def test_certificates_are_looked_at(tmp_path: Path, given: str) -> None:
    """A fresh one is well; one that nobody renews is seen before it ends; one that nobody accepts is a fault."""
    made, verdict, words = CERTIFICATES[given]
    if "above" in made:
        signer = authority(f"Between, {given}", made["above"]) if made["above"] else authority("Nobody knows")
        made = {name: value for name, value in made.items() if name != "above"} | {"by": signer}
    async with front("http://127.0.0.1:1", tls=showing(tmp_path, **made)) as port:
        check = await street_look("certificate", {(NAME, 443): (Door("127.0.0.1", port),)})
    assert (check.verdict, words in said(check)) == (verdict, True), said(check)


async def test_the_certificate_of_photographs_is_looked_at(tmp_path: Path) -> None:
    """Where photographs have a name of their own, it needs a certificate as well; the first to end is told."""
    (tmp_path / "photographs").mkdir()
    photos = f"photos.{NAME}"
    ending = showing(tmp_path / "photographs", photos, holds=(-80 * DAY, 10 * DAY))
    async with (
        front("http://127.0.0.1:1", tls=showing(tmp_path)) as port,
        front("http://127.0.0.1:1", tls=ending) as other,
    ):
        doors = {(NAME, 443): (Door("127.0.0.1", port),), (photos, 443): (Door("127.0.0.1", other),)}
        check = await street_look("certificate", doors, media={"origin": f"https://{photos}"})
        wrong = await street_look(
            "certificate", {**doors, (photos, 443): doors[NAME, 443]}, media={"origin": f"https://{photos}"}
        )
    assert (check.verdict, photos in said(check)) == (LOOK, True), said(check)
    assert (wrong.verdict, "of another name" in said(wrong)) == (BROKEN, True), said(wrong)


async def test_plain_http_at_the_door_of_https_is_found(tmp_path: Path) -> None:
    """Where somebody answers who speaks no TLS, that is told, for the certificate and for the address."""
    async with front("http://127.0.0.1:1") as port:
        for name in ("certificate", "address"):
            check = await street_look(name, {(NAME, 443): (Door("127.0.0.1", port),)})
            assert (check.verdict, "does not speak https" in said(check)) == (BROKEN, True), said(check)


async def street_look(name: str, doors: Doors, **settings: Any) -> Check:
    """Return what one finds who looks from the street, without the database."""
    config = parse({"origin": ORIGIN, **settings})
    looks = street(config, utc_now, leading(doors))
    (found,) = await go_round([look for look in looks if look.name == name])
    return found


# --- Names and doors


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


# --- The server itself


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


# --- The clock


@contextlib.asynccontextmanager
async def outside(house: House, clock: Clock = utc_now) -> AsyncIterator[Outside]:
    """Give who looks at the house."""
    async with Client(house.config, signer=None, clock=clock) as client:
        yield Outside(config=house.config, db=house.db, client=client, clock=clock)


@pytest.mark.parametrize(
    ("off", "verdict", "words"),
    [
        (timedelta(0), Verdict.OK, "agrees"),
        (timedelta(minutes=2), Verdict.LOOK, "2\N{NO-BREAK SPACE}minutes ahead"),
        (timedelta(days=-1), Verdict.BROKEN, "24\N{NO-BREAK SPACE}hours behind"),
    ],
)
async def test_a_clock_that_is_off_is_found(
    house: House, neighbour: Neighbour, off: timedelta, verdict: Verdict, words: str
) -> None:
    """Beside the dates of other servers it is seen whether ours is right; whom nobody told asks those it knows."""
    async with outside(house, clock=lambda: utc_now() + off) as looking:
        assert (await looking.time()).verdict is Verdict.UNKNOWN
        anna = neighbour.person("anna")
        await neighbour.send(anna, house.uris.shared_inbox, neighbour.activity("Follow", anna, house.actor_uri))
        await house.quiet()
        found = await looking.time()
    assert (found.verdict, words in said(found)) == (verdict, True), said(found)


def test_one_wrong_clock_among_others_does_not_count() -> None:
    """Most servers decide; what is no date is no news."""
    now = datetime.now(UTC)
    clocks = Clocks()
    clocks.note("broken.example", "yesterday", now)
    assert clocks.ahead() is None
    for host, off in (("a.example", 0), ("b.example", 9), ("c.example", 0)):
        clocks.note(host, format_datetime(now + timedelta(hours=off), usegmt=True), now)
    ahead = clocks.ahead()
    assert ahead is not None
    assert abs(ahead) < timedelta(seconds=2)


async def test_every_answer_tells_the_time(house: House) -> None:
    """Whatever is asked, and however it is answered, the date of the answer is noted."""
    nothing = Habits(instead={"/": web.Response(status=404, headers={"Date": format_datetime(utc_now(), usegmt=True)})})
    async with front("http://127.0.0.1:1", nothing) as port, outside(house) as looking:
        url = f"http://127.0.0.1:{port}/x"
        with pytest.raises(RemoteError):
            await looking.client.get_json(url, accept="application/json", media_types={"application/json"})
        assert looking.client.clocks.ahead() is not None
