"""Signing in and out by password, and what a browser keeps of it."""

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services.passwords import Cost, Passwords
from fedi_artisan.storage import credentials
from tests.house import House, key_pair
from tests.web.studio.arriving import FROM_HERE, PASSWORD, browser, give_password


async def test_she_comes_in_and_goes_out(house: House) -> None:
    """The password lets her in where she wanted to go; signing out ends it for whoever kept a copy of the cookie."""
    await give_password(house)
    async with browser(house) as maria, browser(house) as copy:
        page = await maria.get("/studio/settings/sessions?a=b")
        assert (page.status, page.where) == (303, "/studio/sign-in?next=%2Fstudio%2Fsettings%2Fsessions%3Fa%3Db")
        page = await maria.press(await maria.get(page.where), "/studio/sign-in", password=PASSWORD)
        assert (page.status, page.where) == (303, "/studio/settings/sessions?a=b")
        page = await maria.get(page.where)
        assert "Firefox, Android" in page.text
        copy.take(**maria.cookies)
        assert await copy.is_in()
        page = await maria.post("/studio/sign-out", {"token": maria.token})
        assert (page.status, page.where) == (303, "/studio/sign-in?out")
        # Photographs that wait in the browser to be sent are not cleared away.
        assert page.headers["Clear-Site-Data"] == '"cache"'
        assert "studio" not in maria.cookies
        assert not await maria.is_in()
        assert not await copy.is_in()
        assert "signed out" in (await maria.get(page.where)).text


async def test_cookies_stay_where_they_belong(house: House) -> None:
    """No script reads a cookie of the studio, no other site's form brings it along, and it is for this host only."""
    await give_password(house)
    async with browser(house) as maria:
        pages = [await maria.get("/studio/sign-in"), await maria.sign_in()]
    given = [one for page in pages for one in page.headers.getall("Set-Cookie", [])]
    assert {one.partition("=")[0] for one in given} == {"studio", "studio-device", "studio-arrival"}
    for one in given:
        assert "HttpOnly" in one, one
        assert "SameSite=lax" in one, one
        assert "Path=/" in one, one
        assert "Domain" not in one, one


async def test_a_wrong_password_lets_nobody_in(house: House) -> None:
    """What is not the password is answered 401 beside the field, and opens nothing."""
    await give_password(house)
    async with browser(house) as stranger:
        for password in ("wrong horse", "", "x" * 5000, "\N{NULL}", "\N{REPLACEMENT CHARACTER}", f"{PASSWORD} "):
            page = await stranger.sign_in(password)
            assert (page.status, page.troubles) == (401, ["This is not the password."]), password
            assert not await stranger.is_in()


async def test_a_password_is_the_same_however_it_is_typed(house: House) -> None:
    """A keyboard that writes é as two signs, or a space that does not break, types the same password (RFC 8265 4.2)."""
    await give_password(house, "théière d’été")
    async with browser(house) as maria:
        page = await maria.sign_in("the\u0301ie\u0300re\u00a0d’e\u0301te\u0301")
    assert page.status == 303


async def test_of_several_artisans_each_comes_into_her_own_studio(house: House) -> None:
    """Where there are several, the user name is asked for, and a wrong one gets the same answer as a wrong password."""
    await give_password(house)
    async with house.db.write() as tx:
        await artisans_service.create(
            tx, username="lea", name="Atelier Léa", language="fr", key=key_pair(), now=utc_now()
        )
    async with browser(house) as maria:
        wrong = [
            await maria.sign_in(PASSWORD, username="nobody"),
            await maria.sign_in(PASSWORD, username="lea"),
            await maria.sign_in("wrong horse", username="maria"),
        ]
        assert {(page.status, *page.troubles) for page in wrong} == {(401, "Name and password do not belong together.")}
        # What was typed is given back.
        assert wrong[0].filled("/studio/sign-in")["username"] == "nobody"
        assert (await maria.sign_in(PASSWORD, username="@Maria@here")).status == 303
        assert "Atelier Maria" in (await maria.get("/studio")).text


async def test_a_cookie_laid_in_wait_is_worth_nothing(house: House) -> None:
    """Whoever signs in gets a session that nobody knew before, and the one her browser showed is ended."""
    await give_password(house)
    async with browser(house) as stranger, browser(house) as maria:
        await stranger.sign_in()
        laid = stranger.cookies["studio"]
        maria.take(studio=laid)
        page = await maria.post("/studio/sign-in", {"password": PASSWORD})
        assert page.status == 303
        assert maria.cookies["studio"] != laid
        assert not await stranger.is_in()


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
async def test_no_other_site_signs_anybody_in(house: House, headers: dict[str, str]) -> None:
    """A form on another site that knows the password of its own account cannot slip that account to a visitor."""
    await give_password(house)
    async with browser(house) as visitor:
        page = await visitor.post("/studio/sign-in", {"password": PASSWORD}, headers)
        assert page.status == 403
        assert "studio" not in visitor.cookies


async def test_whoever_is_in_is_not_asked(house: House) -> None:
    """The sign-in page leads on at once where nobody needs it."""
    await give_password(house)
    async with browser(house) as maria:
        await maria.sign_in()
        page = await maria.get("/studio/sign-in?next=/studio/settings/codes")
        assert (page.status, page.where) == (303, "/studio/settings/codes")


async def test_signing_in_leads_nowhere_else(house: House) -> None:
    """`next` is a path within the studio, or else its first page: no link of a stranger uses the door as a detour."""
    await give_password(house)
    detours = (
        "//evil",
        "https://evil.example/studio/",
        "/studio.evil",
        "/studio/\\evil",
        "/studio/\r\nX: y",
        "/studio/é",
        "/",
    )
    async with browser(house) as maria:
        for wanted in detours:
            page = await maria.post("/studio/sign-in", {"password": PASSWORD, "next": wanted})
            assert (page.status, page.where) == (303, "/studio"), wanted


async def test_hashes_follow_their_cost(house: House) -> None:
    """A password that was kept at another cost is kept at today's when she next comes in, and is still the same."""
    dear = await Passwords(Cost(memory_kib=16, passes=2, lanes=1)).hash(PASSWORD)
    async with house.db.write() as tx:
        await credentials.put_password(tx, house.artisan.id, dear, utc_now())
    async with browser(house) as maria, browser(house) as again:
        assert (await maria.sign_in()).status == 303
        assert "m=8,t=1,p=1" in await house.value("SELECT hash FROM passwords")
        assert (await again.sign_in()).status == 303


async def test_pages_of_the_entrance_are_kept_by_nobody(house: House) -> None:
    """No cache keeps a page of the entrance, no other site frames it, and no search engine lists it."""
    async with browser(house) as visitor:
        page = await visitor.get("/studio/sign-in")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]


async def test_before_anybody_has_come_in_the_page_says_how(house: House) -> None:
    """Without any password or passkey there is no form to fill in, but where the link is printed."""
    async with browser(house) as visitor:
        page = await visitor.get("/studio/sign-in")
        assert "fedi-artisan serve" in page.text
        assert not page.tree.select("input[type=password]")
        assert (await visitor.post("/studio/sign-in", {"password": ""}, FROM_HERE)).status == 401
