"""Passkeys: made by whoever is in, shown by whoever wants in, and worth nothing in any other hands."""

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fedi_artisan.domain.passkeys import MOST
from tests.house import House, open_house
from tests.web.studio.arriving import PASSWORD, Browser, Clock, Page, browser, give_password, invite
from tests.web.studio.device import Device

PASSKEYS = "/studio/settings/passkeys"
SIGN_IN = "/studio/sign-in"


@contextlib.asynccontextmanager
async def atelier(tmp_path: Path) -> AsyncIterator[tuple[House, Clock, Browser, Device]]:
    """Give a house with a name, its clock, the browser of an artisan who is in, and her device with a passkey."""
    clock = Clock()
    async with open_house(tmp_path / "data", host="localhost", clock=clock) as house, browser(house) as maria:
        await give_password(house)
        await maria.sign_in()
        device = Device(house.config.origin)
        assert (await make(maria, device)).where == f"{PASSKEYS}?done=made"
        yield house, clock, maria, device


async def make(maria: Browser, device: Device, name: str = "My phone", **fields: str) -> Page:
    """Have a device make a passkey for whoever is in."""
    asked = json.loads((await maria.get(f"{PASSKEYS}/asked")).text)
    return await maria.post(PASSKEYS, {"token": maria.token, "credential": device.make(asked), "name": name} | fields)


async def challenge_for(somebody: Browser) -> str:
    """Return what the sign-in page has devices asked."""
    await somebody.get(SIGN_IN)
    asked = json.loads((await somebody.get(f"{SIGN_IN}/passkey")).text)
    assert (asked["rpId"], asked["userVerification"]) == ("localhost", "required")
    return str(asked["challenge"])


async def show(somebody: Browser, device: Device) -> Page:
    """Have a device show its passkey at the sign-in page."""
    return await somebody.post(SIGN_IN, {"credential": device.show(await challenge_for(somebody)), "next": PASSKEYS})


async def test_a_passkey_lets_in(tmp_path: Path) -> None:
    """Without a name and without a password she is in, where she wanted to go; the list tells when it was used."""
    async with atelier(tmp_path) as (house, _, maria, device), browser(house) as phone:
        assert "never used yet" in (await maria.get(PASSKEYS)).text
        page = await show(phone, device)
        assert (page.status, page.where) == (303, PASSKEYS)
        assert await phone.is_in()
        assert "last used on" in (await phone.get(PASSKEYS)).text


async def test_a_device_that_does_not_count_lets_in_again(tmp_path: Path) -> None:
    """Most passkeys are kept in several devices at once and count nothing."""
    async with atelier(tmp_path) as (house, _, _, device):
        device.counts = False
        for _ in range(2):
            async with browser(house) as phone:
                assert (await show(phone, device)).status == 303


async def test_a_passkey_is_enough_where_codes_are_asked_for(tmp_path: Path) -> None:
    """A device that knows her by finger or face is two proofs already."""
    async with atelier(tmp_path) as (house, _, maria, device), browser(house) as phone:
        await maria.post("/studio/settings/codes/begin", {"token": maria.token})
        async with house.db.write() as tx:
            await tx.execute("UPDATE codes SET confirmed_at = 1")
        assert (await phone.sign_in()).status == 200
        assert (await show(phone, device)).status == 303


async def test_an_answer_counts_once_and_for_one_browser(tmp_path: Path) -> None:
    """What a device answered lets nobody in a second time, nor in another browser, nor after five minutes."""
    async with (
        atelier(tmp_path) as (house, clock, _, device),
        browser(house) as phone,
        browser(house) as thief,
    ):
        answer = device.show(await challenge_for(phone))
        await thief.get(SIGN_IN)
        assert (await thief.post(SIGN_IN, {"credential": answer})).status == 401
        arrival = phone.cookies["studio-arrival"]
        assert (await phone.post(SIGN_IN, {"credential": answer})).status == 303
        thief.take(**{"studio-arrival": arrival})
        # Even where the device does not count, and with the very cookie.
        async with house.db.write() as tx:
            await tx.execute("UPDATE passkeys SET sign_count = 0")
        assert (await thief.post(SIGN_IN, {"credential": answer})).status == 401
        late = device.show(await challenge_for(thief))
        clock.go_on(minutes=5)
        page = await thief.post(SIGN_IN, {"credential": late})
        assert (page.status, "opens nothing here" in page.text) == (401, True)
        assert not await thief.is_in()


