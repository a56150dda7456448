"""Codes: one from the app or one from the paper is asked for after the password, and each is good once."""

import re
from pathlib import Path

import pyotp

from fedi_artisan.domain.credentials import Purpose
from fedi_artisan.web.studio.entrance.attempts import PACE_OF_CODES
from tests.house import House, open_house
from tests.web.studio.arriving import PASSWORD, Browser, Clock, Page, browser, give_password, invite

CODES = "/studio/settings/codes"


def code_at(secret: str, clock: Clock, steps: int = 0) -> str:
    """Return the code of now, or of so many steps later."""
    return pyotp.TOTP(secret).at(clock.now.timestamp() + 30 * steps)


async def set_up(maria: Browser, clock: Clock) -> tuple[str, list[str]]:
    """Have codes asked for; return the secret and the codes on paper."""
    await maria.sign_in()
    assert (await maria.press(await maria.get(CODES), f"{CODES}/begin")).status == 303
    page = await maria.get(CODES)
    groups = [one.text for one in page.tree.select(".secret span")]
    assert {len(group) for group in groups} == {4}
    page = await maria.press(page, f"{CODES}/confirm", code=code_at("".join(groups), clock))
    on_paper = [one.text for one in page.tree.select(".paper-codes code")]
    assert (page.status, len(set(on_paper))) == (200, 10)
    return "".join(groups), on_paper


async def half(somebody: Browser) -> Page:
    """Return the page that asks for the code, after the password."""
    page = await somebody.sign_in()
    assert page.status == 200
    assert "studio" not in somebody.cookies
    return page


async def test_a_code_of_the_app_is_taken_once(tmp_path: Path) -> None:
    """The code lets in, one step early or late as well; never twice, never two steps off, nor the first one."""
    clock = Clock()
    async with open_house(tmp_path / "data", clock=clock) as house, browser(house) as maria, browser(house) as phone:
        await give_password(house)
        secret, _ = await set_up(maria, clock)
        page = await half(phone)
        for wrong in (code_at(secret, clock), code_at(secret, clock, 2), "", "\N{ARABIC-INDIC DIGIT ONE}" * 6):
            refused = await phone.press(page, "/studio/sign-in", code=wrong)
            assert (refused.status, refused.troubles) == (401, ["This code is not right, or was used already."]), wrong
        clock.go_on(seconds=PACE_OF_CODES.every_s)
        late = code_at(secret, clock, -1)
        assert (await phone.press(page, "/studio/sign-in", code=f"{late[:3]} {late[3:]}")).status == 303
        assert await phone.is_in()
        async with browser(house) as other:
            replayed = await other.press(await half(other), "/studio/sign-in", code=late)
            assert replayed.status == 401
            assert not await other.is_in()


async def test_a_code_on_paper_is_taken_once(tmp_path: Path) -> None:
    """Each lets in once, however it is typed from the paper; new ones end the old ones."""
    clock = Clock()
    async with open_house(tmp_path / "data", clock=clock) as house, browser(house) as maria, browser(house) as phone:
        await give_password(house)
        _, on_paper = await set_up(maria, clock)
        typed = on_paper[0].upper().replace("-", " ")
        assert (await phone.press(await half(phone), "/studio/sign-in", paper_code=typed)).status == 303
        async with browser(house) as other:
            page = await half(other)
            assert (await other.press(page, "/studio/sign-in", paper_code=typed)).status == 401
            assert "9 codes left" in (await maria.get(CODES)).text
            renewed = await maria.press(await maria.get(CODES), f"{CODES}/renew")
            fresh = [one.text for one in renewed.tree.select(".paper-codes code")]
            assert (await other.press(page, "/studio/sign-in", paper_code=on_paper[1])).status == 401
            assert (await other.press(page, "/studio/sign-in", paper_code=fresh[0])).status == 303


