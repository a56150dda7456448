"""What stands in front, as it is seen from outside."""

import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from fedi_artisan.config import parse
from fedi_artisan.domain import probes
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.house import Verdict
from fedi_artisan.resources import folder
from fedi_artisan.services.house.world import Door, World
from fedi_artisan.storage import artisans
from fedi_artisan.storage.db import Database
from tests.front import DAY, Habits, front, showing
from tests.house import House, furnish
from tests.unit.federation.outside.looking import BROKEN, LOOK, NAME, OK, ORIGIN, UNKNOWN, leading, looked_at, said


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
