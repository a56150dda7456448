"""What she was about to do when her session had ended: nothing that she typed is lost, and nothing is done twice."""

import io
from datetime import timedelta
from pathlib import Path

from fedi_artisan.domain.sessions import AT_MOST, IDLE, PROOF_HOLDS
from fedi_artisan.web.bodies import FORM
from fedi_artisan.web.studio.entrance.routes import INSIDE
from tests.house import House, open_house
from tests.web.studio.arriving import FROM_HERE, PASSWORD, Clock, browser, give_password

SESSIONS, PASSKEYS, OWN_PASSWORD = (f"/studio/settings/{name}" for name in ("sessions", "passkeys", "password"))
DANGEROUS = [
    route.path.replace("{uid}", "x").replace("{number}", "1")
    for route in INSIDE
    if route.path.startswith("/studio/settings/") and "POST" in (route.methods or ())
]
TYPED = [
    ("title", "Théière « noire »\r\nà anse"),
    ("tags", "one"),
    ("tags", "two & <three>"),
    ("next", "mine"),
    ("empty", ""),
]


async def test_what_was_typed_goes_on_after_signing_in(tmp_path: Path) -> None:
    """A form that is sent when the session has ended goes on by one press after signing in, without scripts."""
    clock = Clock()
    async with open_house(tmp_path / "data", clock=clock) as house, browser(house) as maria:
        await give_password(house)
        await maria.sign_in()
        former = maria.token
        clock.go_on(seconds=IDLE.total_seconds() + 1)
        page = await maria.post("/studio/settings/passkeys/x/name?way=1", [*TYPED, ("token", former)])
        assert page.status == 401
        assert "What you have typed is kept" in page.text
        # It outlives a slip at the password.
        fields = [(str(one["name"]), str(one["value"])) for one in page.form("/studio/sign-in").select("[type=hidden]")]
        page = await maria.post("/studio/sign-in", [*fields, ("password", "wrong horse")])
        assert page.status == 401
        fields = [(str(one["name"]), str(one["value"])) for one in page.form("/studio/sign-in").select("[type=hidden]")]
        page = await maria.post("/studio/sign-in", [*fields, ("password", PASSWORD)])
        assert page.status == 200
        form = page.form("/studio/settings/passkeys/x/name?way=1")
        sent = [(str(one["name"]), str(one["value"])) for one in form.select("input")]
        assert sent == [("token", maria.token), *TYPED]
        # Before she presses, nothing is done; then the endpoint has all of it: a name that no passkey of hers has.
        page = await maria.post("/studio/settings/passkeys/x/name?way=1", [*sent, ("name", "Mine")])
        assert page.status == 404


async def test_a_password_is_never_kept_in_a_page(house: House) -> None:
    """Of a form with a secret in it nothing is sent on: its page is opened anew, and the secret stands nowhere."""
    await give_password(house)
    async with browser(house) as maria:
        page = await maria.post(OWN_PASSWORD, {"password": "a secret of hers", "other": "x"})
        assert page.status == 401
        assert "a secret of hers" not in page.text
        page = await maria.press(page, "/studio/sign-in", password=PASSWORD)
        assert (page.status, page.where) == (303, OWN_PASSWORD)


async def test_scripts_are_told_where_to_sign_in(house: House) -> None:
    """A request of a script gets JSON: what happened, and where one signs in."""
    async with browser(house) as maria:
        page = await maria.post(f"{SESSIONS}/others/end", {}, FROM_HERE | {"X-Token": "0" * 64})
    assert page.status == 401
    assert page.text == '{"error":"sign in first","sign_in":"/studio/sign-in"}'


async def test_files_lead_back_to_their_page(house: House) -> None:
    """What cannot be kept in a page leads back to the one it came from, if that was ours."""
    await give_password(house)
    async with browser(house) as maria:
        for kind in ("multipart/form-data; boundary=x", "application/json", "text/plain", ""):
            for before, after in (
                (f"{house.config.origin}/studio/settings/codes?x", "/studio/settings/codes"),
                ("https://evil.example/studio/settings/codes", "/studio"),
            ):
                headers = FROM_HERE | {"Content-Type": kind, "Referer": before}
                page = await maria.post(PASSKEYS, b"--x\r\n", headers)
                assert page.status == 401
                assert page.filled("/studio/sign-in")["next"] == after
                assert "sends" not in page.filled("/studio/sign-in")


async def test_an_older_page_goes_on_by_one_press(house: House) -> None:
    """A page that was open while she signed in anew carries a former token: its form comes back, and is not lost."""
    await give_password(house)
    async with browser(house) as maria:
        await maria.sign_in()
        former = maria.token
        await maria.post("/studio/sign-in", {"password": PASSWORD})
        assert maria.token != former
        page = await maria.post(f"{SESSIONS}/others/end", {"token": former, "typed": "much"})
        assert page.status == 403
        page = await maria.press(page, f"{SESSIONS}/others/end")
        assert (page.status, page.where) == (303, f"{SESSIONS}?done=others")


async def test_a_form_that_is_too_large_is_told(house: House) -> None:
    """No stranger has pages made of endless forms: what is beyond every form of ours leads to its page without it."""
    await give_password(house)
    async with browser(house) as maria:
        page = await maria.post(PASSKEYS, io.BytesIO(b"text=" + b"x" * 1_100_000), FROM_HERE | {"Content-Type": FORM})
        assert page.status == 401
        assert len(page.text) < 10_000