@pytest.mark.parametrize(
    "fault", ["challenge", "origin", "host", "unverified", "unknown", "other key", "copied", "user"]
)
async def test_what_is_not_hers_opens_nothing(tmp_path: Path, fault: str) -> None:
    """A made-up challenge, another site, no finger, an unknown or forged key, a copied device: all the same answer."""
    async with atelier(tmp_path) as (house, _, _, device), browser(house) as stranger:
        other = Device(house.config.origin)
        challenge = await challenge_for(stranger)
        match fault:
            case "challenge":
                challenge = challenge[:-4] + "AAAA"
            case "origin":
                device.origin = "https://evil.example"
            case "host":
                device.host = "evil.example"
            case "unverified":
                device.verified = False
            case "unknown":
                device.credential_id = other.credential_id
            case "other key":
                device.key = other.key
            case "copied":
                device.count = 7
                assert (await show(stranger, device)).status == 303
                await stranger.post("/studio/sign-out", {"token": stranger.token})
                challenge, device.count = await challenge_for(stranger), 3
            case "user":
                device.user = "AAAA"
        page = await stranger.post(SIGN_IN, {"credential": device.show(challenge)})
        assert page.status == 401
        assert "This passkey opens nothing here" in page.text
        assert not await stranger.is_in()


async def test_nonsense_is_no_passkey(tmp_path: Path) -> None:
    """Whatever is sent in place of an answer is answered 401, or 422 where a passkey is made, and never 500."""
    said = '{"response":{"clientDataJSON":"e30"}}'
    async with atelier(tmp_path) as (_, _, maria, _):
        for answer in ("x", "{}", "[]", "null", '{"response": 1}', "[" * 10_000, "9" * 5000, said):
            assert (await maria.post(SIGN_IN, {"credential": answer})).status == 401
            page = await maria.post(PASSKEYS, {"token": maria.token, "credential": answer, "name": "x"})
            assert (page.status, len(page.troubles)) == (422, 1), answer


