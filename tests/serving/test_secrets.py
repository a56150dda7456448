"""The whole house at work, telling all it can: no secret and no visitor's address stands in the log."""

import contextlib
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pyotp

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.serving import logs
from fedi_artisan.storage.db import fetch_all
from tests.house import House, open_house, until
from tests.neighbour import Neighbour
from tests.photos import PHOTOS
from tests.studio import signed_in
from tests.telling import telling
from tests.web.studio.arriving import PASSWORD, browser, invite

VISITOR = "203.0.113.77"
OTHER_VISITOR = "2001:db8:77::7"
GUESS = "wrong horse battery"
SEARCHED = "something-nobody-should-know"


@contextlib.asynccontextmanager
async def talkative(folder: Path, told: io.StringIO) -> AsyncIterator[House]:
    """Run a server that tells everything into *told*."""
    everything = {"level": "debug", "requests": True}
    async with open_house(folder, log=everything) as house:
        logs.set_up(house.config, told)
        yield house


async def entrance(house: House) -> set[str]:
    """Come in by a link, by a password, by a code, and fail at each; return what nobody else may know."""
    link = await invite(house)
    async with browser(house) as maria, browser(house) as stranger:
        await stranger.get(f"{link[:-5]}wrong")
        page = await maria.get(link)
        await maria.post(link, page.filled("") | {"password": PASSWORD})
        await maria.press(await maria.get("/studio/settings/codes"), "/studio/settings/codes/begin")
        page = await maria.get("/studio/settings/codes")
        seed = "".join(one.text for one in page.tree.select(".secret span"))
        await maria.press(page, "/studio/settings/codes/confirm", code=pyotp.TOTP(seed).at(utc_now()))
        await stranger.sign_in(GUESS)
        half = await stranger.sign_in()
        await stranger.press(half, "/studio/sign-in", code="000000")
        return {link.rpartition("/")[2], seed, maria.token, *maria.cookies.values(), *stranger.cookies.values()}


async def visits(house: House) -> None:
    """Have visitors come from addresses of their own, as a web server in front tells them, and ask for all sorts."""
    for address in (VISITOR, OTHER_VISITOR):
        headers = {"X-Forwarded-For": address, "Accept": "text/html", "Authorization": f"Bearer {GUESS}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            for path in ("/", "/nothing", f"/works?q={SEARCHED}", "/%0a%0dERROR%20forged", f"/studio?token={SEARCHED}"):
                async with session.get(f"{house.config.origin}{path}") as answer:
                    await answer.read()
            form = {"address": f"@{SEARCHED}@127.0.0.1:1"}
            async with session.post(f"{house.config.origin}/follow", data=form) as answer:
                await answer.read()
            async with session.post(f"{house.config.origin}/ap/inbox", json={"type": "Follow"}) as answer:
                await answer.read()


async def uploads(house: House) -> None:
    """Give a photograph that can be made, and one that cannot."""
    async with signed_in(house) as maria:
        begun = await maria.post("/studio/drafts")
        where = begun.headers["Location"].partition("?")[0]
        for content in ((PHOTOS / "bowl-tiny.jpg").read_bytes(), b"\xff\xd8\xff no picture"):
            given = {"X-Token": maria.token, "X-Name": "bowl.jpg", "Content-Type": "image/jpeg"}
            await maria.send(f"{where}/photos", content, headers=given)

    async def made() -> bool:
        return bool(await house.value("SELECT count(*) FROM photo_jobs") == 0)

    await until(made, "the pictures")


async def crashes(house: House, cookies: set[str]) -> None:
    """Break the database under visitors and the artisan, so that their questions crash; mend it again."""
    async with house.db.write() as tx:
        await tx.execute("ALTER TABLE artisans RENAME TO lost")
    async with aiohttp.ClientSession(headers={"X-Forwarded-For": VISITOR, "Accept": "text/html"}) as session:
        for cookie in cookies:
            headers = {"Cookie": f"studio={cookie}"} if cookie.isascii() else {}
            for path in (
                f"/works/nothing?q={SEARCHED}&{cookie}",
                f"/studio?token={cookie}",
                f"/studio/welcome/{cookie}",
            ):
                async with session.get(f"{house.config.origin}{path}", headers=headers) as answer:
                    assert answer.status in {303, 404, 410, 500}
    async with house.db.write() as tx:
        await tx.execute("ALTER TABLE lost RENAME TO artisans")


async def test_nothing_secret_is_told(tmp_path: Path, neighbour: Neighbour) -> None:
    """Sign-in, wrong passwords, links, codes, uploads, searches, deliveries, crashes: much is told, none of that."""
    with telling() as told:
        async with talkative(tmp_path / "data", told) as house:
            secrets = await entrance(house)
            await visits(house)
            await uploads(house)
            bob = neighbour.person("bob")
            await neighbour.send(bob, house.uris.shared_inbox, neighbour.activity("Follow", bob, house.actor_uri))
            await house.quiet()
            await crashes(house, secrets)
            async with house.db.read() as tx:
                pems = [str(row[0]) for row in await fetch_all(tx, "SELECT private_pem FROM keys")]
        lines = [json.loads(line) for line in told.getvalue().splitlines()]
    assert {"fedi_artisan.requests", "uvicorn.error"} <= {line["logger"] for line in lines}
    assert sum("OperationalError" in line.get("exception", "") for line in lines) > len(secrets)
    assert min(map(len, secrets)) > 30
    text = told.getvalue()
    for secret in secrets | {PASSWORD, GUESS, SEARCHED, VISITOR, OTHER_VISITOR, *(pem[100:140] for pem in pems)}:
        assert secret not in text, [line for line in text.splitlines() if secret in line]