async def test_codes_are_not_asked_for_before_one_was_right(house: House) -> None:
    """Setting up without confirming asks for nothing: nobody is locked out by a square she never read."""
    await give_password(house)
    async with browser(house) as maria:
        await maria.sign_in()
        await maria.press(await maria.get(CODES), f"{CODES}/begin")
        page = await maria.press(await maria.get(CODES), f"{CODES}/confirm", code="000000")
        assert (page.status, len(page.troubles)) == (422, 1)
        async with browser(house) as phone:
            assert (await phone.sign_in()).status == 303


async def test_half_the_way_is_nobody_elses_and_does_not_last(tmp_path: Path) -> None:
    """What says that the password was right counts for five minutes, in one browser, until the password changes."""
    clock = Clock()
    async with open_house(tmp_path / "data", clock=clock) as house, browser(house) as maria, browser(house) as thief:
        await give_password(house)
        secret, on_paper = await set_up(maria, clock)
        async with browser(house) as phone:
            fields = (await half(phone)).filled("/studio/sign-in")
            await thief.get("/studio/sign-in")
            stolen = await thief.post("/studio/sign-in", fields | {"paper_code": on_paper[0]})
            assert (stolen.status, stolen.troubles) == (401, ["That took a little too long. Please sign in once more."])
            changed = await phone.post("/studio/sign-in", fields | {"halfway": fields["halfway"][:-2] + "AA"})
            assert changed.status == 401
            clock.go_on(minutes=5)
            late = await phone.post("/studio/sign-in", fields | {"code": code_at(secret, clock)})
            assert late.status == 401
            fields = (await half(phone)).filled("/studio/sign-in")
            await give_password(house, "another word of hers")
            after = await phone.post("/studio/sign-in", fields | {"paper_code": on_paper[0]})
            assert after.status == 401
            assert not await phone.is_in()


async def test_codes_are_guessed_slowly(house: House) -> None:
    """Whoever has the password gets few tries at the code, and hears when the next one is."""
    await give_password(house)
    clock = Clock()
    async with browser(house) as maria, browser(house) as thief:
        await set_up(maria, clock)
        page = await half(thief)
        tries = [await thief.press(page, "/studio/sign-in", code=f"{number:06}") for number in range(7)]
        assert [one.status for one in tries[:5]] == [401] * PACE_OF_CODES.at_once
        assert tries[-1].status == 429
        assert int(tries[-1].headers["Retry-After"]) > 0


async def test_a_link_does_not_take_the_place_of_the_code(tmp_path: Path) -> None:
    """A link that chooses a new password asks for a code as well, unless it was printed for a lost phone."""
    clock = Clock()
    async with open_house(tmp_path / "data", clock=clock) as house, browser(house) as maria, browser(house) as phone:
        await give_password(house)
        _, on_paper = await set_up(maria, clock)
        link = await invite(house, Purpose.RESET)
        fresh = {"password": "another word of hers"}
        page = await phone.post(link, fresh)
        assert (page.status, page.troubles) == (422, ["This code is not right, or was used already."])
        assert await maria.is_in()
        assert (await phone.post(link, fresh | {"paper_code": on_paper[0]})).status == 303
        assert not await maria.is_in()
        lost = await invite(house, Purpose.RESET, forgets_codes=True)
        async with browser(house) as other:
            assert (await other.post(lost, {"password": PASSWORD})).status == 303
        async with browser(house) as anew:
            assert (await anew.sign_in()).status == 303


async def test_the_square_holds_the_secret_for_the_app(house: House) -> None:
    """The page has the square as a drawing, the same address as a link, and never shows it again after confirming."""
    await give_password(house)
    clock = Clock()
    async with browser(house) as maria:
        await maria.sign_in()
        await maria.press(await maria.get(CODES), f"{CODES}/begin")
        page = await maria.get(CODES)
        address = str(page.tree.select_one("a.onwards")["href"])  # type: ignore[index]  # it is there
        secret = "".join(one.text for one in page.tree.select(".secret span"))
        assert pyotp.parse_uri(address).secret == secret
        assert re.search(r"otpauth://totp/127\.0\.0\.1.*maria", address)
        assert page.tree.select_one("svg.square path")
        await maria.press(page, f"{CODES}/confirm", code=code_at(secret, clock))
        assert secret[:4] not in (await maria.get(CODES)).text