async def test_broken_answers_are_refused(tmp_path: Path) -> None:
    """Answers to a challenge of ours, with any part of them cut short or missing, make no passkey and show none."""
    async with atelier(tmp_path) as (house, _, maria, device), browser(house) as phone:
        asked = json.loads((await maria.get(f"{PASSKEYS}/asked")).text)
        for path, answer, beside in (
            (PASSKEYS, Device(house.config.origin).make(asked), {"token": maria.token, "name": "x"}),
            (SIGN_IN, device.show(await challenge_for(phone)), {}),
        ):
            somebody, good = maria if beside else phone, json.loads(answer)
            for part, value in good["response"].items():
                for broken in (value[: len(value) // 2], "", 5, None, "é"):
                    if part == "userHandle" and not broken:
                        continue  # not every device says whose a passkey is
                    said = json.dumps(good | {"response": good["response"] | {part: broken}})
                    page = await somebody.post(path, beside | {"credential": said})
                    assert page.status in {401, 422}, (part, broken)


async def test_passkeys_are_named_and_removed(tmp_path: Path) -> None:
    """She tells them apart by names, and removes those she has lost; each is hers alone."""
    async with atelier(tmp_path) as (house, _, maria, device), browser(house) as phone:
        uid = await house.value("SELECT uid FROM passkeys")
        assert (await make(maria, device)).troubles == ["This passkey is known here already."]
        assert "Give the passkey a name" in (await make(maria, Device(house.config.origin), " ")).troubles[0]
        assert "Give the passkey a name" in (await make(maria, Device(house.config.origin), "x" * 61)).troubles[0]
        page = await maria.get(PASSKEYS)
        await maria.press(page, f"{PASSKEYS}/{uid}/name", name="Ein „Telefon“ <b>")
        page = await maria.get(PASSKEYS)
        assert [one.text for one in page.tree.select(".rows .name")] == ["Ein „Telefon“ <b>"]
        assert (await maria.press(page, f"{PASSKEYS}/{uid}/name", name="")).status == 422
        assert (await maria.post(f"{PASSKEYS}/01jd/remove", {"token": maria.token})).status == 404
        assert (await maria.press(page, f"{PASSKEYS}/{uid}/remove")).where == f"{PASSKEYS}?done=removed"
        assert (await show(phone, device)).status == 401


async def test_the_last_way_in_stays(tmp_path: Path) -> None:
    """A passkey that is the only way in cannot be removed: nothing in the studio locks her out."""
    async with open_house(tmp_path / "data", host="localhost") as house, browser(house) as maria:
        link, device = await invite(house), Device(house.config.origin)
        asked = json.loads((await maria.get(f"{link}/passkey")).text)
        page = await maria.post(link, {"credential": device.make(asked), "name": "My phone"})
        assert (page.status, page.where) == (303, "/studio/setup/1")
        uid = await house.value("SELECT uid FROM passkeys")
        page = await maria.post(f"{PASSKEYS}/{uid}/remove", {"token": maria.token})
        assert (page.status, page.troubles[0][:24]) == (409, "This is your only way in")
        assert await house.value("SELECT count(*) FROM passkeys") == 1
        # The link was used up by making it.
        assert (await maria.get(link)).status == 410
        async with browser(house) as phone:
            assert (await show(phone, device)).status == 303


async def test_there_are_not_endlessly_many(tmp_path: Path) -> None:
    """At most so many can be made, and a challenge makes one."""
    async with atelier(tmp_path) as (house, _, maria, _):
        asked = json.loads((await maria.get(f"{PASSKEYS}/asked")).text)
        assert len(asked["excludeCredentials"]) == 1
        devices = [Device(house.config.origin), Device(house.config.origin)]
        statuses = [
            (await maria.post(PASSKEYS, {"token": maria.token, "credential": one.make(asked), "name": "x"})).status
            for one in devices
        ]
        assert statuses == [303, 422]
        async with house.db.write() as tx:
            for number in range(MOST):
                sql = """
                    INSERT INTO passkeys (uid, artisan_id, credential_id, public_key, sign_count, backed_up, name,
                        created_at) VALUES (?, ?, ?, x'00', 0, 0, 'x', 0)
                """
                await tx.execute(sql, (f"u{number}", house.artisan.id, bytes([number])))
        assert "as many passkeys as there can be" in (await make(maria, Device(house.config.origin))).troubles[0]


async def test_a_proof_by_passkey(tmp_path: Path) -> None:
    """Before a dangerous act a passkey of hers is as good as the password; somebody else's is not."""
    async with atelier(tmp_path) as (_, clock, maria, device):
        clock.go_on(minutes=20)
        asked = json.loads((await maria.get("/studio/prove/passkey")).text)
        stranger = Device(device.origin, user=device.user)
        for one, status in ((stranger, 401), (device, 303), (device, 403)):
            fields = {"token": maria.token, "credential": one.show(asked["challenge"]), "next": PASSKEYS}
            page = await maria.post("/studio/prove", fields)
            assert page.status == status or (status == 403 and page.status == 401), one
        assert (await maria.get(PASSKEYS)).status == 200


async def test_a_number_has_no_passkeys(house: House) -> None:
    """At an address without a name nobody is asked for a passkey, and her page says why."""
    await give_password(house)
    async with browser(house) as maria:
        page = await maria.get(SIGN_IN)
        assert "passkey" not in page.text
        assert (await maria.get(f"{SIGN_IN}/passkey")).status == 404
        await maria.sign_in(PASSWORD)
        assert "only a number" in (await maria.get(PASSKEYS)).text
        assert (await maria.get(f"{PASSKEYS}/asked")).status == 404
        page = await maria.post(PASSKEYS, {"token": maria.token, "credential": "{}", "name": "x"})
        assert page.status == 422
