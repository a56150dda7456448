"""Nobody but the artisan gets into the studio, and nothing is done there that she did not ask for on its own pages."""

import re
from types import SimpleNamespace

import aiohttp
import pytest
from starlette.requests import Request
from starlette.routing import Route

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.sessions import AT_MOST, IDLE, NOTED_EVERY
from fedi_artisan.services import sessions
from fedi_artisan.storage.db import fetch_value
from fedi_artisan.web.routes import every_route
from fedi_artisan.web.studio.door import cookie_name, enter
from fedi_artisan.web.studio.routes import OPEN
from tests.house import House
from tests.studio import session_of, signed_in

# What stands where a path has a gap; nothing of it exists.
GAP = "01jd0000000000000000000000"
CLOSED = sorted(
    {
        (method, route.path)
        for route in every_route()
        if route.path.startswith("/studio") and route not in OPEN
        for method in (route.methods or ())
    }
)


def filled(path: str) -> str:
    """Return *path* with something in each of its gaps."""
    return re.sub(r"\{\w+(:row)?\}", lambda gap: "1" if gap[1] else GAP, path)


def test_every_page_of_the_studio_is_inside_or_open_on_purpose() -> None:
    """A route below /studio is behind the door, unless it stands in the list of those that are open."""
    for route in every_route():
        if route.path.startswith("/studio") and route not in OPEN:
            assert isinstance(route, Route)
            assert getattr(route.endpoint, "__wrapped__", None) is not None, route.path


@pytest.mark.parametrize("who", ["nobody", "stranger", "expired", "too-old"])
async def test_nobody_else_reaches_any_page(house: House, who: str) -> None:
    """Every page and every method, without a session, with a made-up one, and with one that has ended: nothing."""
    cookies = {}
    if who == "stranger":
        cookies = {"studio": "A" * 43}
    elif who != "nobody":
        cookies = {"studio": await session_of(house)}
        past_ms = int((IDLE if who == "expired" else AT_MOST).total_seconds() * 1000) + 1000
        column = "seen_at" if who == "expired" else "opened_at"
        async with house.db.write() as tx:
            await tx.execute(f"UPDATE sessions SET {column} = {column} - {past_ms}")  # noqa: S608 - numbers of ours
    async with aiohttp.ClientSession(cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        for method, path in CLOSED:
            answer = await client.request(method, f"{house.config.origin}{filled(path)}", allow_redirects=False)
            body = await answer.read()
            if method in {"GET", "HEAD"}:
                assert answer.status == 303, (method, path)
                assert answer.headers["Location"].startswith("/studio/sign-in?next=%2Fstudio"), (method, path)
            else:
                assert answer.status == 401, (method, path)
            assert house.artisan.name.encode() not in body, (method, path)


async def test_she_comes_in(house: House) -> None:
    """With her session she sees her studio, which no cache keeps."""
    async with signed_in(house) as maria:
        answer = await maria.get("/studio")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    assert house.artisan.name in answer.text


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({"token": ""}, {}),
        ({"token": "0" * 64}, {}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
        ({}, {"Sec-Fetch-Site": "same-site"}),
        ({}, {"Origin": "https://evil.example"}),
        ({}, {"Referer": "https://evil.example/"}),
        ({"token": "0" * 64}, {"X-Token": "0" * 64}),
    ],
)
async def test_a_form_of_somebody_else_does_nothing(
    house: House, fields: dict[str, str], headers: dict[str, str]
) -> None:
    """A form without the session's token, with another one, or sent from another site is refused."""
    closed = [path for method, path in CLOSED if method == "POST"]
    async with signed_in(house) as maria:
        for path in closed:
            answer = await maria.post(filled(path), fields, headers=headers)
            assert answer.status == 403, path


async def test_what_fails_inside_is_told_inside(house: House) -> None:
    """What is not there is told in the studio, in her language, with a way back; strangers see the public page."""
    paths = ("/studio/nowhere", "/studio/drafts/gone", "/studio/works/gone", "/studio/works/several")
    async with signed_in(house, language="fr") as maria:
        for path in paths:
            answer = await maria.get(path)
            assert answer.status in {404, 405}, path
            assert answer.page.select_one("main a[href='/studio']"), path
            assert answer.headers["Content-Language"] == "fr"
            assert answer.headers["Cache-Control"] == "no-store"
    async with aiohttp.ClientSession() as nobody:
        asked = {"Accept": "text/html"}
        async with nobody.get(f"{house.config.origin}/studio/nowhere", headers=asked) as told:
            assert (told.status, "/studio/works" in await told.text()) == (404, False)


async def test_what_was_typed_comes_back_when_the_house_breaks(house: House) -> None:
    """A form that meets a fault of ours stands in the page that tells it, and goes through by one press."""
    async with signed_in(house) as maria:
        async with house.db.write() as tx:
            await tx.execute("ALTER TABLE ticked RENAME TO lost")
        broken = await maria.post("/studio/beginning", {"item": "phone", "do": "tick"})
        assert broken.status == 500
        form = broken.page.select_one("main form")
        assert form is not None
        assert form["action"] == "/studio/beginning"
        kept = {str(field["name"]): str(field["value"]) for field in form.select("input")}
        assert kept == {"token": maria.token, "item": "phone", "do": "tick"}


async def test_on_a_full_disk_she_still_comes_in(house: House) -> None:
    """That she was seen cannot be written down there; she comes in nevertheless, and reads what is to be done."""
    now = utc_now()
    async with house.db.write() as tx:
        token = await sessions.open_session(tx, house.artisan.id, "", now - 2 * NOTED_EVERY)
        await tx.execute("CREATE TABLE room (taken BLOB)")
        grows = "BEGIN INSERT INTO room VALUES (zeroblob(1000000)); END"
        await tx.execute(f"CREATE TRIGGER grows AFTER UPDATE OF seen_at ON sessions {grows}")
        pages = await fetch_value(tx, "PRAGMA page_count")
        await tx.execute_fetchall(f"PRAGMA max_page_count = {pages}")
    cookie = f"{cookie_name(house.config)}={token}".encode()
    site = SimpleNamespace(config=house.config, db=house.db, clock=utc_now)
    app = SimpleNamespace(state=SimpleNamespace(site=site))
    entered = await enter(Request({"type": "http", "app": app, "headers": [(b"cookie", cookie)]}))
    assert entered is not None
    assert entered.session.seen_at < now - NOTED_EVERY