async def test_a_session_ends_by_itself(tmp_path: Path) -> None:
    """After thirty days away she is asked again, and after half a year however often she came."""
    clock = Clock()
    async with open_house(tmp_path / "data", clock=clock) as house, browser(house) as maria, browser(house) as away:
        await give_password(house)
        await maria.sign_in()
        await away.sign_in()
        came = timedelta()
        while came + timedelta(days=29) < AT_MOST:
            clock.go_on(days=29)
            came += timedelta(days=29)
            assert await maria.is_in()
        assert not await away.is_in()
        clock.go_on(seconds=(AT_MOST - came).total_seconds() + 1)
        assert not await maria.is_in()
        # Whoever signs in next tidies up.
        await maria.sign_in()
        assert await house.value("SELECT count(*) FROM sessions") == 1


async def test_dangerous_acts_want_a_proof(tmp_path: Path) -> None:
    """A quarter of an hour after she has signed in, what could lock her out asks whether it is she; then it goes on."""
    clock = Clock()
    async with open_house(tmp_path / "data", clock=clock) as house, browser(house) as maria, browser(house) as other:
        await give_password(house)
        await other.sign_in()
        await maria.sign_in()
        clock.go_on(seconds=PROOF_HOLDS.total_seconds())
        page = await maria.get(PASSKEYS)
        assert (page.status, page.where) == (303, f"/studio/prove?next={PASSKEYS.replace('/', '%2F')}")
        former = maria.cookies["studio"]
        page = await maria.press(await maria.get(page.where), "/studio/prove", password="wrong horse")
        assert (page.status, page.troubles) == (401, ["This is not the password."])
        page = await maria.post(f"{SESSIONS}/others/end", {"token": maria.token})
        assert page.status == 401
        assert await other.is_in()
        page = await maria.press(page, "/studio/prove", password=PASSWORD)
        # Her session is shown by another token from now on; the former one is nobody's.
        assert maria.cookies["studio"] != former
        other.take(studio=former)
        assert not await other.is_in()
        page = await maria.press(page, f"{SESSIONS}/others/end")
        assert page.where == f"{SESSIONS}?done=others"
        assert (await maria.get(PASSKEYS)).status == 200


async def test_the_page_that_wants_a_proof_outlives_another_one(tmp_path: Path) -> None:
    """Two tabs ask whether it is she: when the first has its answer, what the second was about goes on as well."""
    clock = Clock()
    async with open_house(tmp_path / "data", clock=clock) as house, browser(house) as maria:
        await give_password(house)
        await maria.sign_in()
        clock.go_on(seconds=PROOF_HOLDS.total_seconds())
        tabs = [await maria.post(f"{SESSIONS}/others/end", {"token": maria.token, "tab": tab}) for tab in "ab"]
        await maria.press(tabs[0], "/studio/prove", password=PASSWORD)
        page = await maria.press(tabs[1], "/studio/prove", password=PASSWORD)
        assert page.status == 403
        assert page.filled(f"{SESSIONS}/others/end") == {"token": maria.token, "tab": "b"}


async def test_proofs_are_guessed_slowly(tmp_path: Path) -> None:
    """Whoever holds her phone gets few guesses at the password."""
    clock = Clock()
    async with open_house(tmp_path / "data", clock=clock) as house, browser(house) as thief:
        await give_password(house)
        await thief.sign_in()
        clock.go_on(seconds=PROOF_HOLDS.total_seconds())
        page = await thief.get("/studio/prove")
        statuses = [(await thief.press(page, "/studio/prove", password="wrong horse")).status for _ in range(12)]
        assert statuses[-2:] == [429] * 2


async def test_what_could_lock_her_out_wants_a_proof(tmp_path: Path) -> None:
    """Every act that changes passwords, passkeys or codes, or signs devices out, stands behind a proof."""
    clock = Clock()
    async with open_house(tmp_path / "data", clock=clock) as house, browser(house) as maria:
        await give_password(house)
        await maria.sign_in()
        clock.go_on(seconds=PROOF_HOLDS.total_seconds())
        for path in DANGEROUS:
            assert (await maria.post(path, {"token": maria.token})).status == 401, path


async def test_one_device_is_signed_out(house: House) -> None:
    """She ends the session of a device she has lost, and of nobody else; made-up numbers are no such device."""
    await give_password(house)
    async with browser(house) as maria, browser(house, "curl/8") as lost:
        await lost.sign_in()
        await maria.sign_in()
        page = await maria.get(SESSIONS)
        assert "A browser that does not say what it is" in page.text
        [form] = [one for one in page.tree.find_all("form") if str(one.get("action", "")).endswith("/end")][:1]
        assert (await maria.press(page, str(form["action"]))).where == f"{SESSIONS}?done=one"
        assert not await lost.is_in()
        for number in ("0", "x", "-1", "9" * 30, "%D9%A1"):
            assert (await maria.post(f"{SESSIONS}/{number}/end", {"token": maria.token})).status == 404


async def test_another_password_signs_other_devices_out(house: House) -> None:
    """Changing it keeps her in, with another token, and nobody else; what does not do changes nothing."""
    await give_password(house)
    async with browser(house) as maria, browser(house) as other:
        await other.sign_in()
        await maria.sign_in()
        former = maria.cookies["studio"]
        page = await maria.press(await maria.get(OWN_PASSWORD), OWN_PASSWORD, password="short")
        assert (page.status, len(page.troubles)) == (422, 1)
        assert await other.is_in()
        page = await maria.press(page, OWN_PASSWORD, password="another word of hers")
        assert page.where == f"{OWN_PASSWORD}?changed"
        assert await maria.is_in()
        assert maria.cookies["studio"] != former
        assert not await other.is_in()
        assert (await other.sign_in("another word of hers")).status == 303
